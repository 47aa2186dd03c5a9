-- Questions to backends: AI vendors, the FAQ, whatever writes an answer.
--
-- A row of the outbox with the kind 'consult' says that a turn awaits an answer. It stands in no line (seq -2), and names
-- in sent_by the backend that is asked, or will be. Its due_at is the end of a burst, or the next try; past expires_at the
-- turn gets its answer without a backend. It is accepted when one has answered, dead when none could, withheld when the
-- conversation changed hands before.

CREATE TABLE consult (
  outbox     INTEGER PRIMARY KEY REFERENCES outbox (id),
  turn       INTEGER REFERENCES turn (id), -- whose answer it will be; NULL: a step asks that no message led to
  call       INTEGER NOT NULL DEFAULT 0,  -- its number in a dialogue, where a step asks; 0: a rule does
  wanted_by  TEXT NOT NULL,               -- the rule, or the step 'table.people'
  wanted     TEXT NOT NULL,               -- the backend that was wanted first
  round      INTEGER NOT NULL DEFAULT 1,  -- raised when a message joins: answers to earlier rounds are not sent
  settle_by  INTEGER NOT NULL,            -- a burst is waited for until then at most
  charged    INTEGER NOT NULL DEFAULT 0,  -- millionths, in advance, for the attempt that is due or under way
  did        TEXT NOT NULL DEFAULT '',    -- what the backend has done without a word: told to it when it is asked again
  charged_on TEXT NOT NULL DEFAULT ''     -- the day whose caps they count against; '': none are charged
) STRICT;
CREATE INDEX consult_turn ON consult (turn);

CREATE INDEX outbox_consult_due ON outbox (sent_by, due_at, id) WHERE state = 'due' AND kind = 'consult';
CREATE INDEX outbox_consult_expires ON outbox (expires_at) WHERE state = 'due' AND kind = 'consult';
CREATE INDEX outbox_consult_claimed ON outbox (sent_by) WHERE state = 'claimed' AND kind = 'consult';

-- What a backend wants to have back with a conversation's next question.
CREATE TABLE consult_session (
  conversation  INTEGER NOT NULL REFERENCES conversation (id),
  backend       TEXT NOT NULL,
  session       TEXT NOT NULL,
  PRIMARY KEY (conversation, backend)
) STRICT, WITHOUT ROWID;

-- When a backend answered a contact for the first time: before that a notice may be due.
ALTER TABLE contact ADD COLUMN met_machine_at INTEGER;

-- Money that counts against caps, in millionths: 'all', 'backend NAME', 'contact N', 'backend NAME contact N'. Written
-- before the call.
CREATE TABLE spend (
  day    TEXT NOT NULL,             -- of the business: '2026-05-13'
  scope  TEXT NOT NULL,
  cost   INTEGER NOT NULL,
  PRIMARY KEY (day, scope)
) STRICT, WITHOUT ROWID;

-- What backends did, for the owner: by day, backend, rule and contact.
CREATE TABLE usage (
  day         TEXT NOT NULL,
  backend     TEXT NOT NULL,
  wanted_by   TEXT NOT NULL,
  contact     INTEGER NOT NULL REFERENCES contact (id),
  asked       INTEGER NOT NULL DEFAULT 0, -- attempts
  answered    INTEGER NOT NULL DEFAULT 0, -- that brought an answer
  tokens_in   INTEGER NOT NULL DEFAULT 0, -- as the vendor counted, or as estimated where it does not
  tokens_out  INTEGER NOT NULL DEFAULT 0,
  cost        INTEGER NOT NULL DEFAULT 0, -- millionths
  PRIMARY KEY (day, backend, wanted_by, contact)
) STRICT, WITHOUT ROWID;
