/*
 * manual PAGE: prints one of the manual pages, in mdoc(7): frontdesk.1, frontdeskd.8 or frontdesk-rules.5.
 *
 * They are made of what the programs themselves know: the table of commands and its help, the daemon's variables, the
 * tables, settings, names, filters and facts of rule files.
 */
#include <stdio.h>
#include <string.h>

#include "tools/manual_page.h"

static const struct {
    const char *name;
    void (*write)(struct buf *out);
} PAGES[] = {
    { "frontdesk.1", page_frontdesk },
    { "frontdeskd.8", page_frontdeskd },
    { "frontdesk-rules.5", page_rules },
};

int main(int argc, char **argv)
{
    struct buf text = { 0 };

    for (size_t i = 0; argc == 2 && i < sizeof PAGES / sizeof *PAGES; i++)
        if (strcmp(PAGES[i].name, argv[1]) == 0)
            PAGES[i].write(&text);
    if (text.len == 0) {
        fputs("usage: frontdesk-manual frontdesk.1 | frontdeskd.8 | frontdesk-rules.5\n", stderr);
        return 2;
    }
    fwrite(text.data, 1, text.len, stdout);
    buf_release(&text);
    return fflush(stdout) == 0 ? 0 : 1;
}
