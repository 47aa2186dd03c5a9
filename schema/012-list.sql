-- What lists are narrowed by, so that they are found behind millions of others. Each index is written with what it is of, once in
-- a conversation or less. What stands last in some of them is looked at there and not in the table.

CREATE INDEX turn_unanswered ON turn (conversation, state)
  WHERE state = 'unanswered' OR state = 'held' OR state = 'expired' OR state = 'dead';
CREATE INDEX event_flow ON event (detail, conversation, kind) WHERE kind = 'flow';
CREATE INDEX event_asked ON event (actor, conversation, kind) WHERE kind = 'consult' OR kind = 'answer';
CREATE INDEX conversation_outcome ON conversation (outcome, id) WHERE outcome <> '';
CREATE INDEX conversation_channel ON conversation (channel, id);

-- Which rules took messages in which stretch of 4,096 messages: where to look for a rule. An index of decisions by rule would be
-- written all over with every message; this is written at its end, and for most messages not at all. What names a rule here may
-- have been deleted since.
CREATE TABLE rule_use (
  stretch  INTEGER NOT NULL,        -- the number of a message / 4096
  rule     TEXT NOT NULL,
  PRIMARY KEY (stretch, rule)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER decision_is_noted AFTER INSERT ON decision WHEN new.rule IS NOT NULL
BEGIN INSERT OR IGNORE INTO rule_use (stretch, rule) VALUES (new.message / 4096, new.rule); END;
INSERT INTO rule_use (stretch, rule) SELECT DISTINCT message / 4096, rule FROM decision WHERE rule IS NOT NULL;
