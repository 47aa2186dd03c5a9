-- Lo que se pregunta de vez en cuando. Cada respuesta se encuentra por lo que el mensaje quiere preguntar, con las palabras que
-- sean: escribe la pregunta como la haría un cliente. `keywords` son otras formas de llamarlo. Si aquí no hay respuesta, se
-- dice la frase 'sorry' (30-always.sql).
INSERT INTO faq (question, answer, keywords) VALUES
  ('¿Puedo ir con mi perro?', 'En la terraza los perros son bienvenidos.',
   'perros, mascotas, mascota'),
  ('¿Se puede entrar en silla de ruedas?', 'Sí: no hay escalón, y el baño está en la misma planta.',
   'silla de ruedas, accesible, escalones'),
  ('¿Celebráis cumpleaños?', 'Hasta 20 personas en la sala del fondo. Escribe "humano" y lo preparamos contigo.',
   'cumpleaños, celebración, fiesta privada'),
  ('¿Puedo llevar mi propio vino?', 'Sí, con un descorche de 12 € por botella.',
   'descorche, mi botella');

-- La prueba: una conversación que tiene que ir así; si no, no se carga nada. Un * vale por cualquier texto.
INSERT INTO talk (name) VALUES ('lo que ninguna regla sabe');
INSERT INTO talk_line (talk, customer, bot) VALUES
  ('lo que ninguna regla sabe', 'se puede ir con el perro?', 'En la terraza los perros son bienvenidos.'),
  ('lo que ninguna regla sabe', 'la luna es de queso', 'Perdona, no te he entendido.*');
