-- Lo que se pregunta cada día a un profesional. Cambia las respuestas por las tuyas y añade las palabras de tus clientes.

-- Lo que no puede esperar va primero y pasa enseguida a una persona. `unless` deja fuera lo que no corre prisa.
INSERT INTO rule (name, priority, action, target, words, unless, say) VALUES
  ('urgencia', 950, 'handoff', 'equipo', 'urgencia, urgente, emergencia, fuga, fugas, inunda*, reventado, reventó, huele a gas, olor a gas',
   'no es urgente, no corre prisa, no es una urgencia, no es una fuga',
   'Cierra la llave de paso y, si huele a gas, sal de casa. Te llamamos enseguida.'),
  ('cita', 700, 'handoff', 'equipo', 'cita, visita, podéis venir, pueden venir, puede venir, pasaros, agendar', NULL,
   'Con gusto. ¿Qué hay que hacer, dónde y qué día te viene bien? Te respondemos por aquí.'),
  ('presupuesto', 650, 'handoff', 'equipo', 'presupuesto*, precio*, tarifa*, cuánto cuesta, cuánto cobráis, cuánto cobran, cuánto sería', NULL,
   'Mándanos una foto y dos líneas sobre el trabajo, y te damos un presupuesto sin compromiso.');

INSERT INTO rule (name, words, unless, say) VALUES
  ('horario', 'horario, horarios, a qué hora, hasta qué hora, fin de semana, fines de semana, sábado, sábados, domingo, domingos, hours', NULL,
   'Nuestro horario: {{ hours_today }}. La semana: de lunes a viernes, de 8:00 a 18:00. Si es urgente, escribe "urgencia" a cualquier hora.'),
  ('zona', 'zona, zonas, dónde estáis, dónde están, dirección, trabajáis en, trabajan en', 'dirección de correo',
   'Vamos a toda la ciudad y a 30 km a la redonda.'),
  ('trabajos', 'arregl*, repar*, instal*, desatasc*, cambiar', NULL,
   'Instalamos y reparamos baños, cocinas, calderas y tuberías. Escribe "cita" y buscamos un día.'),
  ('pago', 'pagar, pago, factura, tarjeta, efectivo, bizum, transferencia', NULL, 'Efectivo, tarjeta, Bizum o transferencia, siempre con factura.'),
  ('garantia', 'garantía', NULL, 'Todos nuestros trabajos tienen dos años de garantía.');

INSERT INTO rule_example (rule, text) VALUES
  ('urgencia', '¡Se ha reventado una tubería!'), ('urgencia', 'tengo una fuga en el baño'), ('urgencia', 'es urgente'),
  ('cita', '¿Podéis venir el viernes?'), ('cita', 'quiero pedir cita'),
  ('presupuesto', 'cuanto cuesta cambiar un grifo?'), ('presupuesto', 'me haces un presupuesto'),
  ('horario', '¿Qué horario tenéis?'), ('horario', 'trabajáis los domingos'),
  ('zona', '¿en qué zona trabajáis?'), ('zona', 'trabajan en Getafe?'),
  ('trabajos', '¿Arregláis calderas?'), ('trabajos', 'instalan duchas'),
  ('pago', 'puedo pagar con tarjeta?'), ('pago', 'necesito factura'),
  ('garantia', '¿dais garantía?');
INSERT INTO rule_counterexample (rule, text) VALUES
  ('urgencia', 'no es urgente, solo gotea un grifo'),
  ('urgencia', 'no es una fuga, es una pregunta');
