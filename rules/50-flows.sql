-- Flows: dialogues of several steps. A rule starts one (action 'flow'); then its steps follow each other in the order of
-- their rows, unless `next` leads elsewhere. A step says something, and then asks or acts:
--
--   ask      text, number, yes_no, choice, date, time, datetime, phone, email, pattern, media. The answer is kept under
--            the step's name: what table.people heard is {{ people }} in texts and @people in conditions. What cannot be
--            read, or not be accepted (accept_if), is asked again with the step's `retry`.
--   action   call (a service), flow (another flow, and back), consult (a backend), handoff (a team), close.
--
-- While a flow waits for an answer, a question like "are you open?" is answered in between, and the flow's own question
-- put again. "cancel" ends it, "back" goes one question back. Rules with `interrupts` always act.

-- A service is an HTTP address of your own business: an order system, a diary. These two belong to the sandbox of
-- `make demo`; addresses of this machine want the setting. What is put into an address or into JSON is escaped for it.
INSERT INTO setting (name, value) VALUES ('allow_local_backends', 'yes');
INSERT INTO service (name, url, deadline) VALUES
  ('orders', 'http://127.0.0.1:8099/shop/orders/{{ order_id }}', '5 seconds');
INSERT INTO service (name, method, url, body) VALUES
  ('diary', 'POST', 'http://127.0.0.1:8099/shop/tables',
   '{"at": "{{ moment | date: "%Y-%m-%d %H:%M" }}", "people": {{ people }}, "name": "{{ first_name }}"}');

-- What an answer brings: the variable, and where it stands in the JSON (a JSON pointer).
INSERT INTO service_value (service, name, pointer) VALUES
  ('orders', 'item', '/item'), ('orders', 'state', '/status'), ('orders', 'expected', '/expected'),
  ('diary',  'free', '/free'), ('diary',  'code',  '/code');


-- Where is my order? ------------------------------------------------------------------------------------------------

-- The rule's named group (?<order_id>…) is the answer of the step of that name: who tells the number is not asked for it.
INSERT INTO rule (name, priority, pattern, action, target) VALUES
  ('order', 700, '\b(?:order|주문)(?:\s*(?:no\.?|number|번호))?\s*#?\s*(?<order_id>\d{4,10})(?!\d)', 'flow', 'order'),
  ('order-without-number', 600, '\b(?:where|wheres|where''s|when)\b.{0,60}\border\b|\border is late\b|주문.{0,40}어디', 'flow', 'order');

INSERT INTO flow (name, title, expires) VALUES ('order', 'your order', '30 minutes');
INSERT INTO step (name, say, ask, pattern, retry) VALUES
  ('order.order_id', 'Which order? The number stands on the receipt.', 'pattern', '(?<!\d)(?<value>\d{4,10})(?!\d)',
   'Four to ten digits, please, like 12345.');
INSERT INTO step (name, action, target) VALUES ('order.look', 'call', 'orders');

-- Branches are tried in their order behind a step. :failed, :status (of HTTP), :timed_out and :gave_up tell how it went.
-- `redo` forgets an answer and asks for it again.
INSERT INTO branch (step, only_if, say, next, redo) VALUES
  ('order.look', ':failed AND :status = 404', 'I find no order {{ order_id }}.', NULL, 'order_id'),
  ('order.look', ':failed', 'I cannot see the order book at the moment. Somebody who can will call you.', 'number', NULL),
  ('order.look', '@state = ''delivered''', 'Order {{ order_id }} ({{ item }}) has been delivered. Was it good? Write "feedback".',
   'end', NULL);
INSERT INTO step (name, say, next) VALUES
  ('order.told', 'Order {{ order_id }}, {{ item | downcase }}: {{ state }}, expected on {{ expected }}.', 'end');
INSERT INTO step (name, action, target) VALUES ('order.number', 'flow', 'callback'), ('order.person', 'handoff', 'counter');


-- A flow inside others ----------------------------------------------------------------------------------------------

-- What the action 'flow' runs comes back to the step behind it, with its answers. It needs no rule of its own.
INSERT INTO flow (name, title, expires) VALUES ('callback', 'when to call you', '30 minutes');
INSERT INTO step (name, say, ask, retry) VALUES
  ('callback.phone', 'On which number?', 'phone', 'With the area code, please, as in 02-123-4567.');
INSERT INTO step (name, say, ask) VALUES ('callback.hurry', 'Is it urgent?', 'yes_no');

-- step_set: a variable becomes the value of a SQL expression, before the step speaks.
INSERT INTO step_set (step, name, value) VALUES ('callback.noted', 'soon', 'iif(@hurry, ''within the hour'', ''today'')');
INSERT INTO step (name, say) VALUES ('callback.noted', 'We call {{ phone }} {{ soon }}.');


-- A table for breakfast ---------------------------------------------------------------------------------------------

INSERT INTO rule (name, priority, pattern, action, target) VALUES
  ('table', 690, '\b(?:table|breakfast table|reserv\w*|book a (?:table|seat))\b(?:.{0,20}\bfor\s+(?<people>\d{1,2})\b)?|자리 예약|예약',
   'flow', 'table');

