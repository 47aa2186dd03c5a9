/*
 * poison: a library for LD_PRELOAD that makes one text deadly. pcre2_match aborts the process when its
 * subject holds "poison-pill"; every other call goes to the true one. It stands for a bug in a library that
 * only one customer's message meets, and so for what cannot be caught: the process is gone in the middle of a
 * decision.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include <pcre2.h>

typedef int match_function(const pcre2_code *, PCRE2_SPTR, PCRE2_SIZE, PCRE2_SIZE, uint32_t,
                           pcre2_match_data *, pcre2_match_context *);

static const char PILL[] = "poison-pill";

int pcre2_match(const pcre2_code *code, PCRE2_SPTR subject, PCRE2_SIZE len, PCRE2_SIZE start,
                uint32_t options, pcre2_match_data *data, pcre2_match_context *context)
{
    size_t size = len == PCRE2_ZERO_TERMINATED ? strlen((const char *)subject) : len;
    match_function *true_match;

    if (memmem(subject, size, PILL, sizeof PILL - 1) != NULL)
        abort();
    *(void **)&true_match = dlsym(RTLD_NEXT, "pcre2_match_8");
    return true_match(code, subject, len, start, options, data, context);
}
