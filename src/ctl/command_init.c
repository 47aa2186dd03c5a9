/*
 * command_init: a new desk in a folder.
 *
 *     DIR/rules/10-business.sql …   from rules/init/LANGUAGE and rules/init/LANGUAGE/KIND
 *     DIR/frontdesk.env             settings for frontdeskd and frontdesk; 0600, it holds the token
 *     DIR/braze-body.txt            what to enter in Braze; 0600 for the same reason
 *
 * The settings are those of the sandbox, so that the desk can be talked to at once; going live is two lines.
 * Paths in them are absolute: the commands work from wherever they are typed.
 *
 * In the texts @NAME@ is filled in. Nothing is asked, and nothing half-done is left (ctl/folder.h).
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "ctl/folder.h"
#include "ctl/init_embedded.h"
#include "ctl/show.h"
#include "text/escape.h"

enum { TOKEN_BYTES = 24 };

static const char NO_URL[] = "https://YOUR-DESK.example.com";

struct plan {
    const char *kind, *language;
    struct folder folder;
    struct buf url, token, db, rules, body;
};

static void plan_release(struct plan *plan)
{
    folder_close(&plan->folder);
    buf_release(&plan->url);
    if (plan->token.len > 0)
        explicit_bzero(plan->token.data, plan->token.len);
    buf_release(&plan->token);
    buf_release(&plan->db);
    buf_release(&plan->rules);
    buf_release(&plan->body);
}

/* Options */

static const char *option_or(const struct call *call, enum option_id option, const char *otherwise)
{
    return call->parsed->options[option] != NULL ? call->parsed->options[option] : otherwise;
}

/* The address as Braze will call it: https, a host, maybe a path, and nothing that would break the file. The path of webhooks is
 * put behind it; who gives it along means the same. */
