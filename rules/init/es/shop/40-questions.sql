-- Lo que se pregunta cada día en una tienda. Cambia las respuestas por las tuyas y añade las palabras de tus clientes.
INSERT INTO rule (name, words, unless, say) VALUES
  ('horario', 'horario, horarios, a qué hora, hasta qué hora, abr*, abierto, abierta, abiertos, cerráis, cierran, hours', 'abrigo*, abril, abrazo*',
   'Nuestro horario: {{ hours_today }}. La semana: de lunes a sábado, de 10:00 a 14:00 y de 17:00 a 20:30.'),
  ('donde', 'dónde estáis, dónde están, dónde queda, dirección, ubicación, cómo llego, cómo llegar, aparca*, parking',
   'dirección de envío, dirección de correo',
   'Estamos en la calle Mayor 12, junto a Correos. Hay un parking en la plaza.'),
  ('precios', 'precio*, cuánto cuesta, cuánto cuestan, cuánto vale, cuánto es', 'cuánto cuesta el envío',
   'Dinos qué buscas y te decimos el precio. También los tienes todos en tienda.example.com.'),
  ('envios', 'envío, envíos, enviar, enviáis, envían, mandáis, mandan, a domicilio', NULL,
   'Enviamos en 48 horas por {{ "4.90" | money: "EUR", "es" }}; a partir de {{ "50" | money: "EUR", "es" }}, gratis.'),
  ('cambios', 'cambiar, cambio, cambios, devolver, devoluciones, otra talla', NULL,
   'Tienes 30 días para cambiar o devolver lo que no hayas usado. Trae el tique o mándanos su número.'),
  ('pago', 'pagar, pago, tarjeta, efectivo, bizum, transferencia', 'tarjeta de felicitación, tarjeta regalo', 'Tarjeta, efectivo o Bizum, como prefieras.');

-- Los grupos con nombre de un patrón se pueden decir por su nombre.
INSERT INTO rule (name, priority, action, target, pattern, say) VALUES
  ('pedido', 700, 'handoff', 'equipo', '\bpedido\s*(?:n[uú]m(?:ero)?\.?|n[ºo°]\.?)?\s*#?\s*(?<pedido>\d{4,10})(?!\d)',
   'Pedido {{ pedido }}: lo miramos y te respondemos por aquí.');

INSERT INTO rule_example (rule, text) VALUES
  ('horario', '¿Qué horario tenéis?'), ('horario', 'abren el domingo?'), ('horario', 'hasta que hora estais abiertos'),
  ('donde', '¿Dónde estáis?'), ('donde', 'me pasas la direccion porfa'),
  ('precios', 'cuanto cuesta la azul?'), ('precios', 'precio de la lámpara'),
  ('envios', '¿Hacéis envíos a Canarias?'), ('envios', 'cuánto cuesta el envío'),
  ('cambios', 'quiero devolver una lámpara'), ('cambios', 'necesito otra talla'),
  ('pago', 'puedo pagar con tarjeta?'), ('pago', 'Bizum?'),
  ('pedido', '¿Dónde está mi pedido nº 12345?'), ('pedido', 'pedido 20451');
INSERT INTO rule_counterexample (rule, text) VALUES
  ('horario', 'tenéis abrigos?'),
  ('precios', 'cuánto cuesta el envío'),
  ('pago', 'una tarjeta de felicitación, por favor'),
  ('pedido', 'llámame al 612345678');
