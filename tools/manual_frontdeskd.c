/*
 * manual_frontdeskd: frontdeskd(8), from the daemon's table of variables.
 */
#include <stdio.h>

#include "daemon/config_help.h"
#include "tools/manual_page.h"

static void add_variable(struct buf *out, const struct config_variable *variable)
{
    struct buf text = { 0 };

    buf_add_text(&text, variable->help);
    if (variable->flag != NULL)
        buf_addf(&text, "; --%s %s goes before it", variable->flag, variable->value);
    if (variable->is_required)
        buf_add_text(&text, "; required");
    if (variable->otherwise != NULL)
        buf_addf(&text, "; else %s", variable->otherwise);
    buf_add_char(&text, '.');
    page_item(out, variable->name, NULL, buf_text(&text));
    buf_release(&text);
}

static void add_synopsis(struct buf *out)
{
    page_section(out, "SYNOPSIS");
    buf_add_text(out, ".Nm frontdeskd\n");
    for (const struct config_variable *variable = config_variables; variable->name != NULL; variable++)
        if (variable->flag != NULL)
            buf_addf(out, ".Op Fl -%s Ar %s\n", variable->flag, variable->value);
}

static const char *const CALLS[][2] = {
    { "POST /v1/inbound, /v1/inbound/CHANNEL",
      "a customer's message, with Authorization: Bearer and one of the tokens. 202 once it is on\n"
      "disk and decided; 503 with Retry-After when it cannot be stored." },
    { "POST /v1/agent/ACT", "say, take, release, close or note, for another desk, with one of FRONTDESK_AGENT_TOKENS." },
    { "GET /healthz", "200 while the process lives." },
    { "GET /readyz", "200 while webhooks can be stored." },
    { "GET /metrics", "for Prometheus, at FRONTDESK_METRICS and on the admin socket." },
};

static const char *const SIGNALS[][2] = {
    { "SIGHUP", "loads the rules again; bad ones change nothing." },
    { "SIGTERM, SIGINT", "finishes what is under way and ends." },
    { "SIGUSR1, SIGUSR2", "nothing; the log goes to standard error, and there is no file to open again." },
};

static const char *const FILES[][2] = {
    { "<db>", "the book, an SQLite database; with its -wal and -shm beside it while the daemon runs." },
    { "<db>.sock", "the admin socket, for frontdesk." },
};

static void add_list(struct buf *out, const char *const (*rows)[2], size_t count)
{
    page_list_begin(out);
    for (size_t i = 0; i < count; i++)
        page_item(out, rows[i][0], NULL, rows[i][1]);
    page_list_end(out);
}

void page_frontdeskd(struct buf *out)
{
    static const char *const SEE[] = { "frontdesk 1", "frontdesk-rules 5", NULL };

    page_begin(out, "frontdeskd", 8, "the desk: takes customers' messages, decides who answers, sends the answer");
    add_synopsis(out);
    page_section(out, "DESCRIPTION");
    page_text(out, "Takes the messages that Braze forwards as webhooks, writes them into the book, decides\n"
                   "by rules who answers, and sends the answers through Braze. It stays in the foreground\n"
                   "and logs to standard error, a line in logfmt for each fact. A second one on the same\n"
                   "book refuses to start.");
    page_section(out, "ENVIRONMENT");
    page_text(out, "A variable X may also come from the file that X_FILE names, or from\n"
                   "$CREDENTIALS_DIRECTORY/X.");
    page_list_begin(out);
    for (const struct config_variable *variable = config_variables; variable->name != NULL; variable++)
        add_variable(out, variable);
    page_list_end(out);
    page_text(out, "Keys of AI backends, services and teams come from the variables that the rule files\n"
                   "name.");
    page_section(out, "HTTP");
    add_list(out, CALLS, sizeof CALLS / sizeof *CALLS);
    page_section(out, "SIGNALS");
    add_list(out, SIGNALS, sizeof SIGNALS / sizeof *SIGNALS);
    page_section(out, "FILES");
    add_list(out, FILES, sizeof FILES / sizeof *FILES);
    page_section(out, "EXIT STATUS");
    page_text(out, "0 after SIGTERM, 1 when it could not start or go on, 2 when the command line was not\n"
                   "understood.");
    page_see_also(out, SEE);
}
