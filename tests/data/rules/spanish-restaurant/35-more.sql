-- Guests in two languages, the table inside or outside, who is in a hurry, and one joke an hour.
INSERT INTO phrase (name, language, text) VALUES
  ('sitio', 'es', '¿Dentro o en la terraza?'), ('sitio', 'en', 'Inside or on the terrace?');

INSERT INTO rule (name, priority, words, say, buttons) VALUES
  ('sitio', 650, 'elegir mesa, elegir sitio, choose a table', '{{ phrase.sitio }}', 'Dentro, Fuera');
INSERT INTO rule (name, priority, pattern, say) VALUES
  ('sitio-elegido', 655, '^(?<sitio>dentro|fuera)\W*$', 'Apuntado: {{ sitio | downcase }}.');
INSERT INTO rule_set (rule, name, value) VALUES ('sitio-elegido', 'lugar', '{{ sitio | downcase }}');
INSERT INTO attribute (name, at, value) VALUES ('lola_mesa', 'rule:sitio-elegido', '{{ sitio | downcase }}');
INSERT INTO rule (name, priority, words, say) VALUES
  ('mi-sitio', 656, 'dónde era mi mesa, dentro o fuera', 'Tu mesa: {{ lugar | default: "aún sin elegir" }}.');

INSERT INTO rule (name, priority, action, target, words) VALUES ('prisa', 980, 'tag', 'prisa', 'urgente, prisa, ya mismo, cuanto antes');

INSERT INTO rule (name, priority, words, cooldown, say) VALUES
  ('chiste', 310, 'chiste, aburrido, aburrida', '1 hour', '¿Qué le dice una paella a otra? Estamos en nuestro punto.'),
  ('sin-chiste', 309, 'chiste, aburrido, aburrida, cuéntame otro', NULL, 'Uno por hora, que se pasa el arroz.');

INSERT INTO rule_example (rule, text) VALUES
  ('sitio', 'queremos elegir mesa'), ('sitio-elegido', 'Fuera!'), ('mi-sitio', 'al final dentro o fuera?'),
  ('prisa', 'lo necesito cuanto antes'), ('prisa', 'urgente, cancelar la mesa'), ('chiste', 'cuentame un chiste jaja'),
  ('sin-chiste', 'cuentame otro');
INSERT INTO rule_counterexample (rule, text) VALUES
  ('sitio-elegido', 'fuera de horario'), ('prisa', 'sin apuro'), ('chiste', 'chistera');
