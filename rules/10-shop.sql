-- Sunny Bakery: a small shop to chat with, and a tour of the rule language.
--
-- A rule folder is read file by file in the order of the names, which is why they begin with numbers. A file holds
-- INSERT statements into the rule tables and nothing else. Change something here, then
--
--     frontdesk rules check rules          says what is wrong, by file and line
--     frontdesk rules try 'are you open?'  shows who would answer, and what
--     frontdesk rules load rules           makes it the rules in force
--
-- Texts stand between 'single quotes'; an apostrophe inside a text is written twice: 'Joe''s'.

-- Settings have defaults, and a wrong name or value is refused with the place. Times such as {{ now | date: "%A" }} are
-- told in the business's time zone. Durations are written like '30 minutes'.
INSERT INTO setting (name, value) VALUES
  ('business_name',    'Sunny Bakery'),
  ('time_zone',        'Asia/Seoul'),
  ('country',          'KR'),         -- whose telephone numbers customers type without a prefix
  ('default_language', 'en'),
  ('reply_expires',    '12 hours');   -- a reply that could not go out by then would only puzzle the customer

-- When the shop is open, by the wall clock of its time zone. Days: 'mon-fri', 'sat, sun', daily, weekdays, weekend; a day
-- may have several rows (before and after lunch). A bar closes after midnight: ('fri', '20:00', '02:00').
INSERT INTO opening (days, opens, closes) VALUES
  ('tue-fri', '08:00', '19:00'),
  ('sat-sun', '08:00', '17:00');

-- Holidays take the place of the weekday: closed, or open at other hours. Without a year they come back every year. The
-- note is told to customers: "not today (New Year), but tomorrow from 08:00 to 19:00".
INSERT INTO holiday (day, note, opens, closes) VALUES
  ('01-01', 'New Year', NULL, NULL),
  ('12-24', 'Christmas Eve', '08:00', '14:00'),
  ('12-25', 'Christmas Day', NULL, NULL),
  ('2027-02-06 – 2027-02-08', 'Seollal', NULL, NULL);

-- Who gets the conversations that a person should take over. notify_user, an external id or a phone ('owner-1', '+821012345678'),
-- gets each case on her own WhatsApp and answers it from there. When nobody has come for take_timeout, the customer hears
-- `nobody`, and the team named in `next` is told.
INSERT INTO team (name, notify_user, nobody, next) VALUES
  ('counter', NULL, 'All hands are in the dough right now. We write to you here as soon as one is free.', NULL),
  ('kitchen', NULL, NULL, 'counter');
