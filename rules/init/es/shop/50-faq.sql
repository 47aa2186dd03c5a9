-- Lo que se pregunta de vez en cuando. Cada respuesta se encuentra por lo que el mensaje quiere preguntar, con las palabras que
-- sean: escribe la pregunta como la haría un cliente. `keywords` son otras formas de llamarlo. Si aquí no hay respuesta, se
-- dice la frase 'sorry' (30-always.sql).
INSERT INTO faq (question, answer, keywords) VALUES
  ('¿Envolvéis para regalo?', 'Sí, sin coste. Dínoslo al hacer el pedido o en caja.',
   'envolver, papel de regalo, envoltorio'),
  ('¿Tenéis tarjetas regalo?', 'Sí, por el importe que quieras desde 10 €. Valen dos años.',
   'tarjeta regalo, vale regalo, cheque regalo'),
  ('¿Me podéis guardar un artículo?', 'Claro, durante tres días. Escríbenos cuál es y tu nombre.',
   'guardar, apartar, reservar'),
  ('¿Puedo entrar con mi perro?', 'Los perros son bienvenidos en la tienda.',
   'perros, mascotas, mascota');

-- La prueba: una conversación que tiene que ir así; si no, no se carga nada. Un * vale por cualquier texto.
INSERT INTO talk (name) VALUES ('lo que ninguna regla sabe');
INSERT INTO talk_line (talk, customer, bot) VALUES
  ('lo que ninguna regla sabe', 'lo podéis envolver con papel de regalo?', 'Sí, sin coste. Dínoslo al hacer el pedido o en caja.'),
  ('lo que ninguna regla sabe', 'la luna es de queso', 'Perdona, no te he entendido.*');
