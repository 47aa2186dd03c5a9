/*
 * narrow: see the header.
 */
#include "ctl/narrow.h"

static int read_period(const struct call *call, struct filter *filter)
{
    int code = call_since(call, &filter->since);

    if (code == EXIT_DONE)
        code = call_until(call, &filter->until);
    if (code == EXIT_DONE && filter->until > 0 && filter->until <= filter->since)
        return call_fail(call, EXIT_USAGE, "--until has to be later than --since");
    return code;
}

int narrow_read(const struct call *call, int64_t rows, struct filter *filter)
{
    const char *const *options = call->parsed->options;
    int code;

    *filter = (struct filter){
        .user = options[OPTION_USER],
        .phone = options[OPTION_PHONE],
        .channel = options[OPTION_CHANNEL],
        .rule = options[OPTION_RULE],
        .flow = options[OPTION_FLOW],
        .backend = options[OPTION_BACKEND],
        .owner = options[OPTION_OWNER],
        .outcome = options[OPTION_OUTCOME],
        .is_unanswered = options[OPTION_UNANSWERED] != NULL,
    };
    if ((code = call_check_word(call, OPTION_OWNER, NULL)) != EXIT_DONE ||
        (code = call_check_word(call, OPTION_OUTCOME, NULL)) != EXIT_DONE ||
        (code = call_limit(call, rows, &filter->limit)) != EXIT_DONE)
        return code;
    return read_period(call, filter);
}
