/*
 * schema_embedded: the files of schema/, in order; made by tools/embed.sh at build.
 */
#ifndef STORE_SCHEMA_EMBEDDED_H
#define STORE_SCHEMA_EMBEDDED_H

struct schema_file {
    const char *name; /* "001-spine.sql" */
    const char *sql;
};

extern const struct schema_file schema_files[];
extern const unsigned schema_file_count;

#endif