-- `give_up`: where the flow goes when an answer was wrong three times. `timeout` of a step and `expires` of a flow count
-- from the customer's last word; `remind` asks once before that.
INSERT INTO flow (name, title, expires, expired, remind, give_up) VALUES
  ('table', 'your table', '2 hours', 'I have put the reservation book away. Write "table" whenever you like.', '20 minutes',
   'person');
INSERT INTO step (name, say, ask, accept_if, retry) VALUES
  ('table.people', 'With pleasure! How many will you be?', 'number', '@people IN (1, 2, 3, 4, 5, 6, 7, 8)',
   'We have tables for one to eight. How many will you be?'),
  ('table.moment', 'Which day and what time?', 'datetime', '@moment > :now',
   'For example: tomorrow 9:30, or Saturday at 10.');
INSERT INTO step (name, say, ask) VALUES
  ('table.sure', 'A table for {{ people }}, {{ moment | date: "%A %-d %B at %H:%M" }}. Shall I write it down?', 'choice');

-- A choice is taken by its number, its label, or its words.
INSERT INTO choice (step, label, words, next, redo) VALUES
  ('table.sure', 'Yes, please',  'yes, ok, sure, 네, 좋아요, 👍',           'book', NULL),
  ('table.sure', 'Another time', 'other time*, other day*, change, later', NULL,   'moment'),
  ('table.sure', 'More of us',   'more people, fewer, less of us',         NULL,   'people'),
  ('table.sure', 'No, thanks',   'no, nope, rather not, 아니요',           'never', NULL),
  ('table.sure', 'A question',   'question, ask you something, 질문',      'question', NULL);
INSERT INTO step (name, action, target) VALUES ('table.book', 'call', 'diary');
INSERT INTO branch (step, only_if, say, next, redo) VALUES
  ('table.book', ':failed',   'The reservation book is stuck in the dough. A colleague will confirm by hand.', 'person', NULL),
  ('table.book', '@free = 0', 'No table is free at that time. Another one?', NULL, 'moment');
INSERT INTO step (name, say, next) VALUES
  ('table.done', 'Done! Your code is {{ code }}. See you {{ moment | date: "%A at %H:%M" }}.', 'end');
INSERT INTO step (name, say, next) VALUES
  ('table.never', 'As you like. Write "table" when you change your mind.', 'end');
INSERT INTO step (name, action, target) VALUES ('table.person', 'handoff', 'counter');

-- A step can ask a backend about the customer's newest words, here the FAQ. What it answers is said; then the table is
-- offered again. To forget the question, so that the next one can be put, it becomes NULL.
INSERT INTO step (name, say, ask) VALUES
  ('table.question', 'Ask away: dogs, prams, high chairs, laptops …', 'text');
INSERT INTO step_set (step, name, value) VALUES ('table.answer', 'question', NULL);
INSERT INTO step (name, action, target) VALUES ('table.answer', 'consult', 'faq');
INSERT INTO branch (step, only_if, say, next, redo) VALUES
  ('table.answer', ':failed', 'That one only the counter knows. Write "person", and they tell you.', NULL, 'sure'),
  ('table.answer', NULL,      NULL,                                                                 NULL, 'sure');


-- How was it? -------------------------------------------------------------------------------------------------------

INSERT INTO rule (name, priority, words, action, target) VALUES
  ('feedback', 680, 'feedback, review, rate you, 후기, 리뷰', 'flow', 'feedback');

INSERT INTO flow (name, title, expires, give_up) VALUES ('feedback', 'your feedback', '1 day', 'person');
INSERT INTO step (name, say, ask, accept_if, retry, timeout) VALUES
  ('feedback.stars', 'From 1 to 5: how was it?', 'number', '@stars IN (1, 2, 3, 4, 5)', 'A number from 1 to 5, please.',
   '3 hours');
INSERT INTO branch (step, only_if, say, next) VALUES
  ('feedback.stars', ':timed_out', 'No hurry. Write "feedback" whenever you like.', 'end'),
  ('feedback.stars', '@stars <= 2', NULL, 'sorry'),
  ('feedback.stars', '@stars = 5', 'Five! The oven purrs.', 'words');
INSERT INTO step (name, say, ask) VALUES
  ('feedback.words', 'What should we keep, or do better? A sentence is plenty.', 'text');
INSERT INTO step (name, say, action) VALUES
  ('feedback.thanks', 'Thank you! It hangs on the kitchen wall now.', 'close');
INSERT INTO step (name, say, ask) VALUES
  ('feedback.sorry', 'That hurts, and we want to mend it. What went wrong?', 'text');
INSERT INTO step (name, say, action, target) VALUES
  ('feedback.person', 'Thank you for telling us. Somebody from the counter writes to you in a moment.', 'handoff', 'counter');


-- Proof
INSERT INTO rule_example (rule, text) VALUES
  ('table', 'a table for 4'), ('table', 'can I reserve a table?'), ('feedback', 'I want to leave feedback');
INSERT INTO rule_counterexample (rule, text) VALUES ('table', 'is the timetable online?');
