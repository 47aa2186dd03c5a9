-- What goes into a profile with a text only, as a customer's subscription does, and was refused: the text itself goes without
-- it, so that its own row in the outbox tells nothing of that.

-- Of a value that is refused and 'reply_only': when, and why. Of others no word.
ALTER TABLE profile ADD COLUMN refused_at INTEGER;
ALTER TABLE profile ADD COLUMN refusal TEXT NOT NULL DEFAULT '';
CREATE INDEX profile_refused ON profile (refused_at) WHERE refused_at IS NOT NULL;
UPDATE profile SET refused_at = wanted_at, refusal = 'Braze refused it; the attempts of the answer say why'
WHERE is_refused = 1 AND way = 'reply_only';
