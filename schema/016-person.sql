-- A person at the desk: cases, whom they were told, and what waits for a word of hers.
--
-- A case is one time that a conversation is a person's: from the hand-over, or from a person's taking it unasked, to its
-- release, its close or a time-out. Its number is short, for people type it on their phones, and is never used again
-- (the book's `case_number`): a text for a case that is over must not reach somebody else.

CREATE TABLE handover (
  number        INTEGER PRIMARY KEY,
  conversation  INTEGER NOT NULL REFERENCES conversation (id),
  team          TEXT NOT NULL,      -- whose it is now; '': a person took it unasked
  at            INTEGER NOT NULL,   -- when it began
  state         TEXT NOT NULL CHECK (
                  state = 'untold' OR         -- it waits a moment for its summary, then people are told
                  state = 'waiting' OR        -- for somebody to take it
                  state = 'taken' OR
                  state = 'over'),
  told_at       INTEGER,            -- when its team was told last; NULL: not yet, or it has nobody to be told
  moved_at      INTEGER NOT NULL,   -- when anybody said anything in it last
  is_spoken     INTEGER NOT NULL DEFAULT 0 CHECK (is_spoken = 0 OR is_spoken = 1), -- 1: the customer has heard that nobody can come now
  due_at        INTEGER CHECK (due_at IS NULL OR state <> 'over'), -- when it is looked at by itself; NULL: it is not
  ended_at      INTEGER CHECK ((ended_at IS NULL) = (state <> 'over')),
  ended_by      TEXT NOT NULL DEFAULT ''    -- release, close, timeout; '': it goes on
) STRICT;
CREATE UNIQUE INDEX handover_open ON handover (conversation) WHERE state <> 'over';
CREATE INDEX handover_conversation ON handover (conversation, number);
CREATE INDEX handover_due ON handover (due_at) WHERE due_at IS NOT NULL;

-- Who was told of a case on her own phone, and may answer it from there. The rows go when the case is over.
CREATE TABLE told (
  contact   INTEGER NOT NULL REFERENCES contact (id),
  handover  INTEGER NOT NULL REFERENCES handover (number),
  at        INTEGER NOT NULL,
  PRIMARY KEY (contact, handover)
) STRICT, WITHOUT ROWID;
CREATE INDEX told_handover ON told (handover);

-- Everybody who was ever told of a case, and which one her texts without a number go to.
CREATE TABLE colleague (
  contact   INTEGER PRIMARY KEY REFERENCES contact (id),
  handover  INTEGER NOT NULL DEFAULT 0, -- 0: to none; she is asked
  since     INTEGER NOT NULL DEFAULT 0, -- what was sent before is not meant for it
  quiet_until INTEGER NOT NULL DEFAULT 0, -- a case of hers has ended: until then a new one is not taken for the one she means
  late_until  INTEGER NOT NULL DEFAULT 0  -- it ended without her doing: until then what she writes may still be for it
) STRICT;

-- Texts of hers that could be for several cases. They go nowhere before she says for which.
CREATE TABLE kept (
  message   INTEGER PRIMARY KEY REFERENCES message (id),
  contact   INTEGER NOT NULL REFERENCES contact (id),
  until_at  INTEGER NOT NULL        -- later they have to be written again
) STRICT;
CREATE INDEX kept_contact ON kept (contact);

-- The case that it tells somebody of the business of; -1: none, but it is the desk's word to her about her cases. Neither is counted
-- by a limit of notices, and none passes another. 0: it is any other notice.
ALTER TABLE notice ADD COLUMN handover INTEGER NOT NULL DEFAULT 0;

INSERT INTO handover (number, conversation, team, at, state, moved_at)
  SELECT row_number() OVER (ORDER BY id), id, team, last_in_at, iif(agent = '', 'waiting', 'taken'), last_in_at
  FROM conversation WHERE owner = 'agent';
INSERT INTO book (name, value) SELECT 'case_number', CAST (count(*) AS TEXT) FROM handover;
