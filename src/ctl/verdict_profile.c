/*
 * verdict_profile: see the header.
 */
#include "base/buf.h"
#include "base/json.h"
#include "ctl/verdict_profile.h"

static void add_json(struct output *output, struct cell *cells, size_t count, const struct json *item, const char *member)
{
    const struct json *value = json_get(item, member);
    struct buf json = { 0 };

    if (value != NULL)
        json_format(value, &json);
    cells[count - 1] = value != NULL ? cell_json(buf_text(&json)) : cell_text(NULL);
    output_row(output, cells);
    buf_release(&json);
}

static void show_attributes(struct output *output, const struct json *trace, bool has_effects)
{
    const struct column columns[] = { { "name", has_effects ? NULL : "attribute", LOOK_PLAIN },
                                      { "value", has_effects ? NULL : "becomes", LOOK_LONG } };

    output_table(output, "attributes", columns, 2);
    for (const struct json *item = json_first(json_get(trace, "attributes")); item != NULL; item = json_next(item)) {
        struct buf value = { 0 };

        json_format(item, &value);
        output_row(output, (struct cell[]){ cell_text(json_key(item)), cell_json(buf_text(&value)) });
        buf_release(&value);
    }
    output_table_end(output);
}

static void show_entries(struct output *output, const struct json *trace, bool has_effects)
{
    const struct column columns[] = { { "kind", has_effects ? NULL : "done once", LOOK_PLAIN },
                                      { "name", has_effects ? NULL : "to", LOOK_PLAIN },
                                      { "value", has_effects ? NULL : "value", LOOK_LONG } };

    output_table(output, "entries", columns, 3);
    for (const struct json *item = json_first(json_get(trace, "entries")); item != NULL; item = json_next(item)) {
        struct cell cells[3] = { cell_text(json_get_text(item, "kind")), cell_text(json_get_text(item, "name")) };

        add_json(output, cells, 3, item, "value");
    }
    output_table_end(output);
}

static void show_notices(struct output *output, const struct json *trace, bool has_effects)
{
    const struct column columns[] = { { "name", "notice", LOOK_PLAIN },
                                      { "to", "to", LOOK_PLAIN },
                                      { "text", has_effects ? NULL : "text", LOOK_LONG },
                                      { "properties", "properties", LOOK_LONG } };

    output_table(output, "notices", columns, 4);
    for (const struct json *item = json_first(json_get(trace, "notices")); item != NULL; item = json_next(item)) {
        const char *to = json_get_text(item, "to");
        struct cell cells[4] = { cell_text(json_get_text(item, "name")), cell_text(to != NULL ? to : "the customer"),
                                 cell_text_or_none(json_get_text(item, "text")) };

        add_json(output, cells, 4, item, "properties");
    }
    output_table_end(output);
}

static void show_unset(struct output *output, const struct json *trace)
{
    static const struct column columns[] = { { "name", "not set", LOOK_PLAIN },
                                             { "at", "at", LOOK_PLAIN },
                                             { "text", "value", LOOK_LONG },
                                             { "why", "because it", LOOK_PLAIN } };

    output_table(output, "unset", columns, 4);
    for (const struct json *item = json_first(json_get(trace, "unset")); item != NULL; item = json_next(item))
        output_row(output, (struct cell[]){
                               cell_text(json_get_text(item, "name")), cell_text(json_get_text(item, "at")),
                               cell_text_or_none(json_get_text(item, "text")), cell_text(json_get_text(item, "why")) });
    output_table_end(output);
}

void verdict_show_profile(struct output *output, const struct json *trace, bool has_effects)
{
    show_attributes(output, trace, has_effects);
    show_entries(output, trace, has_effects);
    show_notices(output, trace, has_effects);
    show_unset(output, trace);
}
