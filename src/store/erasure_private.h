/*
 * erasure_private: which rows are a person's, for the statements of store/erasure_rows.c and store/erasure_stage.c. ?1 is the
 * erasure.
 */
#ifndef STORE_ERASURE_PRIVATE_H
#define STORE_ERASURE_PRIVATE_H

#define CONTACTS "(SELECT contact FROM erasure_contact WHERE erasure = ?1)"
#define CONVERSATIONS "(SELECT id FROM conversation WHERE contact IN " CONTACTS ")"
/*
 * Texts to others that tell of a conversation of hers; also lists of cases, which tell of several people's, with a case of hers
 * among them: they were told while that went on, to somebody who is told of cases.
 */
#define LISTS                                                                                                       \
    "SELECT n.message FROM handover h CROSS JOIN colleague g CROSS JOIN notice n INDEXED BY notice_hour "           \
    "ON n.contact = g.contact AND n.is_over = 0 AND n.handover = -1 "                                               \
    "AND n.at BETWEEN h.at AND coalesce(h.ended_at, 9223372036854775807) JOIN message m ON m.id = n.message "       \
    "WHERE EXISTS (SELECT 1 FROM colleague) AND h.conversation IN " CONVERSATIONS                                    \
    " AND instr(m.text, '#' || h.number || ' ') > 0"
#define NOTICES                                                                                                     \
    "(SELECT n.message FROM notice n WHERE EXISTS (SELECT 1 FROM notice) AND n.conversation IN " CONVERSATIONS        \
    " AND n.contact NOT IN " CONTACTS                                                                               \
    " UNION ALL " LISTS ")"

#endif
