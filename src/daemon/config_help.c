/*
 * config_help: see the header.
 */
#include <stdio.h>

#include "base/paragraph.h"
#include "daemon/config_help.h"

enum { HELP_COLUMN = 29 }; /* where explanations begin: behind the longest name */

const struct config_variable config_variables[] = {
    { "FRONTDESK_DB", "the database file; created for you alone", "frontdesk.db", "db", "FILE", false },
    { "FRONTDESK_RULES", "folder of rule files, read at start and on SIGHUP", NULL, "rules", "DIR", false },
    { "FRONTDESK_LISTEN", "where Braze's webhooks arrive", "127.0.0.1:8080", "listen", "ADDRESS:PORT", false },
    { "FRONTDESK_ADMIN", "socket for the frontdesk command", "<db>.sock", "admin", "SOCKET", false },
    { "FRONTDESK_WEBHOOK_TOKENS", "bearer tokens of 12 characters or more, comma separated", NULL, NULL, NULL, true },
    { "FRONTDESK_AGENT_TOKENS", "the same, for another desk's agents (POST /v1/agent/...); without it they may not", NULL, NULL,
      NULL, false },
    { "BRAZE_REST_URL", "like https://rest.iad-01.braze.com", NULL, NULL, NULL, true },
    { "BRAZE_API_KEY", "a REST key with campaigns.trigger.send", NULL, NULL, NULL, true },
    { "FRONTDESK_METRICS", "address for /metrics; the admin socket always has it", NULL, NULL, NULL, false },
    { "FRONTDESK_DESK", "number of this desk where several share the work; never lower than before", "0", NULL, NULL, false },
    { "FRONTDESK_LOG", "debug, info, warn or error", "info", NULL, NULL, false },
    { "FRONTDESK_BRAZE_TIMEOUT_MS", "how long one call to Braze may take, 200 to 60000", "10000", NULL, NULL, false },
    { "FRONTDESK_ENV", "a file of lines NAME=value that is read first", NULL, "env", "FILE", false },
    { NULL, NULL, NULL, NULL, NULL, false },
};

static void format_usage(struct buf *out)
{
    size_t from = out->len, indent;

    buf_add_text(out, "usage: frontdeskd");
    indent = out->len - from;
    for (const struct config_variable *variable = config_variables; variable->name != NULL; variable++) {
        char flag[40];
        int len;

        if (variable->flag == NULL)
            continue;
        len = snprintf(flag, sizeof flag, " [--%s %s]", variable->flag, variable->value);
        if (out->len - from + (size_t)len > PARAGRAPH_WIDTH) {
            buf_add_char(out, '\n');
            from = out->len;
            buf_addf(out, "%*s", (int)indent, "");
        }
        buf_add_text(out, flag);
    }
    buf_add_char(out, '\n');
}

static void format_variable(const struct config_variable *variable, struct buf *out)
{
    struct buf help = { 0 };

    buf_add_text(&help, variable->help);
    if (variable->otherwise != NULL)
        buf_addf(&help, " (else %s)", variable->otherwise);
    if (variable->is_required)
        buf_add_text(&help, "; required");
    buf_addf(out, "  %-*s ", HELP_COLUMN - 3, variable->name);
    paragraph_add(buf_text(&help), HELP_COLUMN, out);
    buf_release(&help);
}

void config_format_help(struct buf *out)
{
    buf_add_text(out, "frontdeskd: takes customers' messages from Braze, decides who answers, sends\n"
                      "the answer.\n\n");
    format_usage(out);
    buf_add_char(out, '\n');
    paragraph_add("Settings come from the environment; a flag of the same name wins. A variable X may also come from "
                  "the file named by X_FILE, or from $CREDENTIALS_DIRECTORY/X. frontdesk --env FILE reads the same "
                  "file as frontdeskd --env FILE. frontdesk init DIR makes one.",
                  0, out);
    buf_add_char(out, '\n');
    for (const struct config_variable *variable = config_variables; variable->name != NULL; variable++)
        format_variable(variable, out);
    buf_add_text(out, "\nSIGHUP loads the rules again; SIGTERM finishes what is under way and ends.\n"
                      "Try it without Braze: make demo. All of it: man frontdeskd\n");
}
