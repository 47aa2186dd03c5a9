-- What customers ask now and then. An entry is found by what a message means to ask, in whatever words: so write the question
-- as a customer would. `keywords` are what else people call it. When nothing here answers, the phrase 'sorry' is said
-- (30-always.sql).
INSERT INTO faq (question, answer, keywords) VALUES
  ('Are you licensed and insured?', 'Yes, both. We show you the papers before we begin.',
   'license, insured, insurance'),
  ('How long do you take to get here?', 'Usually two days; for an emergency less than two hours.',
   'waiting time'),
  ('Do I have to be at home?', 'Somebody has to let us in and sign at the end. That may be a neighbour.',
   'let you in, neighbour, neighbor'),
  ('Do you clean up afterwards?', 'Of course: we cover the floor, and take the rubble with us.',
   'dirt, mess, rubble');

-- Proof: a conversation that must go like this, or nothing loads. A * stands for anything.
INSERT INTO talk (name) VALUES ('what no rule knows');
INSERT INTO talk_line (talk, customer, bot) VALUES
  ('what no rule knows', 'do you leave a mess behind?', 'Of course: we cover the floor, and take the rubble with us.'),
  ('what no rule knows', 'the moon is a cheese', 'I am not sure I understand.*');
