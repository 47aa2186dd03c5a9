-- What customers ask now and then. An entry is found by what a message means to ask, in whatever words: so write the question
-- as a customer would. `keywords` are what else people call it. When nothing here answers, the phrase 'sorry' is said
-- (30-always.sql).
INSERT INTO faq (question, answer, keywords) VALUES
  ('Do you wrap presents?', 'Yes, at no charge. Tell us when you order, or at the till.',
   'gift wrap, gift wrapping, wrapped'),
  ('Do you sell gift cards?', 'Yes, for any amount from $10. They are good for two years.',
   'gift card, voucher'),
  ('Can you keep something aside for me?', 'Gladly, for three days. Write us what it is, and your name.',
   'hold it, set aside'),
  ('Can I bring my dog?', 'Dogs are welcome in the shop.',
   'dogs, pets');

-- Proof: a conversation that must go like this, or nothing loads. A * stands for anything.
INSERT INTO talk (name) VALUES ('what no rule knows');
INSERT INTO talk_line (talk, customer, bot) VALUES
  ('what no rule knows', 'can I have it gift wrapped?', 'Yes, at no charge. Tell us when you order, or at the till.'),
  ('what no rule knows', 'the moon is a cheese', 'I am not sure I understand.*');
