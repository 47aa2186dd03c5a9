-- Dialogues that are under way: one conversation's passage through a flow.

CREATE TABLE run (
  conversation  INTEGER PRIMARY KEY REFERENCES conversation (id),
  state         TEXT NOT NULL,      -- JSON of src/flow/run.c: where it stands, what it knows
  station       TEXT NOT NULL,      -- 'table.people': where it stands, for lists
  turn          INTEGER REFERENCES turn (id), -- whose answer awaits the end of a call; NULL: it awaits the customer
  began_at      INTEGER NOT NULL,
  due_at        INTEGER             -- when it wants to be looked at; NULL: never by itself
) STRICT;
CREATE INDEX run_due ON run (due_at) WHERE due_at IS NOT NULL;

-- Messages of the customer that came while a dialogue awaited the end of a call: to be decided then, in their order.
CREATE TABLE behind (
  message       INTEGER PRIMARY KEY REFERENCES message (id),
  conversation  INTEGER NOT NULL REFERENCES conversation (id)
) STRICT;
CREATE INDEX behind_conversation ON behind (conversation, message);

-- out: JSON object of further trigger properties, for the campaign that the text was written for.
ALTER TABLE message ADD COLUMN properties TEXT NOT NULL DEFAULT '{}';
