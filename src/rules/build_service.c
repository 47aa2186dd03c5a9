/*
 * build_service: the business's own HTTP services that flows call, and what is picked out of their answers.
 *
 * A service may be called by several flows, and its templates must make sense in each.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "rules/build_flow.h"
#include "text/escape.h"

static const int64_t SECOND = 1000, DEADLINE = 10 * 1000, DEADLINE_MOST = 120 * 1000;

static const char *const METHODS[] = { "GET", "POST", NULL };

static int take_url(const struct ruleset *ruleset, const struct row *row, struct service *service, struct error *error)
{
    const char *url;
    if (row_require(row, "url", &url, error) != 0 || build_check_url(ruleset, row, "url", url, error) != 0)
        return -1;
    service->url = template_new(url, error);
    return service->url != NULL ? 0 : row_blame(row, "url", error);
}

/* Bodies and the rest */

static bool know_a_text(void *context, const char *name, struct buf *value)
{
    (void)context, (void)name;
    buf_add_char(value, 'x');
    return true;
}

/* It must be JSON with any values in it, so it is tried with some. */
int build_check_body(const struct row *row, const struct template *body, const char *example, struct error *error)
{
    struct template_env env = { know_a_text, NULL, NULL };
    struct buf text = { 0 };
    struct json *json = NULL;
    struct error why = { 0 };
    int result = 0;
    template_render_escaped(body, &env, escape_json, CALL_BODY_MAX, &text);
    if (json_parse(buf_text(&text), text.len, JSON_STRICT, &json, &why) < 0)
        result = row_refuse(row, error, "body is JSON, as in %s: %s", example, why.text);
    json_free(json);
    buf_release(&text);
    return result;
}

static int take_body(const struct row *row, struct service *service, struct error *error)
{
    const char *body = row_value(row, "body");
    int method;
    if (row_choose(row, "method", METHODS, body != NULL, &method, error) != 0)
        return -1;
    service->is_post = method == 1;
    if (body == NULL)
        return 0;
    if (!service->is_post)
        return row_refuse(row, error, "a GET has no body; write POST, or put the values into the url");
    service->body = template_new(body, error);
    if (service->body == NULL)
        return row_blame(row, "body", error);
    return build_check_body(row, service->body, "{\"people\": {{ people }}}", error);
}

static int take_service(struct ruleset *ruleset, const struct row *row, struct error *error)
{
    struct flow_private *private = ruleset->private->flow;
    struct service *service = &private->services[ruleset->service_count];
    const char *name;
    if (row_require(row, "name", &name, error) != 0)
        return -1;
    for (size_t i = 0; i < ruleset->service_count; i++)
        if (strcmp(ruleset->services[i].name, name) == 0)
            return row_refuse(row, error, "there is already a service '%s' in %s:%d", name, ruleset->services[i].file,
                              ruleset->services[i].line);
    *service = (struct service){ .name = name, .file = row->file, .line = row->line };
    private->service_rows[ruleset->service_count++] = row;
    if (take_url(ruleset, row, service, error) != 0 || take_body(row, service, error) != 0 ||
        build_take_key(row, "service", &service->key_env, error) != 0)
        return -1;
    return row_duration(row, "deadline", SECOND, DEADLINE_MOST, DEADLINE, &service->deadline_ms, error);
}

/* Values */

static int find_service(const struct ruleset *ruleset, const struct row *row, size_t *index, struct error *error)
{
    struct nearest nearest = { 0 };
    if (row_require(row, "service", &nearest.word, error) != 0)
        return -1;
    for (size_t i = 0; i < ruleset->service_count; i++) {
        nearest_offer(&nearest, ruleset->services[i].name);
        if (strcmp(ruleset->services[i].name, nearest.word) == 0) {
            *index = i;
            return 0;
        }
    }
    return build_refuse_unknown(row, "service", &nearest, error);
}

