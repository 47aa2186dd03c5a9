/*
 * vendor_act: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "backend/vendor_act.h"
#include "backend/vendor_words.h"
#include "base/alloc.h"

enum { VALUE_MAX = 1000 }; /* bytes of a variable */

const char vendor_act_no_parameters[] = "{\"type\":\"object\",\"properties\":{}}";

struct tool {
    const char *name, *parameter, *description; /* parameter NULL: none */
};

static const struct tool TOOLS[] = {
    [ACT_HANDOFF] = { "hand_off", "team",
                      "Hand this conversation over to a person of the business. Use it when the customer asks for a person, "
                      "or when you cannot help." },
    [ACT_CLOSE] = { "close_conversation", NULL,
                    "Close this conversation. Use it when the customer has said goodbye and nothing is left to do." },
    [ACT_FLOW] = { "start_flow", "flow", "Start one of the business's guided dialogues, which then asks the customer itself." },
    [ACT_SET] = { "set_variable", "name", "Note a value that the customer has told, under one of the given names." },
};

enum { TOOL_COUNT = sizeof TOOLS / sizeof TOOLS[0] };

bool vendor_act_goes_as_tool(const struct backend *backend)
{
    return backend->act_count > 0 && backend->has_tools;
}

bool vendor_act_goes_in_reply(const struct backend *backend)
{
    return backend->act_count > 0 && !backend->has_tools && backend->kind != BACKEND_RASA;
}

static size_t count_of(const struct backend *backend, enum backend_act_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < backend->act_count; i++)
        count += backend->acts[i].kind == kind;
    return count;
}

static const struct backend_act *first_of(const struct backend *backend, enum backend_act_kind kind)
{
    for (size_t i = 0; i < backend->act_count; i++)
        if (backend->acts[i].kind == kind)
            return &backend->acts[i];
    return NULL;
}

/* Where only one team is listed there is nothing to choose. */
static bool has_parameter(const struct backend *backend, enum backend_act_kind kind)
{
    return TOOLS[kind].parameter != NULL && (kind != ACT_HANDOFF || count_of(backend, kind) > 1);
}

/* Telling the model */

static void write_property(const struct backend *backend, enum backend_act_kind kind, struct jsonw *w)
{
    jsonw_object(w, TOOLS[kind].parameter);
    jsonw_text(w, "type", "string");
    jsonw_array(w, "enum");
    for (size_t i = 0; i < backend->act_count; i++)
        if (backend->acts[i].kind == kind)
            jsonw_text(w, NULL, backend->acts[i].target);
    jsonw_end_array(w);
    jsonw_end_object(w);
}

static void put_schema(const struct backend *backend, enum backend_act_kind kind, struct buf *out)
{
    struct jsonw w = { .out = out };

    jsonw_object(&w, NULL);
    jsonw_text(&w, "type", "object");
    jsonw_object(&w, "properties");
    write_property(backend, kind, &w);
    if (kind == ACT_SET) {
        jsonw_object(&w, "value");
        jsonw_text(&w, "type", "string");
        jsonw_end_object(&w);
    }
    jsonw_end_object(&w);
    jsonw_array(&w, "required");
    jsonw_text(&w, NULL, TOOLS[kind].parameter);
    if (kind == ACT_SET)
        jsonw_text(&w, NULL, "value");
    jsonw_end_array(&w);
    jsonw_end_object(&w);
}

void vendor_act_write_tools(const struct backend *backend, struct jsonw *w, vendor_tool_writer *write)
{
    for (int kind = 0; kind < TOOL_COUNT; kind++) {
        struct buf schema = { 0 };

        if (first_of(backend, kind) == NULL)
            continue;
        if (has_parameter(backend, kind))
            put_schema(backend, kind, &schema);
        write(w, TOOLS[kind].name, TOOLS[kind].description, schema.len > 0 ? schema.data : NULL);
        buf_release(&schema);
    }
}

static void put_choice(const struct backend *backend, enum backend_act_kind kind, struct buf *out)
{
    const char *between = "";

    buf_addf(out, ", \"%s\": ", TOOLS[kind].parameter);
    for (size_t i = 0; i < backend->act_count; i++) {
        if (backend->acts[i].kind != kind)
            continue;
        buf_add_text(out, between);
        json_quote(backend->acts[i].target, strlen(backend->acts[i].target), out);
        between = " or ";
    }
}

