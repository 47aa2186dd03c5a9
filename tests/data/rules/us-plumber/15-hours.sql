-- The office has hours; emergencies have none.
INSERT INTO opening (days, opens, closes) VALUES ('mon-fri', '07:30', '17:00'), ('sat', '08:00', '12:00');

INSERT INTO holiday (day, note) VALUES ('07-04', 'Independence Day'), ('12-25', 'Christmas Day'), ('01-01', 'New Year''s Day');

INSERT INTO rule (name, priority, words, say) VALUES
  ('open-today', 545, 'open today, open now, hours today', 'The office is open {{ hours_today }}. Emergencies: any time.');
INSERT INTO rule_example (rule, text) VALUES
  ('open-today', 'r u open today'),
  ('open-today', 'open now?');
