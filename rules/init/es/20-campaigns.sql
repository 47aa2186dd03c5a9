-- Las campañas llevan tus respuestas al cliente. Crea en Braze dos campañas de WhatsApp activadas por API, copia aquí sus
-- identificadores de API y deja el resto como está. Los de abajo solo sirven para el sandbox.
--
-- 'response' es texto libre, que WhatsApp admite durante 24 horas desde el último mensaje del cliente. 'template' es un
-- texto aprobado por Meta, para después.
INSERT INTO campaign (name, channel, layout, campaign_id) VALUES
  ('respuesta', 'whatsapp', 'response', '11111111-2222-4333-8444-555555555555'),
  ('plantilla', 'whatsapp', 'template', '66666666-7777-4888-9999-000000000000');
