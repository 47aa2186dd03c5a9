-- The customer's file at Braze: what the rules want to stand in a profile, and what Braze has taken of it.
--
-- A row of the outbox with the kind 'track' says that something has to be written into a contact's profile. It stands in no
-- line (seq 0): replies never wait for it, nor it for them. What it carries is put together when it is claimed, so that the
-- newest value goes. A contact has one at most that has not ended, so that two calls never carry the same person.

-- By kind, so that neither kind is looked for behind the other.
DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (kind, due_at, id) WHERE state = 'due';
CREATE UNIQUE INDEX outbox_track ON outbox (contact) WHERE seq = 0 AND settled_at IS NULL;

-- One custom attribute of a contact's profile.
CREATE TABLE profile (
  contact      INTEGER NOT NULL REFERENCES contact (id),
  name         TEXT NOT NULL,
  wanted       TEXT NOT NULL CHECK (wanted <> ''), -- JSON literal: what Braze should hold; null: nothing
  wanted_at    INTEGER NOT NULL,    -- since when
  rule         TEXT NOT NULL,       -- that wanted it
  message      INTEGER REFERENCES message (id), -- whose decision it was; NULL: no message's
  sent         TEXT,                -- JSON literal that is under way, or was and nobody knows whether it was taken; NULL: none
  outbox       INTEGER REFERENCES outbox (id), -- the newest row that carried it
  addressee    TEXT NOT NULL DEFAULT '', -- whose profile it was sent to last: 'external:…', 'braze:…', 'phone:…'; '': nobody's
  accepted     TEXT,                -- JSON literal that Braze has taken last; NULL: none
  accepted_at  INTEGER CHECK ((accepted_at IS NULL) = (accepted IS NULL)),
  is_refused   INTEGER NOT NULL DEFAULT 0 CHECK (is_refused = 0 OR is_refused = 1), -- 1: the wanted value will not be taken; the outbox row says why
  PRIMARY KEY (contact, name)
) STRICT, WITHOUT ROWID;

-- What an outbox row of the kind 'track' carried when it left last.
CREATE TABLE track (
  outbox      INTEGER PRIMARY KEY REFERENCES outbox (id),
  addressee   TEXT NOT NULL,        -- as in profile
  attributes  TEXT NOT NULL -- JSON object, name → value
) STRICT;
