-- 온결: a cosmetics shop of two people in Seoul that sells from its own web shop and writes with customers on WhatsApp.
INSERT INTO setting (name, value) VALUES
  ('business_name',    '온결'),
  ('time_zone',        'Asia/Seoul'),
  ('default_language', 'ko'),
  ('reply_expires',    '12 hours');

INSERT INTO campaign (name, channel, layout, campaign_id) VALUES
  ('reply',  'whatsapp', 'response', '5b0c9f4e-2d31-4a7c-8f60-17c3ad9e4b52'),
  ('reopen', 'whatsapp', 'template', 'd2e7318a-94bf-4c06-b5d1-60f8a27c3e19');

INSERT INTO team (name) VALUES ('care'), ('office');
