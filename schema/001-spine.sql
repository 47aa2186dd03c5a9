-- The spine: what comes in, who sent it, what was decided, what goes out.
--
-- Times are unix milliseconds UTC in columns named _at. Ids rise with time and are never used again: the writer gives
-- them (db_next_id); with FRONTDESK_DESK set they start above desk << 40, the book's `first_id`. Who deletes the newest
-- rows of a table has to raise `first_id`. A line at the end of a table's or
-- column's definition says what it means; the CHECKs say which states are legal. They use OR: for a list behind IN SQLite
-- builds a small table at every write, and likewise in the conditions of partial indexes.

-- Small facts about this book, one row each.
CREATE TABLE book (
  name   TEXT PRIMARY KEY,          -- live_ruleset, tried_digest, running, careful_until, first_id …
  value  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One HTTP call received, byte for byte. Only state, tries, message and reason ever change.
CREATE TABLE webhook (
  id            INTEGER PRIMARY KEY,
  received_at   INTEGER NOT NULL,
  channel       TEXT NOT NULL,      -- from the path
  claimed_user  TEXT,               -- identity from query or header; NULL: neither was there, '': an answer (a newcomer)
  content_type  TEXT NOT NULL,      -- as sent, '' when absent
  body          BLOB NOT NULL,
  state         TEXT NOT NULL CHECK (
                  state = 'raw' OR            -- stored, not read yet (careful mode only)
                  state = 'read' OR           -- became the message below
                  state = 'duplicate' OR      -- of the message below
                  state = 'unreadable' OR     -- nothing could be read out of it; reason says why
                  state = 'aside'),        -- set aside: deciding it ended the process three times, or failed for the reason given
  tries         INTEGER NOT NULL DEFAULT 0, -- decisions begun in careful mode, counted before they began
  message       INTEGER,            -- what it became
  reason        TEXT NOT NULL DEFAULT ''    -- why it is unreadable or aside; how it was read (salvaged …)
) STRICT;
CREATE INDEX webhook_trouble ON webhook (state, id) WHERE state <> 'read' AND state <> 'duplicate';
CREATE TRIGGER webhook_is_immutable BEFORE UPDATE OF id, received_at, channel, claimed_user, content_type, body ON webhook
BEGIN SELECT RAISE (ABORT, 'a webhook is kept as it came'); END;

-- A person.
CREATE TABLE contact (
  id            INTEGER PRIMARY KEY,
  created_at    INTEGER NOT NULL,
  first_name    TEXT NOT NULL DEFAULT '',
  language      TEXT NOT NULL DEFAULT '',
  time_zone     TEXT NOT NULL DEFAULT '',
  profile_name  TEXT NOT NULL DEFAULT '',  -- what the person calls himself on the channel
  address_kind  TEXT NOT NULL CHECK (
                  address_kind = 'external' OR address_kind = 'phone' OR address_kind = 'braze'), -- where replies go: the identity as last received
  address       TEXT NOT NULL,
  opted_out_at  INTEGER,            -- NULL: hears from us
  seq           INTEGER NOT NULL DEFAULT 0 -- the number of the newest outbox row
) STRICT;

-- What a person is known by. An external id belongs to one contact; a phone may be shared by several external ids,
-- which it never merges.
CREATE TABLE identity (
  kind      TEXT NOT NULL CHECK (kind = 'external' OR kind = 'braze' OR kind = 'phone'),
  value     TEXT NOT NULL,
  contact   INTEGER NOT NULL REFERENCES contact (id),
  added_at  INTEGER NOT NULL,
  PRIMARY KEY (kind, value, contact)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX identity_is_one ON identity (kind, value) WHERE kind IN ('external', 'braze');
CREATE INDEX identity_contact ON identity (contact);

-- A contact's exchange on one channel, from the first message to the close.
CREATE TABLE conversation (
  id             INTEGER PRIMARY KEY,
  contact        INTEGER NOT NULL REFERENCES contact (id),
  channel        TEXT NOT NULL,
  owner          TEXT NOT NULL CHECK (owner = 'bot' OR owner = 'agent' OR owner = 'closed'),
  epoch          INTEGER NOT NULL DEFAULT 1, -- raised by take, hand-over, release, a person's close, opt-out
  team           TEXT NOT NULL DEFAULT '',   -- who was asked to take over
  agent          TEXT NOT NULL DEFAULT '',   -- who took it; '' while it waits in the queue
  opened_at      INTEGER NOT NULL,
  last_in_at     INTEGER NOT NULL,  -- the customer's newest message: opens the 24-hour window
  closed_at      INTEGER,
  message_count  INTEGER NOT NULL DEFAULT 0  -- of the customer
) STRICT;
CREATE INDEX conversation_contact ON conversation (contact, channel, id);
CREATE UNIQUE INDEX conversation_open ON conversation (contact, channel) WHERE owner <> 'closed';
CREATE INDEX conversation_waiting ON conversation (owner, id) WHERE owner = 'agent';

-- One unit of answering: a message in, an answer out. Its state is the fate of the customer's message.
CREATE TABLE turn (
  id            INTEGER PRIMARY KEY,
  conversation  INTEGER NOT NULL REFERENCES conversation (id),
  ruleset       INTEGER NOT NULL,
  epoch         INTEGER NOT NULL,
  state         TEXT NOT NULL CHECK (
                  state = 'open' OR           -- in progress: an outbox row still has to leave
                  state = 'answered' OR       -- every part was accepted by Braze
                  state = 'silenced' OR       -- a rule said to ignore it, or the person has opted out
                  state = 'unanswered' OR     -- no rule won
                  state = 'agent' OR          -- with a person, whatever became of the sentence that said so
                  state = 'held' OR
                  state = 'withheld' OR
                  state = 'expired' OR
                  state = 'dead' OR
                  state = 'unknown' OR        -- the worst fate among its parts
                  state = 'erased'),
  opened_at     INTEGER NOT NULL,
  closed_at     INTEGER,
  due_at        INTEGER,            -- when it has to be looked at again (bursts, backends)
  deadline_at   INTEGER             -- when its answer is no longer wanted
) STRICT;
CREATE INDEX turn_open ON turn (id) WHERE state = 'open';

-- One text in a conversation.
CREATE TABLE message (
  id            INTEGER PRIMARY KEY,
  conversation  INTEGER NOT NULL REFERENCES conversation (id),
  turn          INTEGER REFERENCES turn (id), -- NULL for what a person says on their own
  at            INTEGER NOT NULL,
  kind          TEXT NOT NULL CHECK (kind = 'in' OR kind = 'out' OR kind = 'agent' OR kind = 'note'),
  text          TEXT NOT NULL,
  actor         TEXT NOT NULL DEFAULT '', -- the rule that says it, or the person
  webhook       INTEGER REFERENCES webhook (id),
  campaign      TEXT NOT NULL DEFAULT '', -- in: the Braze campaign that forwarded it
  sent_at       INTEGER,            -- in: when Braze rendered the webhook
  media         TEXT NOT NULL DEFAULT '[]', -- in: JSON array of addresses
  fields        TEXT NOT NULL DEFAULT '{}', -- in: JSON object of the webhook's other fields
  flags         INTEGER NOT NULL DEFAULT 0  -- in: how it was read (enum inbound_flag)
) STRICT;
CREATE INDEX message_conversation ON message (conversation, id);

-- The key for duplicates: channel, identity as received, dispatch_id. Kept for 30 days.
CREATE TABLE seen (
  channel      TEXT NOT NULL,
  identity     TEXT NOT NULL,       -- 'external:…', 'phone:…' or 'braze:…'
  dispatch_id  TEXT NOT NULL,
  message      INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  PRIMARY KEY (dispatch_id, identity, channel)
) STRICT, WITHOUT ROWID;
CREATE INDEX seen_at ON seen (at);

-- What was decided about a message, with all that the decision read.
CREATE TABLE decision (
  message  INTEGER PRIMARY KEY REFERENCES message (id),
  at       INTEGER NOT NULL,
  ruleset  INTEGER NOT NULL,
  rule     TEXT,                    -- the winner; NULL: none
  action   TEXT NOT NULL,           -- say, ignore, opt_out … ; none
  state    TEXT NOT NULL,           -- JSON: owner, language, opted out …
  trace    TEXT NOT NULL            -- JSON: folded text, rules tried, words matched, variables
) STRICT;

-- The durable list of calls to the outside. Per contact one row at a time is due or claimed; those behind it wait.
CREATE TABLE outbox (
  id            INTEGER PRIMARY KEY,
  kind          TEXT NOT NULL CHECK (
                  kind = 'send' OR kind = 'track' OR kind = 'consult' OR kind = 'call' OR kind = 'notify'),
  contact       INTEGER NOT NULL REFERENCES contact (id),
  seq           INTEGER NOT NULL,   -- order of the contact's calls, over all carriers
  conversation  INTEGER NOT NULL REFERENCES conversation (id),
  turn          INTEGER REFERENCES turn (id),
  part          INTEGER NOT NULL DEFAULT 1, -- of a reply that was split
  message       INTEGER REFERENCES message (id), -- the text to send
  campaign      TEXT NOT NULL DEFAULT '', -- asked for by the rule; '': the channel's default
  epoch         INTEGER NOT NULL,   -- of the conversation when it was decided
  is_consent    INTEGER NOT NULL DEFAULT 0, -- 1: the confirmation of an opt-out, which still goes out
  state         TEXT NOT NULL CHECK (
                  state = 'waiting' OR        -- behind another row of the contact
                  state = 'due' OR            -- leaves as soon as due_at has come and the lane is open
                  state = 'claimed' OR        -- the call may be under way
                  state = 'accepted' OR       -- taken by Braze (queued there, not yet delivered)
                  state = 'held' OR           -- cannot go now; reason says what is missing
                  state = 'withheld' OR       -- a person took over, or the contact opted out, before it left
                  state = 'expired' OR        -- its deadline passed
                  state = 'dead' OR           -- refused for good
                  state = 'unknown'),      -- sent twice at most, and nobody can tell whether it arrived
  created_at    INTEGER NOT NULL,
  due_at        INTEGER NOT NULL,
  expires_at    INTEGER NOT NULL,
  failures      INTEGER NOT NULL DEFAULT 0, -- attempts that count against this row
  is_single     INTEGER NOT NULL DEFAULT 0, -- 1: goes alone, since a batch with it was refused
  is_ambiguous  INTEGER NOT NULL DEFAULT 0, -- 1: one attempt's fate is unknown; sent again at most once
  sent_by       TEXT NOT NULL DEFAULT '',   -- the campaign row that carried it
  settled_at    INTEGER CHECK ((settled_at IS NULL) = (state = 'waiting' OR state = 'due' OR state = 'claimed')), -- when it left the line
  reason        TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at, id) WHERE state = 'due';
CREATE INDEX outbox_claimed ON outbox (id) WHERE state = 'claimed';
CREATE INDEX outbox_line ON outbox (contact, seq, part) WHERE settled_at IS NULL;
CREATE INDEX outbox_trouble ON outbox (state, id) WHERE settled_at IS NOT NULL AND state <> 'accepted';
CREATE INDEX outbox_turn ON outbox (turn) WHERE settled_at IS NOT NULL AND state <> 'accepted';
CREATE INDEX outbox_held ON outbox (contact) WHERE state = 'held';
CREATE INDEX outbox_message ON outbox (message);

-- One try at an outbox row, with its outcome.
CREATE TABLE attempt (
  id           INTEGER PRIMARY KEY,
  outbox       INTEGER NOT NULL REFERENCES outbox (id),
  at           INTEGER NOT NULL,    -- when the call began
  took_ms      INTEGER NOT NULL,
  class        TEXT NOT NULL,       -- enum answer_class in words
  status       INTEGER NOT NULL,    -- HTTP, 0 when there was none
  batch        INTEGER NOT NULL,    -- recipients of the call
  dispatch_id  TEXT NOT NULL DEFAULT '',
  request_id   TEXT NOT NULL DEFAULT '',
  reason       TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX attempt_outbox ON attempt (outbox, id);

-- The health of what we call, apart from the fate of a message: 'braze' (the workspace), 'braze/campaigns/trigger/send' (an
-- endpoint), 'campaign reply' (a campaign row). No row: all is well.
CREATE TABLE lane (
  name        TEXT PRIMARY KEY,
  state       TEXT NOT NULL CHECK (
                  state = 'backing_off' OR    -- failing: half-open trials from until_at on
                  state = 'limited' OR        -- told to wait (429)
                  state = 'stopped'),        -- a configuration fault; one row probes again at until_at
  until_at    INTEGER NOT NULL,
  failures    INTEGER NOT NULL,
  reason      TEXT NOT NULL,
  changed_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Things to do at a time; a restart loses none.
CREATE TABLE timer (
  id            INTEGER PRIMARY KEY,
  due_at        INTEGER NOT NULL,
  kind          TEXT NOT NULL,      -- forget: drop keys for duplicates older than 30 days
  conversation  INTEGER REFERENCES conversation (id)
) STRICT;
CREATE INDEX timer_due ON timer (due_at);

-- The ledger: who did what to whom. Read by audit, --follow and the console.
CREATE TABLE event (
  id            INTEGER PRIMARY KEY,
  at            INTEGER NOT NULL,
  conversation  INTEGER REFERENCES conversation (id),
  kind          TEXT NOT NULL,      -- take, release, close, handoff, opt_out, opt_in, say, ruleset, retry, drop, replay, lane …
  actor         TEXT NOT NULL,      -- 'rule NAME', 'cli USER', 'daemon'
  detail        TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX event_conversation ON event (conversation, id);

-- Every ruleset that was ever in force, and its files.
CREATE TABLE ruleset (
  id          INTEGER PRIMARY KEY,
  loaded_at   INTEGER NOT NULL,
  actor       TEXT NOT NULL,
  digest      TEXT NOT NULL,        -- of names and texts of its files
  rule_count  INTEGER NOT NULL
) STRICT;
CREATE TABLE ruleset_file (
  ruleset  INTEGER NOT NULL REFERENCES ruleset (id),
  name     TEXT NOT NULL,
  text     TEXT NOT NULL,
  PRIMARY KEY (ruleset, name)
) STRICT, WITHOUT ROWID;

-- Rules that hit PCRE2's bounds too often and are out of play until the next load.
CREATE TABLE rule_trouble (
  ruleset      INTEGER NOT NULL REFERENCES ruleset (id),
  rule         TEXT NOT NULL,
  limit_hits   INTEGER NOT NULL,
  disabled_at  INTEGER,
  PRIMARY KEY (ruleset, rule)
) STRICT, WITHOUT ROWID;
