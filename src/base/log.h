/*
 * log: one line per fact, in logfmt, on stderr.
 *
 *     ts=2026-05-12T09:30:00.123Z level=info event=message_accepted message=12 ms=3
 *
 * All values are escaped: a customer's text can neither break a line nor fake a field; log ids rather
 * than text. A blocked or closed descriptor never blocks the caller: lines are dropped and counted, the
 * count comes with the next line that gets through. Secrets given to log_hide are replaced by *** wherever
 * they occur in a value. Any thread may call all but log_open. (Process-wide on purpose: the one exception to
 * "no global state".)
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdint.h>

enum log_level { LEVEL_DEBUG, LEVEL_INFO, LEVEL_WARN, LEVEL_ERROR };

struct log_field {
    const char *key;  /* a literal; NULL ends the list */
    const char *text; /* NULL: the number counts */
    int64_t number;
};

#define log_text(k, t) ((struct log_field){ (k), (t) != NULL ? (t) : "", 0 })
#define log_int(k, n) ((struct log_field){ (k), (const char *)0, (n) })

#define log_fields(...) ((struct log_field[]){ __VA_ARGS__ __VA_OPT__(,) { 0 } })

#define log_debug(event, ...) log_write(LEVEL_DEBUG, (event), log_fields(__VA_ARGS__))
#define log_info(event, ...) log_write(LEVEL_INFO, (event), log_fields(__VA_ARGS__))
#define log_warn(event, ...) log_write(LEVEL_WARN, (event), log_fields(__VA_ARGS__))
#define log_error(event, ...) log_write(LEVEL_ERROR, (event), log_fields(__VA_ARGS__))

/* Level by name ("debug", "info", "warn", "error"), or -1. */
int log_level_parse(const char *name);

/* Call once, before threads. The default without it: info, on descriptor 2. */
void log_open(enum log_level level, int descriptor);

/*
 * Remembers a secret (shorter ones than 4 bytes are passed by, as is NULL), for good; at most 512 different ones in the
 * life of a process. Any thread.
 */
void log_hide(const char *secret);

void log_write(enum log_level level, const char *event, const struct log_field *fields);

/* Lines dropped so far. */
uint64_t log_dropped(void);

#endif
