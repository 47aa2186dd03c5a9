/*
 * sandbox_ai_asked: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"

#include "sandbox_ai_asked.h"

struct asked_one {
    char *vendor, *json;
    size_t bytes;
};

static struct asked_one **place(const struct asked *asked, int64_t n)
{
    return &asked->ring[n % ASKED_MAX];
}

static void drop_first(struct asked *asked)
{
    struct asked_one **one = place(asked, asked->first++);

    asked->bytes -= (*one)->bytes;
    free((*one)->vendor);
    free((*one)->json);
    free(*one);
    *one = NULL;
}

void asked_forget(struct asked *asked)
{
    if (asked->ring == NULL)
        return;
    while (asked->first <= asked->last)
        drop_first(asked);
}

void asked_release(struct asked *asked)
{
    asked_forget(asked);
    free(asked->ring);
    *asked = (struct asked){ 0 };
}

void asked_put(struct asked *asked, const char *vendor, struct buf *json)
{
    if (asked->ring == NULL) {
        asked->ring = alloc_array(ASKED_MAX, sizeof *asked->ring);
        asked->first = 1;
    }
    while (asked->first <= asked->last &&
           (asked->last - asked->first + 1 == ASKED_MAX || asked->bytes + json->len > ASKED_BYTES_MAX))
        drop_first(asked);
    struct asked_one *one = alloc_new(sizeof *one);
    *one = (struct asked_one){ .vendor = alloc_text(vendor), .bytes = json->len };
    one->json = buf_detach(json);
    asked->bytes += one->bytes;
    *place(asked, ++asked->last) = one;
}

size_t asked_format(const struct asked *asked, const char *vendor, int64_t since, size_t limit, struct buf *out,
                    int64_t *last)
{
    struct jsonw w = { .out = out };
    int64_t n = since + 1 > asked->first ? since + 1 : asked->first;
    size_t count = 0;

    *last = since;
    jsonw_object(&w, NULL);
    jsonw_int(&w, "format", 1);
    jsonw_array(&w, "asked");
    for (; asked->ring != NULL && n <= asked->last && count < limit; n++) {
        const struct asked_one *one = *place(asked, n);

        *last = n;
        if (vendor != NULL && strcmp(one->vendor, vendor) != 0)
            continue;
        jsonw_raw(&w, NULL, one->json);
        count++;
    }
    jsonw_end_array(&w);
    jsonw_int(&w, "last", *last);
    jsonw_end_object(&w);
    return count;
}
