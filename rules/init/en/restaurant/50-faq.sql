-- What customers ask now and then. An entry is found by what a message means to ask, in whatever words: so write the question
-- as a customer would. `keywords` are what else people call it. When nothing here answers, the phrase 'sorry' is said
-- (30-always.sql).
INSERT INTO faq (question, answer, keywords) VALUES
  ('May I bring my dog?', 'Dogs are welcome on the terrace.',
   'dogs, pets'),
  ('Can I get in with a wheelchair?', 'Yes: there is no step, and the restroom is on the same floor.',
   'wheelchair, accessible, step-free'),
  ('Do you host birthday parties?', 'Up to 20 people in the back room. Write "person", and we plan it with you.',
   'birthday party, private party, back room'),
  ('May I bring my own wine?', 'Yes, for a corkage of $15 a bottle.',
   'corkage, byob');

-- Proof: a conversation that must go like this, or nothing loads. A * stands for anything.
INSERT INTO talk (name) VALUES ('what no rule knows');
INSERT INTO talk_line (talk, customer, bot) VALUES
  ('what no rule knows', 'is it ok to come with our dog', 'Dogs are welcome on the terrace.'),
  ('what no rule knows', 'the moon is a cheese', 'I am not sure I understand.*');
