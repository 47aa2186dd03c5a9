/*
 * doctor: what was found, one after the other, each with a level and, where it is not good, with what to do about it.
 *
 *     {"findings": [{"level": "good" | "warn" | "bad", "area": "Braze", "text": "…", "remedy": "…" or null}],
 *      "checklist": [{"text": "…"}], "bad": N, "warn": N}
 *
 * People get the areas as paragraphs, a finding a line.
 */
#ifndef CTL_DOCTOR_H
#define CTL_DOCTOR_H

#include "base/error.h"
#include "base/json.h"
#include "ctl/act.h"
#include "ctl/call.h"
#include "rules/ruleset.h"
#include "store/db.h"

enum finding_level { FINDING_GOOD, FINDING_WARN, FINDING_BAD };

struct finding {
    enum finding_level level;
    const char *area;    /* a literal; the same pointer for all of an area, which follow each other */
    char *text, *remedy; /* owned; remedy "": none is needed */
};

struct doctor { /* the zero value with `call` set is ready */
    struct call *call;
    struct finding *rows;
    size_t count;
    int64_t bad, warn;
    enum daemon_state daemon;
    struct json *told;     /* what the daemon says (daemon/examiner.h); NULL: nothing */
    struct db *db;         /* the book; NULL: there is none, or it cannot be read, and `trouble` says why */
    struct error trouble;
    struct ruleset *rules; /* in force; NULL: none, or `rules_trouble` says why not */
    struct error rules_trouble;
    bool is_folder_news; /* the folder has other files than those in force */
};

/* `remedy` NULL: none is needed. */
void doctor_find(struct doctor *doctor, enum finding_level level, const char *area, const char *remedy, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
void doctor_read_rules(struct doctor *doctor); /* what is in force, out of `db` */
void doctor_show(const struct doctor *doctor);
void doctor_release(struct doctor *doctor);

/* The parts, in their order. */
void doctor_look_at_place(struct doctor *doctor);  /* settings, files, disk, machine */
void doctor_look_at_rules(struct doctor *doctor);  /* the folder, and what is in force */
void doctor_look_at_book(struct doctor *doctor);   /* schema, log, backups, what came in */
void doctor_look_at_daemon(struct doctor *doctor); /* version, libraries, limits */
void doctor_look_at_braze(struct doctor *doctor);  /* reach, key, clock, campaigns, backends */

#endif
