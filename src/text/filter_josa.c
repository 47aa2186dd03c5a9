/*
 * filter_josa: {{ product | josa: '을/를' }} is the value and the particle that fits behind it (text/josa.h).
 * An empty value stays empty: there is no particle behind nothing.
 */
#include "text/filter.h"
#include "text/josa.h"

int filter_check_josa(char *const *args, struct error *error)
{
    return josa_find(args[0], error) != NULL ? 0 : -1;
}

void filter_josa(char *const *args, const struct zone *zone, const struct buf *value, struct buf *out)
{
    (void)zone;
    if (value->len == 0)
        return;
    buf_add(out, value->data, value->len);
    buf_add_text(out, josa_pick(josa_find(args[0], NULL), value->data, value->len));
}
