-- What a rule can do beside speaking: note a tag, remember something, rest for a while, offer texts to tap.

-- JSON object, name → text: what matches have set and templates and conditions may ask for; at most 64 of 1,000 bytes.
ALTER TABLE conversation ADD COLUMN variables TEXT NOT NULL DEFAULT '{}';

-- out: JSON array of the texts that are offered below this one, as buttons or as numbered lines.
ALTER TABLE message ADD COLUMN buttons TEXT NOT NULL DEFAULT '[]';

-- in: JSON array of the tags that rules have noted.
ALTER TABLE message ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';

-- A rule with a cooldown that has won for a contact. By name, so that it lasts over reloads of the rules.
CREATE TABLE cooldown (
  contact   INTEGER NOT NULL REFERENCES contact (id),
  rule      TEXT NOT NULL,
  until_at  INTEGER NOT NULL,       -- it may win again from then on; older rows are dropped by the upkeep
  PRIMARY KEY (contact, rule)
) STRICT, WITHOUT ROWID;
CREATE INDEX cooldown_until ON cooldown (until_at);
