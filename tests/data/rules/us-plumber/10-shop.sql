-- Reliable Rooter: three vans in Columbus, Ohio. Emergencies reach a person at once, all else can wait for the morning.
INSERT INTO setting (name, value) VALUES
  ('business_name',    'Reliable Rooter'),
  ('time_zone',        'America/New_York'),
  ('default_language', 'en'),
  ('reply_expires',    '2 hours');

INSERT INTO campaign (name, channel, layout, campaign_id) VALUES
  ('reply',  'whatsapp', 'response', '7d10b6a2-3f9c-4e58-b7a1-c95e20d8f413'),
  ('reopen', 'whatsapp', 'template', '0c8f52d7-e1b3-49a6-8d04-6fa7219c3be5');

INSERT INTO team (name) VALUES ('on-call'), ('office');
