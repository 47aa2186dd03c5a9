/*
 * Any bytes as the state of a decision: what can be read is a state that decide may be given, and comes back the
 * same after it was written and read once more. What cannot be read leaves a sentence.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "desk/decide_state.h"

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_whole(const struct decide_state *state)
{
    require(state->channel != NULL && state->owner != NULL && state->first_name != NULL);
    require(state->language != NULL && state->time_zone != NULL && state->fields[0] == '{');
}

static void check_again(const struct decide_state *state)
{
    struct decide_record record = { 0 };
    struct buf once = { 0 }, twice = { 0 };

    decide_format_state(state, &once);
    require(decide_parse_state(buf_text(&once), once.len, &record, NULL) == 0 && record.unknown == 0);
    decide_format_state(&record.state, &twice);
    require(strcmp(buf_text(&once), buf_text(&twice)) == 0);
    decide_record_release(&record);
    buf_release(&once);
    buf_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct decide_record record = { 0 };
    struct error error = { 0 };

    if (decide_parse_state((const char *)data, size, &record, &error) == 0) {
        check_whole(&record.state);
        check_again(&record.state);
    } else {
        require(error.text[0] != '\0');
    }
    decide_record_release(&record);
    return 0;
}
