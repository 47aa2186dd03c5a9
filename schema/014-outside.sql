-- Another desk: what it is told, and what it has asked for.
--
-- A row of the outbox with the kind 'notify' is a webhook to a team's notify_url or relay_url. It stands in no line of texts
-- (seq -3) and names in sent_by where it goes: 'notify TEAM' or 'relay TEAM'. Of one conversation one at a time goes there, in
-- the order in which things happened; those behind it wait. It is accepted when the other side has answered with a 2xx, dead
-- when that has refused it for good, expired when it could not be told in a day. It never goes away by a change of hands: what
-- has happened has happened.

CREATE TABLE notification (
  outbox   INTEGER PRIMARY KEY REFERENCES outbox (id),
  team     TEXT NOT NULL,
  way      TEXT NOT NULL CHECK (way = 'notify' OR way = 'relay'),
  type     TEXT NOT NULL CHECK (
             type = 'handoff' OR type = 'taken' OR type = 'released' OR type = 'closed' OR type = 'message'),
  message  INTEGER NOT NULL,        -- message: which; else the newest of the conversation then; 0: none
  body     TEXT                     -- JSON, from the first try to the last: each sends the same; NULL: not written yet, or done
) STRICT;

CREATE INDEX outbox_notify_due ON outbox (sent_by, due_at, id) WHERE state = 'due' AND kind = 'notify';
CREATE INDEX outbox_notify_line ON outbox (conversation, sent_by, id) WHERE settled_at IS NULL AND kind = 'notify';

-- What another desk's agents have asked for, by the id that they gave it: asked again, it is not done again. Kept for 30 days.
CREATE TABLE agent_call (
  id      TEXT PRIMARY KEY,
  digest  TEXT NOT NULL,            -- of what was asked for
  conversation INTEGER NOT NULL,
  reply   TEXT NOT NULL,            -- JSON, as it was answered
  at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX agent_call_at ON agent_call (at);
