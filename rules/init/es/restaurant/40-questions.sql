-- Lo que se pregunta cada día en un restaurante. Cambia las respuestas por las tuyas y añade las palabras de tus clientes.
INSERT INTO rule (name, words, unless, say) VALUES
  ('horario', 'horario, horarios, a qué hora, hasta qué hora, abr*, abierto, abierta, abiertos, cerráis, cierran, cocina, hours', 'abril, abrigo*, abrazo*',
   'Nuestro horario: {{ hours_today }}. La semana: de martes a domingo, de 13:00 a 16:00 y de 20:00 a 23:30. La cocina cierra media hora antes.'),
  ('donde', 'dónde estáis, dónde están, dónde queda, dirección, ubicación, cómo llego, cómo llegar, aparca*, parking', 'dirección de correo',
   'Estamos en la calle Mayor 12. Hay un parking público en la plaza, a dos minutos.'),
  ('carta', 'carta, menú, menú del día, qué tenéis, platos, postre, postres', 'menú infantil',
   'La carta está en casaolivo.example.com. El menú del día, de martes a viernes: {{ "14.50" | money: "EUR", "es" }}.'),
  ('alergias', 'alergi*, alérgic*, alérgen*, celíac*, gluten, vegano, vegana, vegetarian*, lactosa, frutos secos', NULL,
   'Muchos platos van sin gluten o sin carne, y la carta marca los alérgenos. Dínoslo también al reservar.'),
  ('llevar', 'para llevar, a domicilio, delivery, repart*', NULL, 'Pide por aquí y pasa a recogerlo en 25 minutos. A domicilio no repartimos.'),
  ('ninos', 'niño, niños, niña, niñas, bebé*, trona*, menú infantil, carrito', NULL, 'Los niños son bienvenidos: tenemos tronas y menú infantil.'),
  ('pago', 'pagar, pago, tarjeta, efectivo, bizum', NULL, 'Tarjeta, efectivo o Bizum, como prefieras.');

-- Las mesas las confirma una persona. Va por delante: "una mesa para hoy, ¿a qué hora abrís?" es una reserva.
INSERT INTO rule (name, priority, action, target, words, unless, say) VALUES
  ('reserva', 700, 'handoff', 'equipo', 'reserva, reservar, reservas, una mesa, mesa para, mesa libre, hay mesa, hay sitio', 'gran reserva, vino reserva, rioja reserva',
   '¡Con gusto! ¿Para qué día, a qué hora y cuántas personas? Te lo confirmamos por aquí.');

INSERT INTO rule_example (rule, text) VALUES
  ('horario', '¿Qué horario tenéis?'), ('horario', 'abren el domingo?'), ('horario', 'hasta que hora esta la cocina'),
  ('donde', '¿Dónde estáis?'), ('donde', 'me pasas la direccion porfa'),
  ('carta', 'me mandas la carta?'), ('carta', '¿Hay menú del día?'),
  ('alergias', 'Tenéis algo sin gluten?'), ('alergias', 'soy celiaca'),
  ('llevar', '¿Puedo pedir para llevar?'), ('llevar', 'repartís a casa?'),
  ('ninos', '¿Tenéis tronas?'), ('ninos', 'hay menu infantil?'),
  ('pago', 'se puede pagar con tarjeta?'),
  ('reserva', 'Hola, quería reservar una mesa para cuatro'), ('reserva', 'hay sitio esta noche?');
INSERT INTO rule_counterexample (rule, text) VALUES
  ('horario', 'reserva para el 3 de abril'),
  ('carta', 'hay menú infantil?'),
  ('reserva', 'tenéis Rioja reserva?');
