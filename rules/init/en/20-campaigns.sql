-- Campaigns carry your answers to the customer. Make two API-triggered WhatsApp campaigns in Braze, copy their API
-- identifiers here, and keep the rest as it is. The ids below do for the sandbox only.
--
-- 'response' is free text, which WhatsApp takes within 24 hours of the customer's last message. 'template' is a text that
-- Meta has approved, for later than that.
INSERT INTO campaign (name, channel, layout, campaign_id) VALUES
  ('reply',  'whatsapp', 'response', '11111111-2222-4333-8444-555555555555'),
  ('reopen', 'whatsapp', 'template', '66666666-7777-4888-9999-000000000000');
