/*
 * tell_write: what the files of rules/tell*.c that write have in common: items, sentences, quoted lists.
 */
#ifndef RULES_TELL_WRITE_H
#define RULES_TELL_WRITE_H

#include "rules/tell_voice.h"

/* What is being written: about what, in which voice, to whose list. */
struct teller {
    const struct ruleset *ruleset;
    enum tell_language language;
    const struct tell_voice *voice;
    struct tell *tell;
};

/* A new item of a rule, or one that opens a part (rule NULL). Borrowed until the next one is added. */
struct tell_item *tell_add_item(struct teller *teller, const char *heading, const struct rule *rule);

/* Takes the sentence's memory. */
void tell_add_text(struct tell_item *item, struct buf *sentence);
void tell_add_sentence(const struct teller *teller, struct tell_item *item, enum tell_sentence which,
                       const char *const *values);

void tell_quote(const struct teller *teller, struct buf *out, const char *text);

/* With the settings filled in, and ‹names› for the rest. */
void tell_quote_template(const struct teller *teller, const struct template *template, struct buf *out);

/* “a”, “b” or “c” */
struct tell_list {
    struct buf *texts;
    size_t count;
};

void tell_list_add(const struct teller *teller, struct tell_list *list, const char *text, size_t len);
void tell_list_take(struct tell_list *list, struct buf *member); /* as it is, with its memory */
void tell_list_format(const struct tell_list *list, const char *comma, const char *last, struct buf *out);
void tell_list_release(struct tell_list *list);

void tell_duration(const struct tell_voice *voice, int64_t ms, struct buf *out);


/* Of tell_attribute.c: with a rule; and the part behind the rules. */
void tell_attributes_of(const struct teller *teller, const struct rule *rule, struct tell_item *item);
void tell_attributes(struct teller *teller);

/* Of tell_business.c and tell_hours.c: the parts before the rules. */
void tell_settings(struct teller *teller);
void tell_hours(struct teller *teller);
void tell_ways(struct teller *teller);
void tell_teams(struct teller *teller);

/* Of tell_flow.c: those behind them. */
void tell_flows(struct teller *teller);
void tell_services(struct teller *teller);

/* Of tell_backend.c. */
void tell_backends(struct teller *teller);
/* Adds the names of those that may do the act; for ACT_HANDOFF, also of those whose chain ends at the team. */
void tell_backends_with(const struct teller *teller, enum backend_act_kind kind, const char *target, struct tell_list *list);
/* Of tell_faq.c. */
void tell_faqs(struct teller *teller);

/* Of tell_talk.c: the last. */
void tell_talks(struct teller *teller);

#endif
