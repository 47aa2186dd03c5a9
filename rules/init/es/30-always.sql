-- Reglas que necesita cualquier negocio. Una regla se queda con un mensaje cuando contiene una de sus `words` y nada de su
-- `unless`. De todas las que encajan gana la de `priority` más alta (500 si no se dice); si empatan, la primera.
-- Mayúsculas y acentos no importan: 'dirección' también encuentra "direccion". Un * deja abierto el final: abr* encuentra
-- "abren" y "abrís".
--
-- Los textos van entre 'comillas simples'; un apóstrofo dentro del texto se escribe dos veces: 'L''Alba'.

-- Un = significa que el mensaje entero es eso, con o sin signos y cortesías. Después de un opt_out el bot calla hasta que
-- gane una regla opt_in.
INSERT INTO rule (name, priority, action, words, say) VALUES
  ('baja', 1000, 'opt_out', '=baja, =darme de baja, =dame de baja, =no me escriban más, =no quiero más mensajes, =stop',
   'Hecho: {{ business_name }} no te escribirá más. Si cambias de idea, escribe ALTA.'),
  ('alta', 1000, 'opt_in', '=alta, =darme de alta, =start',
   '¡Qué bien tenerte de vuelta, {{ first_name | default: "de verdad" }}! ¿En qué podemos ayudarte?');

-- handoff pasa la conversación a un equipo; el bot calla hasta que alguien la devuelva o la cierre:
-- frontdesk queue, frontdesk say, frontdesk release.
INSERT INTO rule (name, priority, action, target, words, unless, say) VALUES
  ('persona', 900, 'handoff', 'equipo',
   'hablar con alguien, hablar con una persona, con una persona, persona real, humano, agente, encargad*', NULL,
   'Un momento, {{ first_name | default: "por favor" }}: te escribe enseguida una persona del equipo.'),
  ('queja', 850, 'handoff', 'equipo', 'queja, quejas, quejarme, reclama*, devolución, reembolso, pésim*, decepcionad*',
   'ninguna queja, sin quejas', 'Lo sentimos mucho. Una persona del equipo lee tu mensaje y te responde por aquí.');

-- Los saludos van al final, para que "hola, ¿qué horario tenéis?" sea una pregunta por el horario.
INSERT INTO rule (name, priority, words, say) VALUES
  ('gracias', 300, 'gracias, mil gracias, thanks', '¡A ti! Que tengas un buen día.'),
  ('hola', 200, 'hola*, buenas, buenos días, buenas tardes, buenas noches, qué tal, hello, hi',
   '¡Hola, {{ first_name | default: "qué tal" }}! Somos {{ business_name }}. ¿En qué podemos ayudarte?');

-- Un mensaje de solo signos o emojis no necesita respuesta. `pattern` es una expresión regular PCRE2, para quien la quiera.
INSERT INTO rule (name, priority, action, pattern) VALUES
  ('solo-signos', 100, 'ignore', '^[^\p{L}\p{N}]+$');

-- Todo lo demás. No tiene words ni pattern, así que se queda con cualquier cosa; su priority es la más baja. `consult` pide
-- la respuesta a un backend: aquí, a tus preguntas y respuestas (50-faq.sql), que no necesitan clave ni llaman a nadie. Si
-- ahí no hay respuesta, se dice la frase 'sorry'.
INSERT INTO rule (name, priority, action, target) VALUES ('resto', 0, 'consult', 'faq');
INSERT INTO backend (name, kind, settle_ms) VALUES ('faq', 'faq', 0);
INSERT INTO phrase (name, language, text) VALUES
  ('sorry', 'es', 'Perdona, no te he entendido. Pregúntame por el "horario", o escribe "humano" y te responde una persona.');

-- La prueba: cada ejemplo tiene que ganarlo su regla, y cada contraejemplo otra o ninguna; si no, no se carga nada. Los
-- mejores son los que tus clientes escriben de verdad.
INSERT INTO rule_example (rule, text) VALUES
  ('baja', 'BAJA'), ('baja', 'Darme de baja, por favor'), ('baja', 'stop'),
  ('alta', 'alta'),
  ('persona', '¿puedo hablar con una persona?'), ('persona', 'Humano'),
  ('queja', 'Quiero poner una queja'), ('queja', 'Exijo un reembolso'),
  ('gracias', '¡Muchas gracias!'), ('gracias', 'ok gracias'),
  ('hola', 'Hola'), ('hola', 'buenos dias'),
  ('solo-signos', '👍'), ('solo-signos', '...'),
  ('resto', 'la luna es de queso');
INSERT INTO rule_counterexample (rule, text) VALUES
  ('baja', '¿la persiana baja sola?'),
  ('alta', 'la mesa es muy alta'),
  ('queja', 'ninguna queja, todo genial'),
  ('hola', 'Hola, ¿qué horario tenéis?'),
  ('solo-signos', '2?');

-- Lo que aprende el perfil de Braze del cliente cuando termina una conversación. La clave necesita users.track.
INSERT INTO attribute (name, at, value, type) VALUES
  ('chat_last_summary', 'close', '{{ summary }}', 'text'),
  ('chat_last_outcome', 'close', '{{ outcome }}', 'text'),
  ('chat_count',        'close', '1',             'increment');
