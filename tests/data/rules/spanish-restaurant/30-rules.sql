-- Accents, capitals and ¿¡ need no thought: 'dirección' finds "direccion", and 'ninos' finds "niños".
INSERT INTO rule (name, priority, action, words, say) VALUES
  ('opt-out', 1000, 'opt_out',
   '=baja, =darme de baja, =dame de baja, =denme de baja, =no me escriban más, =no me escribáis más,
   =no escriban más, =dejen de escribirme, =dejad de escribirme,
   =no quiero recibir más mensajes, =no quiero más mensajes, =stop',
   'De acuerdo: no te escribiremos más. Si cambias de idea, escribe ALTA.'),
  ('opt-in', 1000, 'opt_in', '=alta, =darme de alta, =start',
   '¡Qué alegría verte de nuevo, {{ first_name | default: "amigo" }}!');

-- Straight to a person.
INSERT INTO rule (name, priority, action, target, words, unless, say) VALUES
  ('alergia-urgente', 950, 'handoff', 'sala',
   'reacción alérgica, anafil*, hinchad*, no puedo respirar, no puede respirar, intoxica*, ambulancia',
   'ninguna reacción',
   'Si es grave, llama ya al 112. Una persona del restaurante lee esto ahora mismo.'),
  ('persona', 900, 'handoff', 'sala',
   'hablar con una persona, hablar con alguien, con una persona, persona real, humano, encargad*, gerente,
   camarero real, alguien ahí, que me llamen,
   q me llamen, me podéis llamar, me pueden llamar, llamadme, llámenme, agente',
   'no que me llamen', 'Un momento, {{ first_name | default: "por favor" }}: te paso con una persona de sala.'),
  ('queja', 850, 'handoff', 'sala',
   'queja*, reclama*, reclamación, hoja de reclamaciones, pésim*, horrible, asco, estaba fría, estaba frío,
   estaban fríos, un pelo,
   cobraron de más, cobrado de más, cobrado dos veces, asqueros*, una hora esperando, hora de espera,
   mal servicio, desastre, nadie nos',
   'ninguna queja, sin quejas, ni una queja',
   'Lo sentimos mucho. El encargado lee tu mensaje y te responde hoy.');

