/*
 * profile_private: which set values are still to be written, in SQL; for the store's own statements about table profile
 * (aliased `p`) and table entry, which take turns under one name (profile.h). ?1 is the contact, ?2 whose profile it is.
 *
 * What goes with a text only is not repeated for another profile: it may be the customer's consent. Nor is what entries have
 * changed since it was set: to set it once more would undo them.
 */
#ifndef STORE_PROFILE_PRIVATE_H
#define STORE_PROFILE_PRIVATE_H

#define PROFILE_IS_NEWS                                                                                            \
    "p.contact = ?1 AND p.way <> 'withdrawn' AND "                                                                 \
    "((p.addressee <> ?2 AND p.way <> 'reply_only' AND p.is_changed = 0) "                                         \
    "OR (p.is_refused = 0 AND (p.sent IS NOT NULL OR p.accepted IS NOT p.wanted)))"

/* A text to the contact is on its way. */
#define PROFILE_TEXT_IS_OPEN                                                                                       \
    "EXISTS (SELECT 1 FROM outbox o WHERE o.contact = ?1 AND o.settled_at IS NULL AND o.seq > 0)"

#endif
