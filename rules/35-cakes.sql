-- Cakes: buttons, phrases in two languages, something to remember, something for Braze to learn, and a tag.

-- A phrase is a text by language. {{ phrase.which_cake }} says it in the customer's, or else in default_language, in which
-- every phrase must have a text.
INSERT INTO phrase (name, language, text) VALUES
  ('which_cake', 'en', 'Baked at five this morning. Which one shall we keep for you?'),
  ('which_cake', 'ko', '오늘 새벽 다섯 시에 구웠어요. 어떤 케이크를 남겨 둘까요?'),
  ('carrot',     'en', 'Carrot cake'),
  ('carrot',     'ko', '당근 케이크'),
  ('lemon',      'en', 'Lemon cake'),
  ('lemon',      'ko', '레몬 케이크'),
  ('kept',       'en', 'The {{ cake | downcase }} waits for you under a glass bell.'),
  ('kept',       'ko', '{{ cake }}, 유리 덮개 아래에서 기다리고 있을게요.');

-- `buttons` are offered below the text: at most three of at most 20 characters on WhatsApp. A tap comes back as a message
-- with that text, so each button needs a rule that takes it.
INSERT INTO rule (name, priority, words, say, buttons, campaign) VALUES
  ('cakes', 450, 'cake, cakes, 케이크', '{{ phrase.which_cake }}',
   '{{ phrase.carrot }}, {{ phrase.lemon }}, {{ "No cake, thanks" }}', 'choice');
INSERT INTO rule (name, priority, pattern, say) VALUES
  ('cake-kept', 550, '\b(?<cake>carrot cake|lemon cake|당근 케이크|레몬 케이크)', '{{ phrase.kept }}');
INSERT INTO rule (name, priority, words, say) VALUES
  ('no-cake', 551, '=no cake thanks, =no cake', 'Then a joke, perhaps?');

-- rule_set: what the match has caught is remembered as long as the conversation lasts, and any text may say it.
INSERT INTO rule_set (rule, name, value) VALUES ('cake-kept', 'cake', '{{ cake }}'), ('no-cake', 'cake', NULL);
INSERT INTO rule (name, priority, words, say) VALUES
  ('my-cake', 560, 'my cake, 내 케이크', 'Your choice so far: {{ cake | default: "none, and that can be helped" }}.');

-- attribute: what the customer's Braze profile learns, for your campaigns to use: at a rule:NAME, at handoff, at opt_out, or
-- at every reply. A name of your own before it keeps it apart from what others write there. The key needs users.track.
INSERT INTO attribute (name, at, value) VALUES ('bakery_cake', 'rule:cake-kept', '{{ cake | downcase }}');

-- tag: notes something about the message and lets the next rule answer. Here: who is in a hurry. The name of the tag is
-- the `target`, or else that of the rule.
INSERT INTO rule (name, priority, action, target, words) VALUES
  ('in-a-hurry', 890, 'tag', 'hurry', 'quick*, hurry, asap, right now, 급해요, 빨리');

INSERT INTO rule_example (rule, text) VALUES
  ('cakes', 'do you have cake?'), ('cakes', '케이크 있어요?'), ('cake-kept', 'Carrot cake'), ('cake-kept', '당근 케이크'),
  ('cake-kept', 'Quick, the lemon cake please'), ('no-cake', 'No cake, thanks'), ('my-cake', 'what was my cake again?'),
  ('in-a-hurry', 'QUICK, a baguette!'), ('in-a-hurry', '빨리 주세요'), ('one-joke-an-hour', 'another joke');
INSERT INTO rule_counterexample (rule, text) VALUES
  ('cakes', 'pancakes?'), ('cakes', 'a birthday cake for Mia'), ('no-cake', 'no cake is as good as yours'),
  ('in-a-hurry', 'no rush'), ('cake-kept', 'a carrot, a cake');