-- Tables. Groups of more than eight go to a person; the numbers are caught by patterns.
INSERT INTO rule (name, priority, action, target, words, unless, say) VALUES
  ('cancelar', 800, 'handoff', 'sala', 'cancelar, cancela, cancelo, cancelame, cancelarme, cancelarla, cancelen,
   anular, anula, anulo, no vamos a poder, no podremos, no podemos ir',
   'no quiero cancelar, sin cancelar, cancelar gratis, cantante',
   'Gracias por avisar. Anulamos tu mesa y te lo confirmamos.'),
  ('cambiar', 790, 'handoff', 'sala',
   'cambiar la reserva, cambiamos la reserva, cambio la reserva, cambiar mi reserva, cambiar la hora,
   cambiar el día, en vez de, llegamos tarde, llegar más tarde, min tarde,
   minutos tarde, retraso', NULL, 'Sin problema, lo miramos y te confirmamos.');
INSERT INTO rule (name, priority, action, target, pattern, say) VALUES
  ('reserva-grupo', 760, 'handoff', 'sala',
   '\b(?:(?:mesa|reservar|reserva) (?:para|xa|pa)|somos|seremos|para) (?<personas>9|[1-9]\d)(?! de|\d)(?= personas?| pers\b| pax\b|\W*$|,)',
   '¡Qué buen grupo! Para {{ personas }} lo organiza una persona de sala, que te escribe enseguida.');
INSERT INTO rule (name, priority, pattern, say) VALUES
  ('reserva-mesa', 750,
   '\b(?:mesa (?:para|xa|pa)|somos|seremos) (?<personas>[1-8]|un[ao]|dos|tres|cuatro|cinco|seis|siete|ocho)\b(?! de)',
   'Mesa para {{ personas }}: dinos el día y la hora, y a qué nombre. Te confirmamos en unos minutos.');
INSERT INTO rule (name, words, unless, say) VALUES
  ('reserva', 'reserva, reservar, reserbar, reservas, reservación, mesa libre, tenéis mesa, tienen mesa, hay mesa,
   hay mesas, disponibilidad, cenar hoy, book a table, hay sitio, tenés lugar, hay lugar',
   'gran reserva, rioja reserva, vino reserva', 'Con gusto. ¿Para qué día, a qué hora y cuántas personas?');

-- An order number has four digits; "pedido de 3 croquetas" has none.
INSERT INTO rule (name, priority, pattern, say) VALUES
  ('pedido', 700, '\bpedido\s*(?:n[uú]m(?:ero)?\.?|n[ºo°]?\.?|#)?\s*(?<pedido>\d{4})(?!\d)',
   'Pedido {{ pedido }}: sale de la cocina lo antes posible. Si pasan 20 minutos, escribe "persona real".');
INSERT INTO rule (name, priority, words, say) VALUES
  ('pedido-sin-numero', 690, 'mi pedido no, pedido no llega, hice un pedido, dónde está mi pedido, mi pedido',
   'Dinos el número del pedido (cuatro cifras, está en el tique): "pedido 1234".');

INSERT INTO rule (name, priority, words, unless, say) VALUES
  ('menu-dia', 640, 'menú del día, menú de hoy, menú diario, menú mediodía', NULL,
   'Menú del día, de martes a viernes: {{ "16.50" | money: "EUR", "es" }}, con bebida y postre.'),
  ('ninos', 630, 'trona*, menú infantil, cambiador, niños, niñas, carrito, bebé*', 'no vamos con niños, sin niños',
   'Tenemos tronas, cambiador y un menú infantil de {{ "9" | money: "EUR", "es" }}.'),
  ('alergenos', 620, 'sin gluten, celíac*, celiac*, vegano, vegana, veganos, vegetarian*, lactosa, alérgic*,
   alergia, alergias, alérgenos, frutos secos',
   'no tengo alergias',
   'Muchos platos van sin gluten, y la carta marca los 14 alérgenos. Dilo también al reservar, por favor.'),
  ('paella', 610, 'paella*, fideuá, fideua, arroz, arroces', NULL,
   'Los arroces se hacen al momento: mínimo dos personas y unos 35 minutos. Mejor encargarlos el día antes.'),
  ('cumple', 600, 'cumple, cumpleaños, aniversario, tarta', 'no se cumple',
   '¡Felicidades! Podéis traer tarta; el servicio son {{ "1.50" | money: "EUR", "es" }} por persona.'),
  ('perros', 590, 'perro, perros, perra, perrito, perrita, mascota*, 🐶', 'perrito caliente',
   'En la terraza son bienvenidos, con cuenco de agua y todo.'),
  ('domicilio', 580, 'domicilio, envíos, repart*, delivery, glovo, uber eats, deliver', NULL,
   'Repartimos nosotros en Ruzafa y el Ensanche, de 20:00 a 23:00. En el resto, por Glovo.'),
  ('llevar', 570, 'para llevar, xa llevar, pa llevar, take-away, recoger', NULL,
   'Sí: pide por aquí o al 960 000 000, y está listo en 25 minutos.'),
  ('parking', 560, 'parking, aparca*, aparco, estaciona*, garaje', NULL,
   'Hay un parking público en la calle Cádiz, a dos minutos.'),
  ('horario', 550,
   'horario, horarios, a qué hora abr*, a q hora abr*, a qué hora cierr*, a q hora cierr*, hasta qué hora, abren,
   abrís, abierto hoy, abiertos,
   está abierto, está abierta, cierran, cerráis, cuándo abr*', NULL,
   'Abrimos de martes a domingo, de 13:00 a 16:30 y de 20:00 a 23:30. Los lunes descansamos.'),
  ('donde', 540, 'dónde están, dónde estáis, dónde estás, dónde queda, en qué calle, cómo se llega, dirección,
   ubicación, ubi, cómo llego, cómo llegar',
   'te envío la dirección', 'Carrer de Sueca 21, Valencia. Metro Bailén, salida Russafa. 📍'),
  ('terraza', 530, 'terraza, fumar, sombra', 'hay sitio',
   'La terraza tiene toldo y estufas; se puede fumar en las mesas de fuera.'),
  ('carta', 520, 'carta, carta en inglés, menú, postre, postres, qué platos, q platos, qué hay de comer',
   'carta de amor',
   'La carta está en casalola.example/carta, también en inglés y valenciano.'),
  ('precio', 510, 'cuánto cuesta, cuánto vale, cuánto sale, cuánto es, cto cuesta, precio, precios, presupuesto,
   caro, caros', NULL,
   'A la carta salís por unos {{ "30" | money: "EUR", "es" }} por persona; los precios están en casalola.example/carta.'),
  ('pago', 505, 'pagar, tarjeta, bizum, efectivo, factura, amex', 'tarjeta de felicitación',
   'Tarjeta, Bizum o efectivo. La factura, dínosla antes de pagar.'),
  ('wifi', 500, 'wifi, wi-fi, clave del', NULL, 'Red "CasaLola", clave "arrozconcosas".'),
  ('perdido', 500, 'me he dejado, me dejé, olvidé, olvidado, me olvidé, perdí mi, perdí el, perdí la,
   objetos perdidos', NULL,
   'Lo guardamos en la barra. Dinos qué es y cuándo fue, y lo buscamos.'),
  ('bodas', 505, 'boda, bodas, comunión, comuniones, evento, eventos, despedida', NULL,
   'Hacemos bodas y comuniones de hasta 60 personas. Escribe "humano" y lo hablamos con calma.'),
  ('desayunos', 500, 'desayuno, desayunos, desayunar, almuerzo, almuerzos', NULL,
   'Desayunos no, pero el almuerzo empieza a las 13:00.'),
  ('robot', 500, 'robot, quién eres, eres un bot', NULL,
   'Soy el asistente de {{ business_name }}. Escribe "humano" y te paso con una persona.'),
  ('empleo', 500, 'buscan camarer*, buscáis camarer*, trabajo, empleo, cv, curriculum, currículo', NULL,
   'Mándanos tu currículum a trabajo@casalola.example. Gracias por pensar en nosotros.');

INSERT INTO rule (name, priority, words, say) VALUES
  ('gracias', 300, 'gracias, grasias, graciass*, grax, thanks', '¡A ti! Nos vemos en la mesa.'),
  ('hola', 200, 'hola*, ola, qué tal, q tal, buenas, buenos días, buen día, buenas tardes, buenas noches, hello, hi',
   '¡Hola, {{ first_name | default: "qué tal" }}! Somos {{ business_name }}. ¿Reserva, carta, horario?');
INSERT INTO rule (name, priority, action, words, pattern) VALUES
  ('nada', 150, 'ignore', '=ok, =vale, =perfecto, =genial, =de acuerdo, =listo, =dale',
   '^[^\p{L}\p{N}]+$|^(?:j+[aei]+)+j*\W*$');
INSERT INTO rule (name, priority, say) VALUES
  ('resto', 0, 'Perdona, no te he entendido. Escribe "horario", "carta", "reservar", o "humano" para hablar con una '
   || 'persona.');
