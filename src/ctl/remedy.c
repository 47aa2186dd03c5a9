/*
 * remedy: see the header.
 */
#include <string.h>

#include "base/env.h"
#include "ctl/remedy.h"
#include "ctl/unit.h"
#include "text/escape.h"

static const struct {
    enum option_id option;
    const char *word;
} PLACES[] = { { OPTION_ENV, "--env" }, { OPTION_DB, "--db" }, { OPTION_ADMIN, "--admin" }, { OPTION_RULES, "--rules" } };

static bool wants_folder(const struct call *call, const char *rest)
{
    return call->rules_dir.len == 0 && (strcmp(rest, "rules load") == 0 || strcmp(rest, "rules check") == 0);
}

/* But for those of which the remedy says itself what has to be given. */
static void add_places(const struct call *call, const char *remedy, struct buf *out)
{
    for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++) {
        const char *value = call->parsed->options[PLACES[i].option];

        if (value == NULL || strstr(remedy, PLACES[i].word) != NULL)
            continue;
        buf_addf(out, " %s ", PLACES[i].word);
        escape_shell(value, out);
    }
}

/* Does the shell of whoever asks hold what the daemon needs, be it by FRONTDESK_ENV? */
static bool has_settings(void)
{
    struct buf value = { 0 };
    bool is_set = env_get("BRAZE_REST_URL", &value, NULL) == 1;

    buf_release(&value);
    return is_set;
}

/* Without a unit it is started by hand: a file of settings that nobody named is asked for as FILE. */
static void add_start(const struct call *call, struct buf *out)
{
    buf_add_text(out, "frontdeskd");
    if (call->parsed->options[OPTION_ENV] == NULL && !has_settings())
        buf_add_text(out, " --env FILE");
    add_places(call, "", out);
}

/* "systemctl start frontdeskd" and what follows it, where no unit is installed. */
static bool add_by_hand(const struct call *call, const char *remedy, struct buf *out)
{
    static const char START[] = "systemctl start frontdeskd", RESTART[] = "systemctl restart frontdeskd";
    bool is_start = strncmp(remedy, START, sizeof START - 1) == 0;

    if ((!is_start && strncmp(remedy, RESTART, sizeof RESTART - 1) != 0) || unit_is_installed(""))
        return false;
    if (!is_start)
        buf_add_text(out, "stop frontdeskd, and start it again: ");
    add_start(call, out);
    buf_add_text(out, remedy + (is_start ? sizeof START : sizeof RESTART) - 1);
    return true;
}

void remedy_add(const struct call *call, const char *remedy, struct buf *out)
{
    static const char SELF[] = "frontdesk ";
    size_t len = sizeof SELF - 1;

    if (add_by_hand(call, remedy, out))
        return;
    if (strncmp(remedy, SELF, len) != 0) {
        buf_add_text(out, remedy);
        return;
    }
    buf_add_text(out, "frontdesk");
    add_places(call, remedy, out);
    buf_add_char(out, ' ');
    buf_add_text(out, remedy + len);
    if (wants_folder(call, remedy + len))
        buf_add_text(out, " DIR");
}
