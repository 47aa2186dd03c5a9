/*
 * dossier: everything that the book holds about one person, as one JSON document.
 *
 * The document is an object: "format": 1, "written_at" (unix ms), and a member for each kind of thing, in this order:
 *
 *     contact          who it is: names, language, address, opted_out_at …
 *     former_contacts  [{…}]: as whom she was known before she showed the same phone; their rows are among all the others
 *     identities       [{kind, value, added_at}]
 *     conversations    [{id, channel, owner, …, variables, summary, outcome}]
 *     messages         [{id, conversation, turn, at, kind (in, out, agent, note), text, actor, media, fields, buttons, tags …}]
 *     webhooks         [{id, received_at, channel, state, …, body}]: as they came; "body_hex" instead where they are no UTF-8
 *     turns            [{id, conversation, state, opened_at …}]: what became of each message
 *     decisions        [{message, rule, action, state, trace}]: why it was answered so
 *     outbox           [{id, kind, state, message, …}]: what was to go out; attempts at it with what came of each:
 *     attempts         [{id, outbox, at, class, status, reason …}]
 *     profile_calls    [{outbox, addressee, attributes, events}]: what was written into the Braze profile
 *     profile          [{name, wanted, accepted, …}]: what stands there by now, as far as it is ours
 *     entries          [{id, kind, name, value, state …}]: what was done to it once
 *     notices          [{message, name, conversation, at, text}]: told to others about the person
 *     events           [{id, at, conversation, kind, actor, detail}]
 *     handovers        [{number, conversation, team, at, state, ended_at, ended_by}]: when a person had it
 *     runs, waiting    dialogues that are under way, and messages that wait behind one
 *     service_calls    [{outbox, service, url, body, answer …}]
 *     consults         [{outbox, wanted_by, wanted, did …}]: questions to backends
 *     notifications    [{outbox, team, way, type, message, body}]: to another desk
 *     agent_calls      [{id, conversation, reply, at}]: what another desk's agents asked for
 *     sessions         [{conversation, backend, session}]
 *     partings         [{id, conversation, moment, at …}]: that are to be summed up
 *     usage            [{day, backend, asked, tokens_in, cost …}]: what it cost
 *     cooldowns        [{rule, until_at}]
 *     keys             [{channel, identity, dispatch_id, message, at}]: by which what comes twice is known
 *
 * Members and fields are added, never renamed. Times are unix milliseconds, cost millionths. What is JSON in the book is JSON
 * here. Control characters, C1 and marks of direction are escaped, so that it is safe on a terminal.
 *
 * It is read in pieces, and nothing of the book is held while a piece is on its way to whoever wants it; what happens
 * meanwhile may be in a later member and not in an earlier one. Reads only.
 */
#ifndef STORE_DOSSIER_H
#define STORE_DOSSIER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

/* Takes a piece of the document; -1: no more is wanted. */
typedef int dossier_piece(void *context, const char *bytes, size_t len);

/* 0; -1 when the book could not be read, with the sentence, or when no more was wanted, without one. */
int dossier_write(struct db *db, int64_t contact, int64_t now, dossier_piece *piece, void *context, struct error *error);

#endif
