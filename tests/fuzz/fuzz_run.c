/*
 * fuzz_run: any text as the row of a run: refused with a sentence, or the same text again when it is written.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "flow/step.h"

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_same(const struct run *run, const char *text)
{
    struct buf out = { 0 };
    run_format(run, &out);
    require(strcmp(buf_text(&out), text) == 0);
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = alloc_bytes((const char *)data, size);
    struct error error = { 0 };
    struct run run, copy;
    if (run_parse(text, &run, &error) == 0) {
        check_same(&run, text);
        run_copy(&run, &copy);
        check_same(&copy, text);
        run_release(&copy);
        run_release(&run);
    } else {
        require(error.text[0] != '\0' && run.depth == 0 && run.variables.count == 0);
    }
    free(text);
    return 0;
}
