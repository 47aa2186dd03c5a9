-- Quién eres. Los archivos se leen por orden de nombre; por eso empiezan con números. Después de cada cambio:
--
--     frontdesk rules check --strict CARPETA   dice qué está mal, con archivo y línea
--     frontdesk rules tell CARPETA             te lo repite en frases (en inglés)
--     frontdesk rules load CARPETA             lo pone en vigor
--
-- CARPETA es la carpeta de este archivo. Lo que se fija aquí se puede decir en cualquier respuesta: {{ business_name }}.
INSERT INTO setting (name, value) VALUES
  ('business_name',    'Casa Olivo'),
  ('time_zone',        'Europe/Madrid'),   -- o America/Mexico_City, America/Bogota…
  ('default_language', 'es'),
  ('reply_expires',    '12 hours');   -- pasadas 12 horas, una respuesta ya solo confundiría

-- Cuándo abres, según el reloj de tu zona. Días: mon-fri (lunes a viernes), 'sat, sun', daily; un día puede tener varias
-- filas. {{ hours_today }} en una respuesta las sigue. Un festivo sin año vuelve todos los años.
INSERT INTO opening (days, opens, closes) VALUES ('tue-sun', '13:00', '16:00'), ('tue-sun', '20:00', '23:30');
INSERT INTO holiday (day, note) VALUES ('01-01', 'Año Nuevo');

-- Quién se hace cargo cuando hace falta una persona. Con tu external id o tu teléfono en notify_user ('owner-1', '+34600111222')
-- cada caso te llega a tu WhatsApp y respondes desde ahí. `nobody` se dice cuando nadie ha venido en diez minutos.
INSERT INTO team (name, notify_user, nobody) VALUES
  ('equipo', NULL, 'Lo sentimos, ahora mismo no hay nadie libre. Te escribimos por aquí en cuanto podamos.');
