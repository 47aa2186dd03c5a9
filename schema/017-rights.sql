-- A person's rights: being forgotten, and how long what is kept stays.
--
-- Who is erased leaves rows that count, without words, numbers and names: texts are empty, a contact has no address, its
-- turns are 'erased'. So what was accepted can still be accounted for, and money that was spent stays spent.

-- A receipt, and how far it has come. It holds nothing about the person.
CREATE TABLE erasure (
  id            INTEGER PRIMARY KEY, -- the receipt's number
  asked_at      INTEGER NOT NULL,
  asked_by      TEXT NOT NULL,      -- 'cli mia'
  known_since   INTEGER NOT NULL,   -- when the person first wrote: no older copy of the book holds anything
  phase         TEXT NOT NULL CHECK (
                  phase = 'asked' OR          -- nobody finds the person any more; calls that are under way end
                  phase = 'clearing' OR       -- Braze is to empty what we wrote into the profile
                  phase = 'rows' OR           -- words, names and numbers leave the tables
                  phase = 'index' OR          -- … and the search index
                  phase = 'pages' OR          -- … and the log, the pages of the file, older copies beside it
                  phase = 'done'),
  stage         INTEGER NOT NULL DEFAULT 0, -- the part of the phase
  upto          INTEGER NOT NULL DEFAULT 0, -- how far that has come: the newest row that was looked at
  waits_for     TEXT NOT NULL DEFAULT '',   -- what keeps it; '': nothing
  drops_copies  INTEGER NOT NULL DEFAULT 0 CHECK (drops_copies = 0 OR drops_copies = 1), -- 1: older copies of the book go as well
  cleared       INTEGER NOT NULL DEFAULT 0, -- attributes that Braze has emptied
  uncleared     INTEGER NOT NULL DEFAULT 0, -- attributes that it has not, for good
  done_at       INTEGER CHECK ((done_at IS NULL) = (phase <> 'done'))
) STRICT;
CREATE INDEX erasure_open ON erasure (id) WHERE done_at IS NULL;

-- Which contacts were the person; only their numbers are left of them.
CREATE TABLE erasure_contact (
  erasure  INTEGER NOT NULL REFERENCES erasure (id),
  contact  INTEGER NOT NULL REFERENCES contact (id),
  PRIMARY KEY (erasure, contact)
) STRICT, WITHOUT ROWID;

CREATE INDEX erasure_contact_contact ON erasure_contact (contact);

-- How many rows of a table were emptied or deleted.
CREATE TABLE erasure_count (
  erasure  INTEGER NOT NULL REFERENCES erasure (id),
  name     TEXT NOT NULL,           -- the table's
  rows     INTEGER NOT NULL,
  PRIMARY KEY (erasure, name)
) STRICT, WITHOUT ROWID;

-- What the person was known by, for as long as it has to be looked for.
CREATE TABLE erasure_identity (
  erasure  INTEGER NOT NULL REFERENCES erasure (id),
  kind     TEXT NOT NULL,
  value    TEXT NOT NULL,
  PRIMARY KEY (erasure, kind, value)
) STRICT, WITHOUT ROWID;

-- Attributes that Braze is to empty, and in whose profile, until that has been tried.
CREATE TABLE erasure_attribute (
  erasure    INTEGER NOT NULL REFERENCES erasure (id),
  contact    INTEGER NOT NULL REFERENCES contact (id),
  addressee  TEXT NOT NULL,         -- 'external:…', 'braze:…', 'phone:…'
  name       TEXT NOT NULL,
  PRIMARY KEY (erasure, contact, addressee, name)
) STRICT, WITHOUT ROWID;

-- What retention has taken out of the book, by the fate that the audit knows it by ('duplicate' as well).
CREATE TABLE retired (
  fate      TEXT PRIMARY KEY,
  messages  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How far retention has come.
CREATE TABLE retention (
  class    TEXT PRIMARY KEY,        -- webhooks, traces, messages
  upto     INTEGER NOT NULL,        -- the newest row that it has dealt with
  removed  INTEGER NOT NULL,        -- rows, in all
  ran_at   INTEGER NOT NULL         -- when it last found something
) STRICT, WITHOUT ROWID;

-- What is found by the person: calls to the outside that are no texts, and what came twice. Texts pay for neither.
CREATE INDEX outbox_beside ON outbox (contact) WHERE kind <> 'send';
CREATE INDEX webhook_duplicate ON webhook (message) WHERE state = 'duplicate';

-- It may lose its bytes, and nothing else of what came.
DROP TRIGGER webhook_is_immutable;
CREATE TRIGGER webhook_is_immutable BEFORE UPDATE OF id, received_at, channel, claimed_user, content_type, body ON webhook
WHEN NEW.id <> OLD.id OR NEW.received_at <> OLD.received_at OR NEW.channel <> OLD.channel OR NEW.content_type <> OLD.content_type
  OR NEW.claimed_user IS NOT NULL OR NEW.body <> x''
BEGIN SELECT RAISE (ABORT, 'a webhook is kept as it came'); END;
