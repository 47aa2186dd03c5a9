/*
 * pick_private: what the files of pick share.
 */
#ifndef STORE_PICK_PRIVATE_H
#define STORE_PICK_PRIVATE_H

#include "base/buf.h"
#include "store/pick.h"

/* Of an identity i: is it what was typed for a user? As a phone `clean`, which may lack its "+". */
#define IS_PHONE(clean) "i.kind = 'phone' AND i.value IN (" clean ", '+' || " clean ", ltrim(" clean ", '+'))"
#define IS_USER(typed, clean) "((i.kind IN ('external', 'braze') AND i.value = " typed ") OR (" IS_PHONE(clean) "))"

/* Does a contact have what user (typed, and as a phone) and phone say? All NULL: anybody does. */
#define IS_PERSON(contact, typed, clean, phone)                                                                            \
    "(" typed " IS NULL OR EXISTS (SELECT 1 FROM identity i WHERE i.contact = " contact " AND " IS_USER(typed, clean) ")) " \
    "AND (" phone " IS NULL OR EXISTS (SELECT 1 FROM identity i WHERE i.contact = " contact " AND " IS_PHONE(phone) ")) "

/* Contacts by whichever of the two is given. */
#define PERSONS(typed, clean, phone)                                                                                   \
    "(SELECT i.contact FROM identity i WHERE i.kind IN ('external', 'braze') AND i.value = " typed                     \
    " UNION SELECT i.contact FROM identity i WHERE " IS_PHONE(clean)                                                   \
    " UNION SELECT i.contact FROM identity i WHERE " typed " IS NULL AND " IS_PHONE(phone) ") "

/* The stretches of messages in which a rule took one, the newest first; ?1 the rule, ?2 the stretch behind the newest. */
#define STRETCH 4096 /* messages, as in the schema */
#define STRETCHES(rule, before)                                                                                              \
    "WITH RECURSIVE s(n) AS (SELECT max(stretch) FROM rule_use WHERE stretch < " before " UNION ALL "                        \
    "SELECT (SELECT max(stretch) FROM rule_use WHERE stretch < s.n) FROM s WHERE s.n IS NOT NULL), "                         \
    "used(n) AS (SELECT s.n FROM s WHERE EXISTS (SELECT 1 FROM rule_use u WHERE u.stretch = s.n AND u.rule = " rule ")) "

struct pick_person { /* what is bound for the three; borrowed from `texts` and the filter */
    const char *typed, *clean, *phone;
    struct buf texts[2];
};
void pick_person_init(struct pick_person *person, const struct filter *filter);
void pick_person_release(struct pick_person *person);
void pick_person_bind(const struct pick_person *person, struct query *q, int first); /* three in a row */

/* 0: NULL */
void pick_bind_time(struct query *q, int index, int64_t value);

void picked_add(struct picked *picked, int64_t id);
/* Puts an id where it belongs, newest first; one that is there already is not put twice. Its place. */
size_t picked_put(struct picked *picked, int64_t id);
/* Takes all ids of a query's first column, and ends it. */
int picked_take(struct picked *picked, struct query *q, struct error *error);

#endif
