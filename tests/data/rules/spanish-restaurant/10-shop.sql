-- Casa Lola: a restaurant in Valencia with a terrace, take-away, and guests from both sides of the ocean.
INSERT INTO setting (name, value) VALUES
  ('business_name',    'Casa Lola'),
  ('time_zone',        'Europe/Madrid'),
  ('default_language', 'es'),
  ('reply_expires',    '3 hours');

INSERT INTO campaign (name, channel, layout, campaign_id) VALUES
  ('reply',  'whatsapp', 'response', '2f84c1b7-6e0d-4d59-9a3c-b5710e8f64d2'),
  ('reopen', 'whatsapp', 'template', '91a6d3e0-57cb-4f28-8e14-3c02b9f7a865');

INSERT INTO team (name) VALUES ('sala');
