/*
 * build_service: the business's own HTTP services that flows call, and what is picked out of their answers.
 *
 * An address is typed out up to its path: a value that chose the host would let a customer choose it. Plain
 * http goes to this machine only, and addresses of this machine or of a private network are taken only where
 * the setting allow_local_backends is yes. Literal addresses are judged here; what a name leads to is judged by
 * whoever connects.
 *
 * A service may be called by several flows, and its templates must make sense in each.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "base/alloc.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/json.h"
#include "rules/build_flow.h"
#include "text/escape.h"

static const int64_t SECOND = 1000, DEADLINE = 10 * 1000, DEADLINE_MOST = 120 * 1000;

static const char *const METHODS[] = { "GET", "POST", NULL };

/* Addresses */

struct address {
    bool is_plain; /* http */
    const char *host;
    size_t host_len;
};

static int check_port(const char *port, size_t len)
{
    char *end;
    if (len == 0 || len > 5 || strspn(port, "0123456789") < len)
        return -1;
    long number = strtol(port, &end, 10);
    return number > 0 && number <= 65535 ? 0 : -1;
}

/* The authority: host and perhaps a port. */
static int read_authority(const struct row *row, const char *start, size_t len, struct address *address,
                          struct error *error)
{
    const char *bracket = *start == '[' ? memchr(start, ']', len) : NULL;
    const char *colon = memchr(bracket != NULL ? bracket : start, ':', len - (size_t)(bracket != NULL ? bracket - start : 0));
    for (size_t i = 0; i < len; i++)
        if (start[i] == '{' || start[i] == '}')
            return row_refuse(row, error, "url: the host is written out; a value may stand behind it only, as in "
                                          "https://shop.example.com/orders/{{ order }}");
    if (memchr(start, '@', len) != NULL)
        return row_refuse(row, error, "url holds a name or a key before its host; put the key into an environment "
                                      "variable, and name that in key_env");
    address->host = start;
    address->host_len = colon != NULL ? (size_t)(colon - start) : len;
    if (colon != NULL && check_port(colon + 1, len - address->host_len - 1) != 0)
        return row_refuse(row, error, "url: a port is a number from 1 to 65535, not '%.*s'",
                          (int)(len - address->host_len - 1), colon + 1);
    if (address->host_len == 0 || strspn(start, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._:[]") <
                                      address->host_len)
        return row_refuse(row, error, "url: '%.*s' is no host; it looks like shop.example.com", (int)address->host_len,
                          start);
    return 0;
}

static int read_address(const struct row *row, const char *url, struct address *address, struct error *error)
{
    const char *start = strncasecmp(url, "https://", 8) == 0 ? url + 8 : strncasecmp(url, "http://", 7) == 0 ? url + 7 : NULL;
    if (start == NULL)
        return row_refuse(row, error, "url begins with https://, as in https://shop.example.com/orders, not like '%.20s'",
                          url);
    address->is_plain = start == url + 7;
    for (const char *at = url; *at != '\0'; at++)
        if (*at == '\\' || *at == '#' || (unsigned char)*at < ' ' || *at == 0x7f)
            return row_refuse(row, error, "url holds %s, which no address has there",
                              *at == '\\' ? "a backslash" : *at == '#' ? "a #" : "a line break or a tab");
    return read_authority(row, start, strcspn(start, "/?"), address, error);
}

static int judge_address(const struct ruleset *ruleset, const struct row *row, const struct address *address,
                         struct error *error)
{
    enum address_kind kind = address_kind(address->host, address->host_len);
    int len = (int)address->host_len;
    if (kind == ADDRESS_ODD)
        return row_refuse(row, error, "url: '%.*s' is an address to some and none to others; write it out, as in 192.0.2.10",
                          len, address->host);
    if (address->is_plain && kind != ADDRESS_LOOPBACK)
        return row_refuse(row, error, "url: plain http, which anybody on the way can read, is for this machine only; write "
                                      "https://");
    if (kind == ADDRESS_BARRED)
        return row_refuse(row, error, "url: '%.*s' is %s", len, address->host, address_kind_words(kind));
    if (!address_is_allowed(kind, ruleset_setting_number(ruleset, "allow_local_backends") != 0))
        return row_refuse(row, error,
                          "url: '%.*s' is %s; where that is meant: INSERT INTO setting (name, value) VALUES "
                          "('allow_local_backends', 'yes');",
                          len, address->host, address_kind_words(kind));
    return 0;
}

/* Blanks stand inside of {{ }} only. */
static int check_blanks(const struct row *row, const char *url, struct error *error)
{
    bool is_inside = false;
    for (const char *at = url; *at != '\0'; at++) {
        if (strncmp(at, "{{", 2) == 0)
            is_inside = true;
        else if (strncmp(at, "}}", 2) == 0)
            is_inside = false;
        if (*at == ' ' && !is_inside)
            return row_refuse(row, error, "url holds a blank; in an address that is %%20");
    }
    return 0;
}

static int take_url(const struct ruleset *ruleset, const struct row *row, struct service *service, struct error *error)
{
    const char *url;
    struct address address = { 0 };
    if (row_require(row, "url", &url, error) != 0 || read_address(row, url, &address, error) != 0 ||
        judge_address(ruleset, row, &address, error) != 0 || check_blanks(row, url, error) != 0)
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
static int check_body(const struct row *row, const struct template *body, struct error *error)
{
    struct template_env env = { know_a_text, NULL, NULL };
    struct buf text = { 0 };
    struct json *json = NULL;
    struct error why = { 0 };
    int result = 0;
    template_render_escaped(body, &env, escape_json, CALL_BODY_MAX, &text);
    if (json_parse(buf_text(&text), text.len, JSON_STRICT, &json, &why) < 0)
        result = row_refuse(row, error, "body is JSON, as in {\"people\": {{ people }}}: %s", why.text);
    json_free(json);
    buf_release(&text);
    return result;
}

static int take_body(const struct row *row, struct service *service, struct error *error)
{
    const char *body = row_value(row, "body");
    int method;
    if (row_choose(row, "method", METHODS, NULL, body != NULL, &method, error) != 0)
        return -1;
    service->is_post = method == 1;
    if (body == NULL)
        return 0;
    if (!service->is_post)
        return row_refuse(row, error, "a GET has no body; write POST, or put the values into the url");
    service->body = template_new(body, error);
    if (service->body == NULL)
        return row_blame(row, "body", error);
    return check_body(row, service->body, error);
}

/* What lets somebody speak for frontdesk itself is no service's business. */
static bool is_own_secret(const char *name)
{
    return strncmp(name, "FRONTDESK_", 10) == 0 || strncmp(name, "BRAZE_", 6) == 0;
}

static int take_key(const struct row *row, struct service *service, struct error *error)
{
    const char *key = row_value(row, "key_env");
    service->key_env = key;
    if (key != NULL && is_own_secret(key))
        return row_refuse(row, error, "key_env: %s is frontdesk's own, and goes to no service; name a variable for this one",
                          key);
    if (key == NULL ||
        (key[strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] == '\0' && !ascii_is_digit(key[0])))
        return 0;
    return row_refuse(row, error, "key_env is the name of the environment variable that holds the key, in capitals, as in "
                                  "SHOP_API_KEY; the key itself never stands in a rule file");
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
        take_key(row, service, error) != 0)
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
