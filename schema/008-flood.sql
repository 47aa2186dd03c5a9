-- How much is going on in a conversation, for the limits that keep a flood from costing money and a bot from talking to a
-- bot. Written with what is written about each message anyway; the next conversation of the contact on the channel goes on
-- counting.

ALTER TABLE conversation ADD COLUMN tally_minute INTEGER NOT NULL DEFAULT 0; -- the clock minute since 1970
ALTER TABLE conversation ADD COLUMN tally_heard INTEGER NOT NULL DEFAULT 0;  -- messages of the customer in it
ALTER TABLE conversation ADD COLUMN tally_hour INTEGER NOT NULL DEFAULT 0;   -- the clock hour since 1970
ALTER TABLE conversation ADD COLUMN tally_said INTEGER NOT NULL DEFAULT 0;   -- automatic replies in it
ALTER TABLE conversation ADD COLUMN tally_asked INTEGER NOT NULL DEFAULT 0;  -- questions to backends in it

-- Texts by a number that stands for them; 0: none.
ALTER TABLE conversation ADD COLUMN tally_text INTEGER NOT NULL DEFAULT 0;   -- the customer's newest
ALTER TABLE conversation ADD COLUMN tally_same INTEGER NOT NULL DEFAULT 0;   -- how often it, or an echo of ours, came in a row
ALTER TABLE conversation ADD COLUMN tally_since INTEGER NOT NULL DEFAULT 0;  -- when that began
ALTER TABLE conversation ADD COLUMN tally_ours INTEGER NOT NULL DEFAULT 0;   -- what we said last
ALTER TABLE conversation ADD COLUMN tally_before INTEGER NOT NULL DEFAULT 0; -- … and before that

ALTER TABLE conversation ADD COLUMN tally_over INTEGER NOT NULL DEFAULT 0;   -- 1: the newest message met a limit
