/*
 * subscription: whether the customer stands in the business's subscription group at Braze, as the settings
 * subscription_group, subscribe_newcomers and subscription_follows_opt_out want it. It is a value of his profile
 * (store/profile.h, under the name of Braze's field), and goes, is settled and is shown as such.
 *
 * A first-time writer is subscribed with the first text to him that Braze takes; who opts in, with the confirmation. Who
 * opts out is unsubscribed by a call of its own when the confirmation has left, and a while later: else Braze would not
 * send it.
 */
#ifndef DESK_SUBSCRIPTION_H
#define DESK_SUBSCRIPTION_H

#include <stdbool.h>

#include "base/error.h"
#include "desk/carry.h"

#define SUBSCRIPTION_NAME "subscription_groups"

enum { SUBSCRIPTION_PAUSE_MS = 60 * 1000 }; /* between the last text to who opted out, and his being unsubscribed */

/*
 * The customer has written, for the first time perhaps. Before what was decided is carried out. Whose subscription was refused
 * counts as a newcomer until the group is another: it is no news before.
 */
int subscription_welcome(const struct carry *carry, bool is_newcomer, struct error *error);

/* He has opted out, or in; `by` says who brought it about: the rule, or the step. */
int subscription_follow(const struct carry *carry, bool is_opted_out, const char *by, struct error *error);

#endif
