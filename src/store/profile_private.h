/*
 * profile_private: which set values are still to be written, in SQL; for the store's own statements about table profile
 * (aliased `p`) and table entry, which take turns under one name. ?1 is the contact, ?2 whose profile it is.
 *
 * What goes with a text only is not repeated for another profile: it may be the customer's consent.
 */
#ifndef STORE_PROFILE_PRIVATE_H
#define STORE_PROFILE_PRIVATE_H

/* Entries of the same attribute that have changed since what was set: to set it once more would undo them. */
#define PROFILE_CHANGED_SINCE                                                                                      \
    "EXISTS (SELECT 1 FROM entry s WHERE s.contact = p.contact AND s.name = p.name AND s.kind <> 'event' "         \
    "AND s.at >= p.wanted_at)"

#define PROFILE_IS_NEWS                                                                                            \
    "p.contact = ?1 AND p.way <> 'withdrawn' AND "                                                                 \
    "((p.addressee <> ?2 AND p.way <> 'reply_only' AND NOT " PROFILE_CHANGED_SINCE ") "                            \
    "OR (p.is_refused = 0 AND (p.sent IS NOT NULL OR p.accepted IS NOT p.wanted)))"

/* An older entry of that name goes before. */
#define PROFILE_MUST_WAIT                                                                                          \
    "EXISTS (SELECT 1 FROM entry e INDEXED BY entry_open "                                                         \
    "WHERE e.contact = p.contact AND e.name = p.name AND e.settled_at IS NULL "                                    \
    "AND e.state = 'waiting' AND e.kind <> 'event' AND e.at < p.wanted_at)"

/* A text to the contact is on its way. */
#define PROFILE_TEXT_IS_OPEN                                                                                       \
    "EXISTS (SELECT 1 FROM outbox o WHERE o.contact = ?1 AND o.settled_at IS NULL AND o.seq > 0)"

#endif
