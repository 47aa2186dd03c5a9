-- What is set under a name (profile) and what is done to it there (entry) take effect in the order in which they were
-- decided. Ids tell that order: a clock may be set back, and all that one round decides has one time.

-- The newest entry of that name when the value was set; 0: there was none. What is no newer is past: it is not to be done any more.
ALTER TABLE profile ADD COLUMN wanted_after INTEGER NOT NULL DEFAULT 0;
-- 1: entries that Braze took, or may have, have changed since what was set.
ALTER TABLE profile ADD COLUMN is_changed INTEGER NOT NULL DEFAULT 0 CHECK (is_changed = 0 OR is_changed = 1);
CREATE INDEX profile_wanted_after ON profile (wanted_after) WHERE wanted_after > 0; -- no new entry gets such an id

-- So far the clock told, and nothing better is known of what is there.
UPDATE profile SET wanted_after = coalesce ((
  SELECT max (e.id) FROM entry e WHERE e.contact = profile.contact AND e.name = profile.name AND e.at < profile.wanted_at), 0);
UPDATE profile SET is_changed = 1 WHERE EXISTS (
  SELECT 1 FROM entry e WHERE e.contact = profile.contact AND e.name = profile.name AND e.kind <> 'event'
  AND e.outbox IS NOT NULL AND e.state <> 'refused' AND (e.settled_at IS NULL OR e.settled_at >= profile.accepted_at));

-- What waits and is past is not done any more, and what was set is written behind what may have been done of it.
UPDATE profile SET outbox = iif (sent IS NULL, NULL, outbox), sent = coalesce (sent, wanted)
WHERE is_refused = 0 AND EXISTS (
  SELECT 1 FROM entry e WHERE e.contact = profile.contact AND e.name = profile.name AND e.kind <> 'event'
  AND e.settled_at IS NULL AND e.id <= profile.wanted_after);
DELETE FROM entry WHERE settled_at IS NULL AND state = 'waiting' AND kind <> 'event' AND id <= (
  SELECT p.wanted_after FROM profile p WHERE p.contact = entry.contact AND p.name = entry.name);