static int take_url(const struct call *call, struct buf *url)
{
    static const char GOOD[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/[]%";
    static const char SCHEME[] = "https://";
    const char *typed = option_or(call, OPTION_URL, NO_URL);
    const char *path = strstr(typed, "/v1/inbound");
    size_t len = path != NULL ? (size_t)(path - typed) : strlen(typed), scheme = strlen(SCHEME);

    while (len > scheme && typed[len - 1] == '/')
        len--;
    if (strncmp(typed, SCHEME, scheme) != 0 || len <= scheme || typed[scheme] == '/' ||
        typed[strspn(typed, GOOD)] != '\0')
        return call_fail(
            call, EXIT_USAGE,
            "--url is the address at which Braze reaches you, like https://desk.example.com, not "
            "\"%s\"",
            typed);
    buf_add(url, typed, len);
    return EXIT_DONE;
}

static int take_options(const struct call *call, struct plan *plan)
{
    int code = call_check_word(call, OPTION_KIND, NULL);

    if (code == EXIT_DONE)
        code = call_check_word(call, OPTION_LANGUAGE, NULL);
    if (code == EXIT_DONE)
        code = take_url(call, &plan->url);
    plan->kind = option_or(call, OPTION_KIND, "shop");
    plan->language = option_or(call, OPTION_LANGUAGE, "en");
    return code;
}

/* Values */

static int make_token(struct buf *token, struct error *error)
{
    unsigned char bytes[TOKEN_BYTES];

    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        return error_set(error, "the system gave no random bytes for a token");
    for (size_t i = 0; i < sizeof bytes; i++)
        buf_addf(token, "%02x", bytes[i]);
    explicit_bzero(bytes, sizeof bytes);
    return 0;
}

static bool is_plain(const char *text)
{
    return text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._/")] == '\0';
}

/* A path as a value of the file of settings: in quotes where it holds more than plain characters. */
static void add_path(struct buf *out, const char *folder, const char *name)
{
    struct buf path = { 0 };

    buf_addf(&path, "%s/%s", folder, name);
    if (is_plain(buf_text(&path))) {
        buf_add_text(out, buf_text(&path));
    } else {
        buf_add_char(out, '"');
        for (const char *at = buf_text(&path); *at != '\0'; at++) {
            if (strchr("\"\\$`", *at) != NULL)
                buf_add_char(out, '\\');
            buf_add_char(out, *at);
        }
        buf_add_char(out, '"');
    }
    buf_release(&path);
}

/* A path as a word of a shell's command. */
static void add_shell_path(struct buf *out, const char *folder, const char *name)
{
    struct buf path = { 0 };

    buf_addf(&path, "%s/%s", folder, name);
    escape_shell(buf_text(&path), out);
    buf_release(&path);
}

static void fill(const struct plan *plan, const char *text, struct buf *out)
{
    const struct {
        const char *name;
        const struct buf *value;
    } values[] = { { "@TOKEN@", &plan->token },
                   { "@DB@", &plan->db },
                   { "@RULES@", &plan->rules },
                   { "@URL@", &plan->url },
                   { "@BODY@", &plan->body } };

    while (*text != '\0') {
        size_t i = 0;

        while (i < sizeof values / sizeof *values &&
               strncmp(text, values[i].name, strlen(values[i].name)) != 0)
            i++;
        if (i < sizeof values / sizeof *values) {
            buf_add_text(out, buf_text(values[i].value));
            text += strlen(values[i].name);
        } else {
            buf_add_char(out, *text++);
        }
    }
}

/* Files */

static const char *behind(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0 ? text + strlen(start) : NULL;
}

/* Where a template goes in the new folder: "rules/10-business.sql", "frontdesk.env"; false: not in this one.
 */
static bool place(const struct plan *plan, const char *name, struct buf *out)
{
    const char *rest = behind(name, plan->language), *kind;

    if (rest == NULL || *rest != '/')
        return false;
    rest++;
    kind = behind(rest, plan->kind);
    if (kind != NULL && *kind == '/')
        rest = kind + 1;
    if (strchr(rest, '/') != NULL)
        return false;
    buf_addf(out, "%s%s", strstr(rest, ".sql") != NULL ? "rules/" : "", rest);
    return true;
}

static int write_file(struct plan *plan, const struct init_file *file, struct error *error)
{
    struct buf name = { 0 }, text = { 0 };
    int result = 0;

    if (place(plan, file->name, &name)) {
        bool is_rule = behind(buf_text(&name), "rules/") != NULL;

        if (is_rule)
            buf_add_text(&text, file->text);
        else
            fill(plan, file->text, &text);
        result = folder_add(&plan->folder, buf_text(&name), buf_text(&text), is_rule ? 0644 : 0600, error);
    }
    if (text.len > 0)
        explicit_bzero(text.data, text.len);
    buf_release(&name);
    buf_release(&text);
    return result;
}

static int write_files(struct plan *plan, struct error *error)
{
    for (unsigned i = 0; i < init_file_count; i++)
        if (strcmp(init_files[i].name, "braze-body.json") == 0)
            buf_add(&plan->body, init_files[i].text, strlen(init_files[i].text) - 1);
    if (make_token(&plan->token, error) != 0)
        return -1;
    add_path(&plan->db, plan->folder.path, "frontdesk.db");
    add_path(&plan->rules, plan->folder.path, "rules");
    for (unsigned i = 0; i < init_file_count; i++)
        if (write_file(plan, &init_files[i], error) != 0)
            return -1;
    folder_keep(&plan->folder);
    return 0;
}

/* A line break in a path would end a line of the settings, and the rest of it begin another. */
static int check_path(const char *path, struct error *error)
{
    struct buf shown = { 0 };
    bool is_same;

    show_text(path, strlen(path), SHOW_CELL, &shown);
    is_same = strcmp(buf_text(&shown), path) == 0;
    if (!is_same)
        error_set(error, "%s holds characters that no path of settings can hold; name another folder",
                  buf_text(&shown));
    buf_release(&shown);
    return is_same ? 0 : -1;
}

static void show_next(struct output *output, const struct plan *plan)
{
    struct buf env = { 0 }, rules = { 0 };

    add_shell_path(&env, plan->folder.path, "frontdesk.env");
    add_shell_path(&rules, plan->folder.path, "rules");
    output_note(output, NOTE_PLAIN,
                "Talk to it, without an account of anything, in three terminals:\n"
                "\n"
                "  frontdesk-sandbox\n"
                "  frontdeskd --env %s\n"
                "  frontdesk --env %s chat\n"
                "\n"
                "Then make the rules yours: frontdesk rules check --strict %s",
                buf_text(&env), buf_text(&env), buf_text(&rules));
    if (strcmp(buf_text(&plan->url), NO_URL) == 0)
        output_note(
            output, NOTE_WARN,
            "braze-body.txt has a placeholder for your address: replace %s, or begin again with --url "
            "https://desk.example.com.",
            NO_URL);
    buf_release(&env);
    buf_release(&rules);
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In the order in which ls would list them, not in that of the templates. */
static void show_files(struct output *output, const struct folder *folder)
{
    static const struct column file[] = { { "path", "files", LOOK_PLAIN } };
    const char **paths = alloc_array(folder->count, sizeof *paths);
    size_t count = 0;

    for (size_t i = 0; i < folder->count; i++)
        if (!folder->made[i].is_folder)
            paths[count++] = folder->made[i].path + strlen(folder->path) + 1;
    qsort(paths, count, sizeof *paths, compare_paths);
    output_table(output, "files", file, 1);
    for (size_t i = 0; i < count; i++)
        output_row(output, (struct cell[]){ cell_text(paths[i]) });
    output_table_end(output);
    free(paths);
}

static void show_made(struct output *output, const struct plan *plan)
{
    static const struct column columns[] = {
        { "folder", "folder", LOOK_PLAIN },
        { "kind", "kind", LOOK_PLAIN },
        { "language", "language", LOOK_PLAIN },
    };

    output_record(
        output, NULL, columns,
        (struct cell[]){ cell_text(plan->folder.path), cell_text(plan->kind), cell_text(plan->language) }, 3);
    show_files(output, &plan->folder);
}

int command_init(struct call *call)
{
    struct plan plan = { 0 };
    struct error error = { 0 };
    int code = take_options(call, &plan);

    if (code == EXIT_DONE && (folder_open(&plan.folder, call->parsed->holes[0], &error) != 0 ||
                              check_path(plan.folder.path, &error) != 0 || write_files(&plan, &error) != 0))
        code = call_fail(call, EXIT_FAILED, "%s", error.text);
    if (code == EXIT_DONE) {
        show_made(call->output, &plan);
        show_next(call->output, &plan);
    }
    plan_release(&plan);
    return code;
}
