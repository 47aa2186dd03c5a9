-- Lo que se pregunta de vez en cuando. Cada respuesta se encuentra por lo que el mensaje quiere preguntar, con las palabras que
-- sean: escribe la pregunta como la haría un cliente. `keywords` son otras formas de llamarlo. Si aquí no hay respuesta, se
-- dice la frase 'sorry' (30-always.sql).
INSERT INTO faq (question, answer, keywords) VALUES
  ('¿Estáis asegurados y autorizados?', 'Sí, las dos cosas. Te enseñamos los papeles antes de empezar.',
   'seguro, licencia, carnet'),
  ('¿Cuánto tardáis en venir?', 'Normalmente dos días; si es urgente, menos de dos horas.',
   'cuánto tardáis, tiempo de espera'),
  ('¿Tengo que estar en casa?', 'Alguien tiene que abrirnos y firmar al final; puede ser un vecino.',
   'abrir la puerta, vecino'),
  ('¿Limpiáis al terminar?', 'Por supuesto: cubrimos el suelo y nos llevamos los escombros.',
   'limpieza, escombros, suciedad');

-- La prueba: una conversación que tiene que ir así; si no, no se carga nada. Un * vale por cualquier texto.
INSERT INTO talk (name) VALUES ('lo que ninguna regla sabe');
INSERT INTO talk_line (talk, customer, bot) VALUES
  ('lo que ninguna regla sabe', '¿os lleváis los escombros?', 'Por supuesto: cubrimos el suelo y nos llevamos los escombros.'),
  ('lo que ninguna regla sabe', 'la luna es de queso', 'Perdona, no te he entendido.*');
