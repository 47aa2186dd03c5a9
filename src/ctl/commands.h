/*
 * commands: the table of all commands, and the functions behind it, each in the command_*.c of its noun. A
 * command gets its call and returns an exit code; what it has to say goes through the call's output.
 */
#ifndef CTL_COMMANDS_H
#define CTL_COMMANDS_H

#include "ctl/command.h"

extern const struct command commands[]; /* ends with a NULL pattern */

int command_status(struct call *call);
int command_conversations(struct call *call);
int command_transcript(struct call *call);
int command_follow(struct call *call);
int command_search(struct call *call);
int command_why(struct call *call);
int command_chat(struct call *call);
int command_init(struct call *call);
int command_rules_check(struct call *call);
int command_rules_load(struct call *call);
int command_rules_list(struct call *call);
int command_rules_tell(struct call *call);
int command_rules_explain(struct call *call);
int command_rules_draw(struct call *call);
int command_rules_try(struct call *call);
int command_rules_history(struct call *call);
int command_rules_diff(struct call *call);
int command_rules_rollback(struct call *call);
int command_rules_replay(struct call *call);
int command_drill(struct call *call);
int command_usage(struct call *call);
int command_stats(struct call *call);
int command_outbox_list(struct call *call);
int command_profile(struct call *call);
int command_outbox_show(struct call *call);
int command_outbox_retry(struct call *call);
int command_outbox_drop(struct call *call);
int command_webhooks_list(struct call *call);
int command_webhooks_show(struct call *call);
int command_webhooks_replay(struct call *call);
int command_take(struct call *call);
int command_release(struct call *call);
int command_close(struct call *call);
int command_say(struct call *call);
int command_backup(struct call *call);
int command_restore(struct call *call);
int command_doctor(struct call *call);
int command_audit(struct call *call);
int command_completion(struct call *call);

#endif
