/*
 * notify_body: see the header.
 */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/utf8.h"
#include "desk/notify.h"
#include "desk/notify_body.h"

static void add_time(struct jsonw *w, const char *key, int64_t at)
{
    struct buf text = { 0 };

    clock_format_utc(at, &text);
    jsonw_text(w, key, buf_text(&text));
    buf_release(&text);
}

static void add_cut(struct jsonw *w, const char *key, const char *text)
{
    struct buf cut = { 0 };
    size_t len = strlen(text);

    if (len > NOTIFY_TEXT_MAX) {
        buf_add(&cut, text, utf8_floor(text, len, NOTIFY_TEXT_MAX));
        buf_add_text(&cut, "…");
        jsonw_text(w, key, buf_text(&cut));
        buf_release(&cut);
    } else {
        jsonw_text(w, key, text);
    }
}

static const char *speaker(const char *kind)
{
    return strcmp(kind, "in") == 0 ? "customer" : strcmp(kind, "out") == 0 ? "bot" : "agent";
}

static void add_text(struct jsonw *w, const char *key, const struct notify_text *text, bool is_whole)
{
    bool is_customer = strcmp(text->kind, "in") == 0;

    jsonw_object(w, key);
    jsonw_int(w, "message", text->id);
    add_time(w, "at", text->at);
    jsonw_text(w, "from", speaker(text->kind));
    if (!is_customer)
        jsonw_text(w, "by", text->actor);
    if (is_whole)
        jsonw_text(w, "text", text->text);
    else
        add_cut(w, "text", text->text);
    if (is_customer)
        jsonw_raw(w, "media", text->media);
    jsonw_end_object(w);
}

static void add_listed(void *context, const struct notify_text *text)
{
    add_text(context, NULL, text, false);
}

static void add_relayed(void *context, const struct notify_text *text)
{
    add_text(context, "message", text, true);
}

static int add_history(struct db *db, const struct notify_row *row, struct jsonw *w, struct error *error)
{
    int64_t all;
    int listed;

    jsonw_array(w, "messages");
    listed = notify_row_texts(db, row->conversation, row->message, NOTIFY_TEXTS, add_listed, w, error);
    jsonw_end_array(w);
    if (listed < 0 || notify_row_count_texts(db, row->conversation, row->message, &all, error) != 0)
        return -1;
    jsonw_int(w, "earlier", all - listed);
    return 0;
}

static void add_case(const struct notify_row *row, const struct notify_case *found, struct jsonw *w)
{
    bool is_handoff = strcmp(row->type, "handoff") == 0;

    jsonw_int(w, "conversation", row->conversation);
    jsonw_text(w, "channel", found->channel);
    jsonw_text(w, "team", row->team);
    if (found->doer[0] != '\0')
        jsonw_text(w, "by", found->doer);
    jsonw_text(w, "user", found->user);
    jsonw_text(w, "user_kind", found->address_kind);
    jsonw_text(w, "first_name", found->first_name);
    jsonw_text(w, "language", found->language);
    if (is_handoff)
        jsonw_text(w, "summary", found->summary[0] != '\0' ? found->summary : NULL);
}

static int add_data(struct db *db, const struct notify_row *row, struct jsonw *w, struct error *error)
{
    struct notify_case found = { 0 };
    int result = notify_case_get(db, row, &found, error);

    if (result == 0)
        error_set(error, "conversation %lld has vanished", (long long)row->conversation);
    if (result == 1) {
        add_case(row, &found, w);
        if (strcmp(row->type, "handoff") == 0)
            result = add_history(db, row, w, error) == 0 ? 1 : -1;
        else if (strcmp(row->type, "message") == 0)
            result = notify_row_text(db, row->message, add_relayed, w, error);
        if (result == 0)
            error_set(error, "message %lld has vanished", (long long)row->message);
    }
    notify_case_release(&found);
    return result == 1 ? 0 : -1;
}

int notify_body_write(struct db *db, const struct notify_row *row, struct buf *out, struct error *error)
{
    struct jsonw w = { .out = out };
    int result;

    jsonw_object(&w, NULL);
    jsonw_text(&w, "type", row->type);
    add_time(&w, "timestamp", row->created_at);
    jsonw_object(&w, "data");
    result = add_data(db, row, &w, error);
    jsonw_end_object(&w);
    jsonw_end_object(&w);
    return result;
}
