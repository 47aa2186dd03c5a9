-- Two services a day, and the second ends after midnight.
INSERT INTO opening (days, opens, closes) VALUES
  ('tue-sun', '13:00', '16:30'),
  ('tue-thu', '20:00', '23:30'),
  ('fri-sat', '20:00', '00:30');

INSERT INTO holiday (day, note, opens, closes) VALUES
  ('12-24', 'Nochebuena', '13:00', '17:00'),
  ('12-25', 'Navidad', NULL, NULL),
  ('01-01', 'Año Nuevo', NULL, NULL);

INSERT INTO rule (name, priority, words, only_if, say) VALUES
  ('abierto-ahora', 555, 'abiertos ahora, abierto ahora, hoy abren, hoy abrís, hoy abre, abierto hoy', NULL,
   'Hoy abrimos {{ hours_today }}.'),
  ('persona-luego', 905, 'hablar con una persona, hablar con alguien, encargad*, humano', ':open = 0',
   'Ahora no hay nadie en sala; te leemos {{ next_opening }}. Si es por una alergia, llama al 112.');

INSERT INTO rule_example (rule, text) VALUES
  ('abierto-ahora', 'hoy abris??'),
  ('abierto-ahora', 'estais abiertos ahora');
INSERT INTO rule_example (rule, text, at) VALUES
  ('persona-luego', 'quiero hablar con alguien', 'mon 21:00'),
  ('persona-luego', 'el encargado?', 'sat 18:00'),
  ('persona', 'el encargado?', 'sun 00:15'),
  ('reserva', 'quiero reservar', 'mon 03:00');
INSERT INTO rule_counterexample (rule, text, at) VALUES
  ('persona-luego', 'quiero hablar con alguien', 'tue 21:00');
