-- Talks: whole conversations as proof. What the customer says, what the bot must answer. `after` lets time pass; a bot of
-- NULL must be silent, '*' stands for anything; a row with neither customer nor `after` is one more text of the bot;
-- `expect` is a condition that must hold then. A folder in which a talk goes another way does not load.

-- What a service would answer is said here too: nobody is called.
INSERT INTO talk (name, starts, language) VALUES ('a table, after a change of mind', '2026-05-12 18:00', 'en');
INSERT INTO talk_given (talk, source, answer) VALUES
  ('a table, after a change of mind', 'diary', '{"free": 0}'), ('a table, after a change of mind', 'diary', '{"free": 1, "code": "R7"}');
INSERT INTO talk_line (talk, after, customer, bot, expect) VALUES
  ('a table, after a change of mind', NULL,         'a table for 4 please',  'Which day and what time?', '@people = 4'),
  ('a table, after a change of mind', NULL,         'friday at 9:30',        'A table for 4, Friday 15 May at 09:30. Shall I write it down?', NULL),
  ('a table, after a change of mind', NULL,         'rather another time',   'Which day and what time?', NULL),
  ('a table, after a change of mind', '10 minutes', 'saturday at 10',        'A table for 4, Saturday 16 May at 10:00. Shall I write it down?', NULL),
  ('a table, after a change of mind', NULL,         'more of us',            'With pleasure! How many will you be?', NULL),
  ('a table, after a change of mind', NULL,         'twelve',                'We have tables for one to eight. How many will you be?', NULL),
  ('a table, after a change of mind', NULL,         'six then',              'A table for 6, Saturday 16 May at 10:00. Shall I write it down?', NULL),
  ('a table, after a change of mind', NULL,         '1',                     'No table is free at that time. Another one?', NULL),
  ('a table, after a change of mind', NULL,         NULL,                    'Which day and what time?', NULL),
  ('a table, after a change of mind', NULL,         'Sunday 11am',           'A table for 6, Sunday 17 May at 11:00. Shall I write it down?', NULL),
  ('a table, after a change of mind', NULL,         'ok 👍',                 'Done! Your code is R7. See you Sunday at 11:00.', NULL),
  ('a table, after a change of mind', NULL,         'thanks!',               'With pleasure. Mind the crumbs!', NULL);

INSERT INTO talk (name, starts, language) VALUES ('questions in between, back, and cancel', '2026-05-12 18:00', 'en');
INSERT INTO talk_line (talk, after, customer, bot) VALUES
  ('questions in between, back, and cancel', NULL, 'I want to book a table', 'With pleasure! How many will you be?'),
  ('questions in between, back, and cancel', NULL, 'where are you?',         '12 Haetsal-ro*'),
  ('questions in between, back, and cancel', NULL, NULL,                     'Back to where we were (your table).'),
  ('questions in between, back, and cancel', NULL, NULL,                     'With pleasure! How many will you be?'),
  ('questions in between, back, and cancel', NULL, '3',                      'Which day and what time?'),
  ('questions in between, back, and cancel', NULL, 'back',                   'With pleasure! How many will you be?'),
  ('questions in between, back, and cancel', NULL, 'never mind',             'All right, that is cancelled (your table).'),
  ('questions in between, back, and cancel', NULL, 'a table for 2',          'Which day and what time?'),
  ('questions in between, back, and cancel', NULL, 'tomorrow at 10',         'A table for 2, Wednesday 13 May at 10:00. Shall I write it down?'),
  ('questions in between, back, and cancel', NULL, 'nope',                   'As you like. Write "table" when you change your mind.');

INSERT INTO talk (name, starts, language) VALUES ('the book of tables is stuck, a person takes over', '2026-05-12 18:00', 'en');
INSERT INTO talk_given (talk, source, status) VALUES ('the book of tables is stuck, a person takes over', 'diary', 500);
INSERT INTO talk_line (talk, after, customer, bot, expect) VALUES
  ('the book of tables is stuck, a person takes over', NULL, '내일 자리 예약', 'With pleasure! How many will you be?', NULL),
  ('the book of tables is stuck, a person takes over', NULL, '두 명이요',       'Which day and what time?', '@people = 2'),
  ('the book of tables is stuck, a person takes over', NULL, '내일 오전 10시 반',   'A table for 2, Wednesday 13 May at 10:30. Shall I write it down?', NULL),
  ('the book of tables is stuck, a person takes over', NULL, '네',              'The reservation book is stuck in the dough. A colleague will confirm by hand.',
   ':owner = ''agent'''),
  ('the book of tables is stuck, a person takes over', NULL, 'hello?',          NULL, NULL);

