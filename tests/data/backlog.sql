-- A hundred thousand customers wrote while Braze was away: copies of the first conversation of a book, each with its webhook,
-- message, decision and a reply that is due. Ids of the copies begin at 1000.
CREATE TEMP TABLE n AS
  WITH RECURSIVE count (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM count WHERE i < 100000) SELECT i FROM count;

INSERT INTO webhook
  SELECT 1000 + i, received_at, channel, claimed_user, content_type, body, state, tries, 1000 + 2 * i, reason
  FROM n, webhook WHERE id = 1;
INSERT INTO contact (id, created_at, first_name, language, time_zone, profile_name, address_kind, address, opted_out_at, seq)
  SELECT 1000 + i, created_at, first_name, language, time_zone, profile_name, address_kind, 'copy-' || i, opted_out_at, seq
  FROM n, contact WHERE id = 1;
INSERT INTO identity
  SELECT 'external', 'copy-' || i, 1000 + i, added_at
  FROM n, identity WHERE contact = 1 AND kind = 'external';
INSERT INTO conversation (id, contact, channel, owner, epoch, team, agent, opened_at, last_in_at, closed_at, message_count, idle_at)
  SELECT 1000 + i, 1000 + i, channel, owner, epoch, team, agent, opened_at, last_in_at, closed_at, message_count, idle_at
  FROM n, conversation WHERE id = 1;
INSERT INTO turn
  SELECT 1000 + i, 1000 + i, ruleset, epoch, state, opened_at, closed_at, due_at, deadline_at
  FROM n, turn WHERE id = 1;
INSERT INTO message (id, conversation, turn, at, kind, text, actor, webhook, campaign, sent_at, media, fields, flags)
  SELECT 1000 + 2 * i + (kind = 'out'), 1000 + i, 1000 + i, at, kind, text, actor, iif(kind = 'in', 1000 + i, NULL),
         campaign, sent_at, media, fields, flags
  FROM n, message WHERE turn = 1;
INSERT INTO decision
  SELECT 1000 + 2 * i, at, ruleset, rule, action, state, trace
  FROM n, decision WHERE message = (SELECT id FROM message WHERE turn = 1 AND kind = 'in');
INSERT INTO outbox
  SELECT 1000 + i, kind, 1000 + i, seq, 1000 + i, 1000 + i, part, 1001 + 2 * i, campaign, epoch, is_consent, 'due',
         created_at, due_at, expires_at, 0, 0, 0, '', NULL, ''
  FROM n, outbox WHERE turn = 1;