static void put_how_to_reply(const struct backend *backend, struct buf *out)
{
    buf_add_text(out, "Reply with one JSON object and nothing else, like this: {\"say\": \"your answer to the customer\", "
                      "\"do\": []}. In \"do\" stands what you want to be done beside answering, if anything; it can be:");
    for (int kind = 0; kind < TOOL_COUNT; kind++) {
        if (first_of(backend, kind) == NULL)
            continue;
        buf_addf(out, "\n{\"act\": \"%s\"", TOOLS[kind].name);
        if (has_parameter(backend, kind))
            put_choice(backend, kind, out);
        buf_addf(out, "%s} %s", kind == ACT_SET ? ", \"value\": \"…\"" : "", TOOLS[kind].description);
    }
}

void vendor_act_put_system(const struct consult *consult, struct buf *out)
{
    buf_add_text(out, consult->system);
    if (!vendor_act_goes_in_reply(consult->backend))
        return;
    if (out->len > 0)
        buf_add_text(out, "\n\n");
    put_how_to_reply(consult->backend, out);
}

/* Listening to it */

static void add_deed(struct vendor_answer *answer, const struct backend_act *act, const char *value)
{
    for (size_t i = 0; i < answer->deed_count; i++) {
        const struct vendor_deed *deed = &answer->deeds[i];

        if (deed->act == act && (value == NULL || strcmp(deed->value, value) == 0))
            return;
    }
    if (answer->deed_count == VENDOR_DEEDS_MAX)
        vendor_unlisted(answer, "%s: more than %d acts at once", TOOLS[act->kind].name, VENDOR_DEEDS_MAX);
    else
        answer->deeds[answer->deed_count++] = (struct vendor_deed){ act, alloc_text(value) };
}

void vendor_act_hand_off(const struct backend *backend, const char *team, struct vendor_answer *answer)
{
    const struct backend_act *act = team == NULL || !has_parameter(backend, ACT_HANDOFF)
                                        ? first_of(backend, ACT_HANDOFF)
                                        : backend_act(backend, ACT_HANDOFF, team);

    if (act != NULL)
        add_deed(answer, act, NULL);
    else
        vendor_unlisted(answer, "hand_off%s%s", team != NULL ? " " : "", team != NULL ? team : "");
}

static void set_variable(const struct backend *backend, const struct json *arguments, struct vendor_answer *answer)
{
    const char *name = json_get_text(arguments, "name");
    const struct json *given = json_get(arguments, "value");
    const struct backend_act *act = name != NULL ? backend_act(backend, ACT_SET, name) : NULL;
    struct buf value = { 0 };

    if (act == NULL)
        vendor_unlisted(answer, "set_variable %s", name != NULL ? name : "without a name");
    else if (json_kind(given) == JSON_NULL || !json_scalar(given, &value))
        vendor_unlisted(answer, "set_variable %s without a value", name);
    else if (value.len > VALUE_MAX)
        vendor_unlisted(answer, "set_variable %s to more than %d bytes", name, VALUE_MAX);
    else
        add_deed(answer, act, buf_text(&value));
    buf_release(&value);
}

static void do_act(const struct backend *backend, enum backend_act_kind kind, const struct json *arguments,
                   struct vendor_answer *answer)
{
    const char *target = TOOLS[kind].parameter != NULL ? json_get_text(arguments, TOOLS[kind].parameter) : NULL;

    if (kind == ACT_SET) {
        set_variable(backend, arguments, answer);
    } else if (kind == ACT_HANDOFF) {
        vendor_act_hand_off(backend, target, answer);
    } else {
        const struct backend_act *act = kind == ACT_CLOSE || target != NULL ? backend_act(backend, kind, target) : NULL;

        if (act != NULL)
            add_deed(answer, act, NULL);
        else
            vendor_unlisted(answer, "%s%s%s", TOOLS[kind].name, target != NULL ? " " : "", target != NULL ? target : "");
    }
}

/* Small models mix up the name of the tool and the word that the rule files have for it. */
static int find_tool(const char *name)
{
    for (int kind = 0; name != NULL && kind < TOOL_COUNT; kind++)
        if (strcmp(TOOLS[kind].name, name) == 0 || strcmp(backend_act_names[kind], name) == 0)
            return kind;
    return -1;
}

/* The object that the arguments are; `parsed` holds it where it came as a text. NULL: they are none. */
static const struct json *open_arguments(const struct json *arguments, struct json **parsed)
{
    const char *text = json_text(arguments);

    if (arguments == NULL || json_kind(arguments) == JSON_NULL || (text != NULL && *text == '\0'))
        text = "{}";
    if (text != NULL) {
        json_parse(text, strlen(text), JSON_FIRST_KEY_WINS, parsed, NULL);
        arguments = *parsed;
    }
    return json_kind(arguments) == JSON_OBJECT ? arguments : NULL;
}