INSERT INTO talk (name, starts, language) VALUES ('nobody answers: a reminder, then the book is put away', '2026-05-12 09:00', 'en');
INSERT INTO talk_line (talk, after, customer, bot) VALUES
  ('nobody answers: a reminder, then the book is put away', NULL,         'a table for 2', 'Which day and what time?'),
  ('nobody answers: a reminder, then the book is put away', '25 minutes', NULL,            '*'),
  ('nobody answers: a reminder, then the book is put away', NULL,         NULL,            'Which day and what time?'),
  ('nobody answers: a reminder, then the book is put away', '2 hours',    NULL,            'I have put the reservation book away.*'),
  ('nobody answers: a reminder, then the book is put away', NULL,         'where are you?', '12 Haetsal-ro*');

INSERT INTO talk (name, starts, language) VALUES ('where is my order', '2026-05-12 09:00', 'en');
INSERT INTO talk_given (talk, source, answer, status) VALUES
  ('where is my order', 'orders', NULL, 404),
  ('where is my order', 'orders', '{"item": "Carrot cake", "status": "in the oven", "expected": "2026-05-13"}', NULL),
  ('where is my order', 'orders', '{"item": "Bagels", "status": "delivered", "expected": "2026-05-11"}', NULL),
  ('where is my order', 'orders', NULL, 'timeout');
INSERT INTO talk_line (talk, after, customer, bot, expect) VALUES
  ('where is my order', NULL,     'where is my order?', 'Which order? The number stands on the receipt.', NULL),
  ('where is my order', NULL,     'the big one',        'Four to ten digits, please, like 12345.', NULL),
  ('where is my order', NULL,     'it says 4711',       'I find no order 4711.', NULL),
  ('where is my order', NULL,     NULL,                 'Which order? The number stands on the receipt.', NULL),
  ('where is my order', NULL,     '10001',              'Order 10001, carrot cake: in the oven, expected on 2026-05-13.', NULL),
  ('where is my order', NULL,     'order #10003',       'Order 10003 (Bagels) has been delivered. Was it good? Write "feedback".', NULL),
  ('where is my order', '1 hour', 'order #10004',       'I cannot see the order book at the moment. Somebody who can will call you.', NULL),
  ('where is my order', NULL,     NULL,                 'On which number?', NULL),
  ('where is my order', NULL,     'mine',               'With the area code, please, as in 02-123-4567.', NULL),
  ('where is my order', NULL,     '02-123-4567',        'Is it urgent?', '@phone = ''+8221234567'''),
  ('where is my order', NULL,     'yes please!!',       'We call +8221234567 within the hour.', ':owner = ''agent''');

INSERT INTO talk (name, starts, language) VALUES ('feedback', '2026-05-12 09:00', 'en');
INSERT INTO talk_line (talk, after, customer, bot, expect) VALUES
  ('feedback', NULL,      'feedback',          'From 1 to 5: how was it?', NULL),
  ('feedback', NULL,      'seven',             'A number from 1 to 5, please.', NULL),
  ('feedback', NULL,      '⭐⭐⭐⭐⭐',        'Five! The oven purrs.', '@stars = 5'),
  ('feedback', NULL,      NULL,                'What should we keep, or do better? A sentence is plenty.', NULL),
  ('feedback', NULL,      'Keep the melon bread', 'Thank you! It hangs on the kitchen wall now.', NULL),
  ('feedback', '1 day',   'feedback',          'From 1 to 5: how was it?', NULL),
  ('feedback', '4 hours', NULL,                'No hurry. Write "feedback" whenever you like.', NULL),
  ('feedback', NULL,      'feedback',          'From 1 to 5: how was it?', NULL),
  ('feedback', NULL,      '1',                 'That hurts, and we want to mend it. What went wrong?', NULL),
  ('feedback', NULL,      'a hair in my soup', 'Thank you for telling us. Somebody from the counter writes to you in a moment.', ':owner = ''agent''');

-- A step asks the FAQ, which answers by itself: nothing has to be given.
INSERT INTO talk (name, starts, language) VALUES ('a question before the table is booked', '2026-05-12 18:00', 'en');
INSERT INTO talk_given (talk, source, answer) VALUES ('a question before the table is booked', 'diary', '{"free": 1, "code": "R8"}');
INSERT INTO talk_line (talk, customer, bot) VALUES
  ('a question before the table is booked', 'a table for 2',            'Which day and what time?'),
  ('a question before the table is booked', 'friday at 9:30',           '*Shall I write it down?'),
  ('a question before the table is booked', 'first a question',         'Ask away: *'),
  ('a question before the table is booked', 'we come with a pram',      'Yes: no step at the door, *'),
  ('a question before the table is booked', NULL,                       '*Shall I write it down?'),
  ('a question before the table is booked', '5',                        'Ask away: *'),
  ('a question before the table is booked', 'will it rain?',            'That one only the counter knows. *'),
  ('a question before the table is booked', NULL,                       '*Shall I write it down?'),
  ('a question before the table is booked', 'yes',                      'Done! Your code is R8. *');
