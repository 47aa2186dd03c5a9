-- Who you are. Files are read in the order of their names, which is why they begin with numbers. After every change:
--
--     frontdesk rules check --strict DIR   says what is wrong, by file and line
--     frontdesk rules tell DIR             says it back to you in plain sentences
--     frontdesk rules load DIR             puts it into force
--
-- DIR is this folder. What stands here as a setting can be said in any answer: {{ business_name }}.
INSERT INTO setting (name, value) VALUES
  ('business_name',    'Corner Store'),
  ('time_zone',        'America/New_York'),   -- as in Europe/London, Asia/Seoul
  ('default_language', 'en'),
  ('reply_expires',    '12 hours');   -- an answer that could not go out by then would only puzzle the customer

-- When you are open, by the wall clock of your time zone. Days: mon-fri, 'sat, sun', daily; a day may have several rows.
-- {{ hours_today }} in an answer follows them. Holidays come back every year when they are written without one.
INSERT INTO opening (days, opens, closes) VALUES ('mon-sat', '10:00', '19:00');
INSERT INTO holiday (day, note) VALUES ('01-01', 'New Year''s Day');

-- Who takes over when a person is wanted. With your external id or phone as notify_user ('owner-1', '+14155550100') each case
-- comes to your own WhatsApp, and you answer it from there. `nobody` is said when nobody has come for ten minutes.
INSERT INTO team (name, notify_user, nobody) VALUES
  ('team', NULL, 'I am sorry, nobody is free right now. We will write to you here as soon as we can.');