void vendor_act_call(const struct backend *backend, const char *name, const struct json *arguments,
                     struct vendor_answer *answer)
{
    struct json *parsed = NULL;
    const struct json *object = open_arguments(arguments, &parsed);
    int kind = find_tool(name);

    if (kind < 0)
        vendor_unlisted(answer, "%s", name != NULL && *name != '\0' ? name : "an act without a name");
    else if (object == NULL)
        vendor_unlisted(answer, "%s with arguments that are no JSON object", name);
    else
        do_act(backend, kind, object, answer);
    json_free(parsed);
}

/* The reply as JSON */

static void do_item(const struct backend *backend, const struct json *item, struct vendor_answer *answer)
{
    if (json_kind(item) == JSON_TEXT)
        vendor_act_call(backend, json_text(item), NULL, answer);
    else
        vendor_act_call(backend, json_get_text(item, "act"), item, answer);
}

static void do_all(const struct backend *backend, const struct json *acts, struct vendor_answer *answer)
{
    if (json_kind(acts) != JSON_ARRAY) {
        if (acts != NULL && json_kind(acts) != JSON_NULL)
            do_item(backend, acts, answer);
        return;
    }
    for (const struct json *item = json_first(acts); item != NULL; item = json_next(item))
        do_item(backend, item, answer);
}

/* From the first brace to the last, whatever fences and words a model puts around. NULL: no JSON object. */
static struct json *find_object(const struct buf *text)
{
    const char *start = strchr(buf_text(text), '{');
    const char *end = start != NULL ? strrchr(start, '}') : NULL;
    struct json *root = NULL;

    if (end != NULL)
        json_parse(start, (size_t)(end - start) + 1, JSON_FIRST_KEY_WINS, &root, NULL);
    return root;
}

static bool is_closing_quote(const char *quote)
{
    const char *after = quote + 1 + strspn(quote + 1, " \t\r\n");

    return *after == '\0' || *after == ',' || *after == '}';
}

/* Copies the string that begins behind a quote, mended: line breaks and quotes that were not escaped are. */
static void copy_string(const char *at, struct buf *quoted)
{
    buf_add_char(quoted, '"');
    for (; *at != '\0' && !(*at == '"' && is_closing_quote(at)); at++) {
        if (*at == '\\' && at[1] != '\0')
            buf_add(quoted, at++, 2);
        else if (*at == '\n')
            buf_add_text(quoted, "\\n");
        else if (*at == '"')
            buf_add_text(quoted, "\\\"");
        else if ((unsigned char)*at >= ' ' && *at != '\\')
            buf_add_char(quoted, *at);
    }
}

/* A reply that was cut, or whose JSON is broken, still has a "say". An escape that was cut in two at its end is dropped. */
static bool salvage_say(const struct buf *text, struct buf *say)
{
    enum { ESCAPES_MAX = 12 }; /* bytes of a surrogate pair */
    struct buf quoted = { 0 };
    struct json *root = NULL;
    const char *at = strstr(buf_text(text), "\"say\"");

    if (at == NULL)
        return false;
    at += strlen("\"say\"");
    at += strspn(at, " \t\r\n:");
    if (*at != '"')
        return false;
    copy_string(at + 1, &quoted);
    for (int tries = 0; root == NULL && tries <= ESCAPES_MAX && quoted.len > 1; tries++) {
        size_t len = quoted.len;

        buf_add_char(&quoted, '"');
        if (json_parse(quoted.data, quoted.len, JSON_STRICT, &root, NULL) < 0)
            buf_truncate(&quoted, len - 1);
    }
    buf_add_text(say, json_text(root));
    json_free(root);
    buf_release(&quoted);
    return true;
}

static bool take_object(const struct backend *backend, const struct json *root, struct buf *say,
                        struct vendor_answer *answer)
{
    const struct json *said = json_get(root, "say"), *acts = json_get(root, "do");

    if ((said == NULL && acts == NULL) || (said != NULL && !json_scalar(said, say)))
        return false;
    do_all(backend, acts, answer);
    return true;
}

bool vendor_act_take_reply(const struct backend *backend, struct buf *text, struct vendor_answer *answer)
{
    struct json *root = find_object(text);
    struct buf say = { 0 };
    bool is_reply = root != NULL && take_object(backend, root, &say, answer);
    bool begins_as_json = text->len > 0 && (text->data[0] == '{' || strncmp(text->data, "```json", 7) == 0);

    if (!is_reply && root == NULL && salvage_say(text, &say)) {
        is_reply = true;
        vendor_unlisted(answer, "whatever stands in a reply whose JSON is broken");
    }
    json_free(root);
    if (is_reply) {
        buf_release(text);
        *text = say;
        return true;
    }
    buf_release(&say);
    return !begins_as_json;
}
