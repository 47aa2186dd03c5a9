/*
 * remedy: see the header.
 */
#include <string.h>
#include <unistd.h>

#include "ctl/remedy.h"
#include "text/escape.h"

static const struct {
    enum option_id option;
    const char *word;
} PLACES[] = { { OPTION_ENV, "--env" }, { OPTION_DB, "--db" }, { OPTION_ADMIN, "--admin" }, { OPTION_RULES, "--rules" } };

static bool wants_folder(const struct call *call, const char *rest)
{
    return call->rules_dir.len == 0 && (strcmp(rest, "rules load") == 0 || strcmp(rest, "rules check") == 0);
}

/* A desk made by `frontdesk init` runs without a unit of systemd: it is started as it says there. */
static bool is_started_by_hand(const struct call *call)
{
    static const char *const UNITS[] = { "/etc/systemd/system/frontdeskd.service",
                                         "/usr/local/lib/systemd/system/frontdeskd.service",
                                         "/usr/lib/systemd/system/frontdeskd.service" };

    if (call->parsed->options[OPTION_ENV] == NULL)
        return false;
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++)
        if (access(UNITS[i], F_OK) == 0)
            return false;
    return true;
}

void remedy_add(const struct call *call, const char *remedy, struct buf *out)
{
    static const char SELF[] = "frontdesk ", START[] = "systemctl start frontdeskd";
    size_t len = sizeof SELF - 1;

    if (strncmp(remedy, START, sizeof START - 1) == 0 && is_started_by_hand(call)) {
        buf_add_text(out, "frontdeskd --env ");
        escape_shell(call->parsed->options[OPTION_ENV], out);
        buf_add_text(out, remedy + sizeof START - 1);
        return;
    }
    if (strncmp(remedy, SELF, len) != 0) {
        buf_add_text(out, remedy);
        return;
    }
    buf_add_text(out, SELF);
    for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++) {
        const char *value = call->parsed->options[PLACES[i].option];

        if (value == NULL)
            continue;
        buf_addf(out, "%s ", PLACES[i].word);
        escape_shell(value, out);
        buf_add_char(out, ' ');
    }
    buf_add_text(out, remedy + len);
    if (wants_folder(call, remedy + len))
        buf_add_text(out, " DIR");
}
