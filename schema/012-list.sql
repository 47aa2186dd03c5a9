-- What lists are narrowed by, so that they are found behind millions of others. An index is written with what it is of: that of
-- rules with every message that a rule took, all others once in a conversation or less. What stands last in some of them is
-- looked at there and not in the table.

CREATE INDEX decision_rule ON decision (rule, message) WHERE rule IS NOT NULL;
CREATE INDEX turn_unanswered ON turn (conversation, state)
  WHERE state = 'unanswered' OR state = 'held' OR state = 'expired' OR state = 'dead';
CREATE INDEX event_flow ON event (detail, conversation, kind) WHERE kind = 'flow';
CREATE INDEX event_asked ON event (actor, conversation, kind) WHERE kind = 'consult' OR kind = 'answer';
CREATE INDEX conversation_outcome ON conversation (outcome, id) WHERE outcome <> '';
CREATE INDEX conversation_channel ON conversation (channel, id);
