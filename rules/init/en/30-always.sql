-- Rules that every business needs. A rule takes a message when one of its `words` is in it and nothing of its `unless` is.
-- Of all rules that would take it, the one with the highest `priority` wins (500 where none is given); of equals, the
-- first. Capitals do not matter. A * leaves a word's end open: thank* finds "thanks" and "thankful".
--
-- Texts stand between 'single quotes'; an apostrophe inside a text is written twice: 'Joe''s'.

-- A = means: the whole message is this, give or take punctuation and politeness. "Stop, please!" is heard, and
-- "stop by tomorrow?" is not. After an opt_out the bot is silent until an opt_in rule wins.
INSERT INTO rule (name, priority, action, words, say) VALUES
  ('opt-out', 1000, 'opt_out', '=stop, =unsubscribe, =stop all, =opt out',
   'Done: you will hear no more from {{ business_name }}. Write START if you change your mind.'),
  ('opt-in', 1000, 'opt_in', '=start, =unstop, =subscribe',
   'Welcome back, {{ first_name | default: "friend" }}! What can we do for you?');

-- handoff gives the conversation to a team; the bot is silent until somebody releases or closes it:
-- frontdesk queue, frontdesk say, frontdesk release.
INSERT INTO rule (name, priority, action, target, words, unless, say) VALUES
  ('person', 900, 'handoff', 'team', 'human, person, real person, agent, talk to someone, speak to someone',
   'in person, are you a real person', 'One moment, {{ first_name | default: "please" }}: a colleague will write to you here.'),
  ('complaint', 850, 'handoff', 'team', 'complain*, refund*, money back, unacceptable, disappointed',
   'no complaints', 'I am sorry to hear that. A colleague reads this and answers you here.');

-- Small talk comes late, so that "hi, are you open?" is a question about the hours.
INSERT INTO rule (name, priority, words, say) VALUES
  ('thanks', 300, 'thank*, thx, cheers', 'With pleasure!'),
  ('hello', 200, 'hi, hello, hey, good morning, good afternoon, good evening',
   'Hello {{ first_name | default: "there" }}, this is {{ business_name }}. What can we do for you?');

-- A message of signs and emoji alone wants no answer. A `pattern` is a PCRE2 regular expression, for those who want one.
INSERT INTO rule (name, priority, action, pattern) VALUES
  ('only-signs', 100, 'ignore', '^[^\p{L}\p{N}]+$');

-- Whatever is left. It has neither words nor pattern, so it takes everything, and its priority is the lowest. `consult` asks
-- a backend for the answer: here your questions and answers (50-faq.sql), which need no key and call nobody. When these have
-- none, the phrase 'sorry' is said.
INSERT INTO rule (name, priority, action, target) VALUES ('rest', 0, 'consult', 'faq');
INSERT INTO backend (name, kind, settle_ms) VALUES ('faq', 'faq', 0);
INSERT INTO phrase (name, language, text) VALUES
  ('sorry', 'en', 'I am not sure I understand. Ask me for our "hours", or write "person" and a colleague answers you.');

-- Proof: each example must be taken by its rule, each counterexample by another or none, or nothing loads. The best
-- ones are what your customers really write.
INSERT INTO rule_example (rule, text) VALUES
  ('opt-out', 'STOP'), ('opt-out', 'stop please!'), ('opt-out', 'Unsubscribe.'),
  ('opt-in', 'start'),
  ('person', 'can I talk to a person?'), ('person', 'HUMAN'),
  ('complaint', 'I want my money back'), ('complaint', 'I would like to complain'),
  ('thanks', 'Thank you!'), ('thanks', 'ok thanks'),
  ('hello', 'Hello!'), ('hello', 'good morning'),
  ('only-signs', '👍'), ('only-signs', '...'),
  ('rest', 'the moon is a cheese');
INSERT INTO rule_counterexample (rule, text) VALUES
  ('opt-out', 'can I stop by tomorrow?'),
  ('opt-in', 'when do you start?'),
  ('person', 'personal question'),
  ('complaint', 'no complaints, it was great'),
  ('hello', 'hi, what are your hours?'),
  ('only-signs', '2?');

-- What the customer's Braze profile learns when a conversation is over. The key needs users.track.
INSERT INTO attribute (name, at, value, type) VALUES
  ('chat_last_summary', 'close', '{{ summary }}', 'text'),
  ('chat_last_outcome', 'close', '{{ outcome }}', 'text'),
  ('chat_count',        'close', '1',             'increment');