static int take_value(struct ruleset *ruleset, size_t index, struct error *error)
{
    struct flow_private *private = ruleset->private->flow;
    const struct row *row = private->value_rows.rows[index];
    struct service *service = &private->services[private->value_rows.owners[index]];
    struct service_value *value = &private->values[index];
    if (row_require(row, "name", &value->name, error) != 0 || build_check_variable(row, value->name, error) != 0 ||
        row_require(row, "pointer", &value->pointer, error) != 0)
        return -1;
    if (strcmp(value->name, VARIABLE_TITLE) == 0)
        return row_refuse(row, error, "in a flow {{ title }} is its title; choose another name for the variable");
    if (!json_is_pointer(value->pointer))
        return row_refuse(row, error,
                          "pointer leads from the top of the answer, with a slash before each part, as in /free or "
                          "/items/0/price; '%s' is none",
                          value->pointer);
    for (size_t i = 0; i < service->value_count; i++)
        if (strcmp(service->values[i].name, value->name) == 0)
            return row_refuse(row, error, "the service %s gives %s already", service->name, value->name);
    if (service->value_count++ == 0)
        service->values = value;
    return 0;
}

int build_services(struct ruleset *ruleset, struct error *error)
{
    struct flow_private *private = ruleset->private->flow;
    const struct rows *rows = &ruleset->private->rows;
    size_t count = rows_count(rows, "service");
    const struct row *row;
    if (count > SERVICES_MAX)
        return error_set(error, "the rule files hold %zu services; at most %d are taken", count, SERVICES_MAX);
    ruleset->services = private->services = alloc_array(count, sizeof *private->services);
    private->service_rows = alloc_array(count, sizeof *private->service_rows);
    for (size_t at = 0; (row = rows_next(rows, "service", &at)) != NULL;)
        if (take_service(ruleset, row, error) != 0)
            return -1;
    if (owned_gather(ruleset, "service_value", find_service, SETS_MAX, &private->value_rows, error) != 0)
        return -1;
    private->values = alloc_array(private->value_rows.count, sizeof *private->values);
    for (size_t i = 0; i < private->value_rows.count; i++)
        if (take_value(ruleset, i, error) != 0)
            return -1;
    return 0;
}

/* What their templates ask for */

static int check_names(const struct ruleset *ruleset, size_t index, const struct scope *scope, const struct step *caller,
                       struct error *error)
{
    const struct service *service = &ruleset->services[index];
    const char *column = "url";
    int result = variable_check_in_flow(ruleset, service->url, scope, error);
    if (result == 0 && service->body != NULL) {
        column = "body";
        result = variable_check_in_flow(ruleset, service->body, scope, error);
    }
    if (result != 0 && caller != NULL)
        error_prefix(error, "%s:%d: %s, as %s calls it (%s:%d)", service->file, service->line, column, caller->full_name,
                     caller->file, caller->line);
    else if (result != 0)
        error_prefix(error, "%s:%d: %s", service->file, service->line, column);
    return result;
}

/* What no flow calls yet may ask for what any of them knows. */
static int check_uncalled(const struct ruleset *ruleset, size_t index, struct error *error)
{
    struct scope all = { 0 };
    for (size_t i = 0; i < ruleset->flow_count; i++)
        scope_add_all(&all, &ruleset->private->flow->scopes[i]);
    scope_sort(&all);
    int result = check_names(ruleset, index, &all, NULL, error);
    scope_release(&all);
    return result;
}

int build_service_texts(struct ruleset *ruleset, struct error *error)
{
    const struct flow_private *private = ruleset->private->flow;
    for (size_t i = 0; i < ruleset->service_count; i++) {
        bool is_called = false;
        for (size_t j = 0; j < private->step_rows.count; j++) {
            if (private->steps[j].service != &ruleset->services[i])
                continue;
            is_called = true;
            if (check_names(ruleset, i, &private->scopes[private->step_rows.owners[j]], &private->steps[j], error) != 0)
                return -1;
        }
        if (!is_called && check_uncalled(ruleset, i, error) != 0)
            return -1;
    }
    return 0;
}

void services_release(struct ruleset *ruleset)
{
    struct flow_private *private = ruleset->private->flow;
    for (size_t i = 0; i < ruleset->service_count; i++) {
        template_free(private->services[i].url);
        template_free(private->services[i].body);
    }
    free(private->services);
    free(private->service_rows);
    free(private->values);
}
