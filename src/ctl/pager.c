/*
 * pager: see the header.
 *
 * Whoever quits the pager has seen enough: that is no error, and the command's own exit code stays. While it runs, Ctrl-C is
 * the pager's. A program that cannot be run (127 of the shell) leaves the text to the terminal.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl/pager.h"

enum { NOT_FOUND = 127 };

/* The first words of commands that only show. */
static const char *const READERS[] = { "audit",      "conversations", "outbox",   "profile", "queue", "rules", "search", "stats",
                                       "status",     "transcript",    "usage",    "webhooks", "why",  NULL };

static const char *find_program(void)
{
    const char *program = getenv("FRONTDESK_PAGER"), *terminal = getenv("TERM");

    if (program == NULL)
        program = getenv("PAGER");
    if (program == NULL)
        program = "less";
    if (terminal == NULL || strcmp(terminal, "") == 0 || strcmp(terminal, "dumb") == 0)
        return NULL;
    if (strcmp(program, "") == 0 || strcmp(program, "cat") == 0)
        return NULL;
    return program;
}

static bool is_reader(const struct command *command)
{
    size_t len = strcspn(command->pattern, " ");

    for (size_t i = 0; READERS[i] != NULL; i++)
        if (strlen(READERS[i]) == len && memcmp(READERS[i], command->pattern, len) == 0)
            return true;
    return false;
}

void pager_init(struct pager *pager, const struct parsed *parsed, bool is_terminal)
{
    *pager = (struct pager){ 0 };
    if (!is_terminal || parsed->options[OPTION_NO_PAGER] != NULL || parsed->options[OPTION_FOLLOW] != NULL)
        return; /* what goes on for ever has no end to be shown at */
    if (parsed->command == NULL || is_reader(parsed->command)) /* without a command it is help */
        pager->program = find_program();
}

/* A line that is too long takes more than one row. Bytes that are not seen count here, too: the pager knows better. */
static size_t count_rows(const struct buf *text, size_t columns)
{
    size_t rows = 0;

    for (size_t at = 0; at < text->len;) {
        const char *end = memchr(text->data + at, '\n', text->len - at);
        size_t len = end != NULL ? (size_t)(end - text->data) - at : text->len - at;

        rows += len > columns ? (len + columns - 1) / columns : 1;
        at += len + 1;
    }
    return rows;
}

static void run_program(const char *program, int from)
{
    dup2(from, STDIN_FILENO);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGQUIT, SIG_DFL);
    setenv("LESS", "FRX", 0);
    setenv("LV", "-c", 0);
    execl("/bin/sh", "sh", "-c", program, (char *)NULL);
    _exit(NOT_FOUND);
}

static void feed(int to, const struct buf *text)
{
    size_t at = 0;

    while (at < text->len) {
        ssize_t written = write(to, text->data + at, text->len - at);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return;
        at += (size_t)written;
    }
}

static int wait_for(pid_t child)
{
    int status;

    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

/* 0, or -1: nobody has shown anything. */
static int show_paged(const struct pager *pager)
{
    int ends[2], status;
    pid_t child;

    if (pipe(ends) != 0)
        return -1;
    child = fork();
    if (child == 0) {
        close(ends[1]);
        run_program(pager->program, ends[0]);
    }
    close(ends[0]);
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    if (child > 0)
        feed(ends[1], &pager->text);
    close(ends[1]);
    status = child > 0 ? wait_for(child) : -1;
    signal(SIGINT, SIG_DFL);
    signal(SIGQUIT, SIG_DFL);
    return status < 0 || status == NOT_FOUND ? -1 : 0;
}

void pager_end(struct pager *pager, size_t rows, size_t columns)
{
    if (count_rows(&pager->text, columns) < rows || show_paged(pager) != 0)
        fwrite(buf_text(&pager->text), 1, pager->text.len, stdout);
    fflush(stdout);
    fwrite(buf_text(&pager->talk), 1, pager->talk.len, stderr);
    buf_release(&pager->text);
    buf_release(&pager->talk);
    pager->program = NULL;
}
