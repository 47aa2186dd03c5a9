-- What Braze learns about a customer. Your campaigns, segments and Canvases can use it. The key needs users.track.
--
-- Every row has a moment, in `at`: rule:NAME (the rule has taken the message), step:FLOW.STEP (the step has been answered),
-- handoff, opt_out, reply (an answer goes out), close (the conversation is over and summed up); and `only_if` narrows it.
-- The names begin with chat_, so that they stay apart from what others write there.


-- attribute: of the customer's profile. NULL as the type is text; others are number, boolean, time, array.
INSERT INTO attribute (name, at, value, type) VALUES
  ('chat_last_summary', 'close', '{{ summary }}',                             'text'),     -- written by a machine
  ('chat_last_topic',   'close', '{{ rule | default: "none" }}',              'text'),     -- the rule that answered last
  ('chat_last_outcome', 'close', '{{ outcome }}',                             'text'),     -- answered, unanswered, flow_done …
  ('chat_last_at',      'close', '{{ now }}',                                 'time');

-- increment counts up; array_add and array_remove change a list, in which each text stands once.
INSERT INTO attribute (name, at, value, type, only_if) VALUES
  ('chat_count',        'close', '1',                                         'increment', NULL),
  ('chat_topics',       'reply', '{{ rule }}',                                'array_add', NULL),
  ('chat_topics',       'step:feedback.stars', 'feedback',                    'array_add', NULL),
  ('chat_stars',        'step:feedback.stars', '{{ stars }}',                 'number',    NULL),
  ('chat_unhappy',      'step:feedback.stars', 'yes',                         'boolean',   '@stars <= 2'),
  ('chat_unhappy',      'step:feedback.stars', NULL,                          'boolean',   NULL); -- NULL takes it away

-- with_reply: the value travels in the call that sends the answer, so that the campaign's own text may use it.
INSERT INTO attribute (name, at, value, with_reply) VALUES
  ('chat_person', 'handoff', 'asked for', 'yes');


-- custom_event: what happened, for action-based campaigns; with its properties.
INSERT INTO custom_event (name, at, only_if) VALUES
  ('chat_ended', 'close', NULL);
INSERT INTO custom_event_property (event, name, value, type) VALUES
  ('chat_ended', 'outcome',  '{{ outcome }}',       'text'),
  ('chat_ended', 'messages', '{{ message_count }}', 'number'),
  ('chat_ended', 'stars',    '{{ stars | default: "0" }}', 'number');


-- notice: a campaign that is triggered at such a moment, for the customer or (`to`) for a person of the business: here the
-- owner reads how a conversation ended that nobody answered, or the fallback alone. Take the two dashes away and put her external
-- id in.
-- INSERT INTO notice (name, at, only_if, to, campaign, say) VALUES
--   ('nobody-answered', 'close', ':outcome = ''unanswered''', 'owner-1', 'reply', 'Nobody could help: {{ summary }}');
