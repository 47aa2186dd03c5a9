-- Two services a day, and the second ends after midnight.
INSERT INTO opening (days, opens, closes) VALUES
  ('tue-sun', '13:00', '16:30'),
  ('tue-thu', '20:00', '23:30'),
  ('fri-sat', '20:00', '00:30');

INSERT INTO holiday (day, note, opens, closes) VALUES
  ('12-24', 'Nochebuena', '13:00', '17:00'),
  ('12-25', 'Navidad', NULL, NULL),
  ('01-01', 'Año Nuevo', NULL, NULL);

INSERT INTO rule (name, priority, words, say) VALUES
  ('abierto-ahora', 555, 'abiertos ahora, abierto ahora, hoy abren, hoy abrís, hoy abre, abierto hoy', 'Hoy abrimos {{ hours_today }}.');
INSERT INTO rule_example (rule, text) VALUES
  ('abierto-ahora', 'hoy abris??'),
  ('abierto-ahora', 'estais abiertos ahora');
