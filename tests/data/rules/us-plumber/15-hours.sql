-- The office has hours; emergencies have none.
INSERT INTO opening (days, opens, closes) VALUES ('mon-fri', '07:30', '17:00'), ('sat', '08:00', '12:00');

INSERT INTO holiday (day, note) VALUES ('07-04', 'Independence Day'), ('12-25', 'Christmas Day'), ('01-01', 'New Year''s Day');

INSERT INTO rule (name, priority, words, only_if, say) VALUES
  ('open-today', 545, 'open today, open now, hours today', NULL, 'The office is open {{ hours_today }}. Emergencies: any time.'),
  ('book-later', 515, 'book, appointment, appt, come out, openings, schedule', ':open = 0',
   'Got it. The office sets up appointments {{ next_opening }}. If it can''t wait, write "emergency".');

INSERT INTO rule_example (rule, text) VALUES
  ('open-today', 'r u open today');
INSERT INTO rule_example (rule, text, at) VALUES
  ('book-later', 'need an appt', 'sun 09:00'),
  ('book-later', 'any openings tmrw?', 'tue 22:15'),
  ('book', 'need an appt', 'sat 09:00'),
  ('emergency', 'burst pipe need an appt asap', 'sun 03:00'),
  ('gas', 'i smell gas', 'sun 03:00');
INSERT INTO rule_counterexample (rule, text, at) VALUES
  ('book-later', 'need an appt', 'tue 10:00');
