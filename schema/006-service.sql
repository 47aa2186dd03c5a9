-- Calls that dialogues make to services of the business.
--
-- A row of the outbox with the kind 'call' says that a dialogue awaits the end of such a call. It stands in no line (seq -1):
-- texts never wait for it, nor it for them. Its epoch withholds it when the conversation changes hands before it leaves; it
-- is accepted when the service has answered with a 2xx. Past expires_at the dialogue goes on without it.

-- What such a row asks for, and what came of it. Only the answer ever changes.
CREATE TABLE service_call (
  outbox   INTEGER PRIMARY KEY REFERENCES outbox (id),
  call     INTEGER NOT NULL,        -- its number in the dialogue, which knows its end by that
  step     TEXT NOT NULL,           -- 'table.book'
  service  TEXT NOT NULL,
  method   TEXT NOT NULL CHECK (method = 'GET' OR method = 'POST'),
  url      TEXT NOT NULL,
  body     TEXT CHECK (body IS NULL OR method = 'POST'), -- JSON; NULL: none
  key_env  TEXT NOT NULL DEFAULT '', -- the environment variable that holds the key; '': no key
  answer   TEXT NOT NULL DEFAULT ''  -- JSON of a 2xx, up to 4,000 bytes of it; '': none, a longer one, or an error's
) STRICT;
