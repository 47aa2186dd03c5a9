/*
 * init_embedded: the files of rules/init/, made by tools/embed.sh at build.
 */
#ifndef CTL_INIT_EMBEDDED_H
#define CTL_INIT_EMBEDDED_H

struct init_file {
    const char *name; /* "ko/shop/10-business.sql" */
    const char *text;
};

extern const struct init_file init_files[];
extern const unsigned init_file_count;

#endif
