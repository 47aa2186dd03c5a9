/*
 * sandbox_page: one profile as a text for people.
 */
#ifndef TOOLS_SANDBOX_PAGE_H
#define TOOLS_SANDBOX_PAGE_H

#include "base/buf.h"

#include "sandbox_service.h"

/*
 * Appends what stands in the profiles of this user (of each kind under which he is known), his events, and what was left out:
 *
 *     mia (external), written 3 times, last at 2026-05-12T09:30:00.250Z
 *       chat_count               number   5
 *       chat_topics              array    ["hours","refund"]
 *     events
 *       2026-05-12T09:30:00Z     chat_ended {"outcome":"answered"}
 *     left out
 *       chat_note                a text of over 255 characters
 *
 * Returns how many lines; 0: nothing was ever written about him.
 */
size_t page_format(const struct service *service, const char *user, struct buf *out);

#endif
