-- The end of a conversation: it is summed up, and the customer's Braze profile learns from it.

-- When the conversation is looked at next, whether nobody has said anything for idle_close; NULL: not before it is the
-- bot's again. Not moved by messages: whoever looks puts it off.
ALTER TABLE conversation ADD COLUMN idle_at INTEGER;
ALTER TABLE conversation ADD COLUMN closed_by TEXT NOT NULL DEFAULT '';  -- idle, rule, flow, backend, person; notice: made for those; '': it is open
ALTER TABLE conversation ADD COLUMN outcome TEXT NOT NULL DEFAULT '';    -- how it ended (src/desk/story.h); '': not summed up yet
ALTER TABLE conversation ADD COLUMN summary TEXT NOT NULL DEFAULT '';    -- written by a machine, always
ALTER TABLE conversation ADD COLUMN summary_by TEXT NOT NULL DEFAULT ''; -- 'frontdesk', or the backend; '': there is none
ALTER TABLE conversation ADD COLUMN summary_at INTEGER;                  -- when it was summed up, or given up on
CREATE INDEX conversation_idle ON conversation (idle_at) WHERE idle_at IS NOT NULL;
UPDATE conversation SET idle_at = last_in_at WHERE owner = 'bot';
UPDATE conversation SET summary_at = closed_at, closed_by = coalesce ((
  SELECT CASE WHEN actor LIKE 'rule %' THEN 'rule' WHEN actor LIKE 'step %' THEN 'flow' ELSE 'person' END
  FROM event WHERE event.conversation = conversation.id AND kind = 'close' ORDER BY event.id DESC LIMIT 1), 'person')
WHERE owner = 'closed';

-- A conversation that has to be summed up: put in the transaction that closes it or hands it over, taken away in the one
-- that writes the summary and all that follows from it.
CREATE TABLE parting (
  id            INTEGER PRIMARY KEY,
  conversation  INTEGER NOT NULL REFERENCES conversation (id),
  moment        TEXT NOT NULL CHECK (moment = 'close' OR moment = 'handoff'),
  at            INTEGER NOT NULL,   -- when it happened
  due_at        INTEGER,            -- when it may be summed up; NULL: a backend is asked to, or an older one comes first
  outbox        INTEGER REFERENCES outbox (id), -- the question to that backend
  tries         INTEGER NOT NULL DEFAULT 0 -- that failed
) STRICT;
CREATE INDEX parting_due ON parting (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX parting_urgent ON parting (due_at) WHERE moment = 'handoff' OR tries > 0;
CREATE INDEX parting_asked ON parting (outbox) WHERE outbox IS NOT NULL;
CREATE INDEX parting_conversation ON parting (conversation);

-- The parting that the question is about; 0: a turn or a step asks. It outlives the parting.
ALTER TABLE consult ADD COLUMN parting INTEGER NOT NULL DEFAULT 0;

-- Entries: what is to be done to a profile once, beside the values in `profile` that are set: increments, what is added to arrays or
-- taken out of them, custom events. Never repeated where nobody knows whether Braze has done it.
CREATE TABLE entry (
  id            INTEGER PRIMARY KEY,
  contact       INTEGER NOT NULL REFERENCES contact (id),
  conversation  INTEGER NOT NULL REFERENCES conversation (id),
  kind          TEXT NOT NULL CHECK (
                  kind = 'increment' OR     -- of the attribute by the value
                  kind = 'array_add' OR     -- the value is a JSON array of texts
                  kind = 'array_remove' OR
                  kind = 'event'),       -- the custom event; the value is a JSON object: its properties
  name          TEXT NOT NULL,
  value         TEXT NOT NULL CHECK (value <> ''), -- JSON literal
  at            INTEGER NOT NULL,   -- when it happened
  wanted_by     TEXT NOT NULL,      -- 'rule NAME', 'step FLOW.STEP', 'close', 'handoff' …
  message       INTEGER REFERENCES message (id), -- whose decision it was; NULL: no message's
  state         TEXT NOT NULL CHECK (
                  state = 'waiting' OR      -- for the next call
                  state = 'claimed' OR      -- the call may be under way
                  state = 'accepted' OR     -- taken by Braze
                  state = 'refused' OR      -- by Braze, for good; or nobody can be told of
                  state = 'unknown'),    -- a call's fate is unknown: it is not repeated
  outbox        INTEGER REFERENCES outbox (id), -- the row that carries it, or has; NULL: none yet
  settled_at    INTEGER CHECK ((settled_at IS NULL) = (state = 'waiting' OR state = 'claimed')),
  reason        TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX entry_open ON entry (contact, name, id) WHERE settled_at IS NULL;
CREATE INDEX entry_outbox ON entry (outbox) WHERE outbox IS NOT NULL;
CREATE INDEX entry_contact ON entry (contact, name, id);
CREATE INDEX entry_trouble ON entry (state, id) WHERE state = 'refused' OR state = 'unknown';

-- Texts that are notices: campaigns triggered at a moment, for the customer or for a person of the business.
CREATE TABLE notice (
  message       INTEGER PRIMARY KEY REFERENCES message (id), -- as it goes out; a long one is several
  name          TEXT NOT NULL,
  conversation  INTEGER NOT NULL REFERENCES conversation (id), -- that it tells of; the message's own may be another's
  contact       INTEGER NOT NULL REFERENCES contact (id), -- who is told
  at            INTEGER NOT NULL,
  is_over       INTEGER NOT NULL DEFAULT 0 CHECK (is_over = 0 OR is_over = 1) -- 1: over a limit, and withheld at once
) STRICT;
CREATE INDEX notice_conversation ON notice (conversation);
CREATE INDEX notice_hour ON notice (contact, at) WHERE is_over = 0;

-- The events that an outbox row of the kind 'track' carried when it left last, beside the attributes.
ALTER TABLE track ADD COLUMN events TEXT NOT NULL DEFAULT '[]'; -- JSON array of {"name", "time", "properties"}
-- 1: Braze refused all of it in one: its parts go one by one.
ALTER TABLE track ADD COLUMN is_parted INTEGER NOT NULL DEFAULT 0 CHECK (is_parted = 0 OR is_parted = 1);

ALTER TABLE contact ADD COLUMN tracked_at INTEGER NOT NULL DEFAULT 0; -- when a call that may have written into the profile ended

-- By which way a value goes into the profile. Those that ride with a text are written before it is sent.
ALTER TABLE profile ADD COLUMN way TEXT NOT NULL DEFAULT 'track' CHECK (
                  way = 'track' OR          -- by itself
                  way = 'reply' OR          -- with the next text to the contact; by itself where none is on its way
                  way = 'reply_only' OR     -- with the next text, and never by itself
                  way = 'after_replies'); -- by itself, when no text is on its way any more, and a while later
ALTER TABLE profile ADD COLUMN not_before INTEGER NOT NULL DEFAULT 0; -- by itself not before this
-- Of a text: what rode with it stands in the table track as well.
ALTER TABLE track ADD COLUMN is_barred INTEGER NOT NULL DEFAULT 0 CHECK (is_barred = 0 OR is_barred = 1); -- 1: Braze refused it with them, and it goes without
