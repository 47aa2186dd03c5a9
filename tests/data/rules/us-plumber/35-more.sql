-- Old or new water heater by buttons, what it was, who is cross, and a tip that is not told twice.
INSERT INTO phrase (name, language, text) VALUES
  ('fuel', 'en', 'Is it a gas or an electric one?'), ('fuel', 'es', '¿Es de gas o eléctrico?');

INSERT INTO rule (name, priority, words, say, buttons) VALUES
  ('fuel', 660, 'new water-heater, replace my water-heater, nuevo calentador', '{{ phrase.fuel }}', 'It''s gas, It''s electric');
INSERT INTO rule (name, priority, pattern, say) VALUES
  ('fuel-known', 665, '^(?:it''?s )?(?<fuel>gas|electric)\W*$', '{{ fuel | capitalize }}, noted. We text you two prices within the hour.');
INSERT INTO rule_set (rule, name, value) VALUES ('fuel-known', 'heater', '{{ fuel }}');
INSERT INTO attribute (name, at, value) VALUES ('rooter_heater', 'rule:fuel-known', '{{ fuel | downcase }}');
INSERT INTO rule (name, priority, words, say) VALUES
  ('my-heater', 666, 'my quote', 'A quote for {{ heater | default: "what" }}? We are on it.');

INSERT INTO rule (name, priority, action, target, words) VALUES
  ('cross', 980, 'tag', 'cross', 'ridiculous, unacceptable, 😡, 🤬, wtf');

INSERT INTO rule (name, priority, words, cooldown, say) VALUES
  ('tip', 310, 'any tips, pro tip', '1 day', 'Know where your main valve is before you need it.'),
  ('no-tip', 309, 'any tips, pro tip, one more tip', NULL, 'One tip a day, on the house.');

INSERT INTO rule_example (rule, text) VALUES
  ('fuel', 'want a new waterheater'), ('fuel-known', 'its gas'), ('my-heater', 'wheres my quote'), ('cross', 'this is ridiculous 😡'),
  ('tip', 'any tips?'), ('no-tip', 'one more tip plz');
INSERT INTO rule_counterexample (rule, text) VALUES
  ('fuel-known', 'its gas leaking'), ('cross', 'ridiculously good'), ('tip', 'do you take tips');
