-- Campaigns carry our texts to the customer: API-triggered campaigns that you make once in Braze. Copy their ids here;
-- the ones below belong to the sandbox of `make demo`.
--
-- On WhatsApp free text may be sent within 24 hours of the customer's last message (layout 'response'); later only a
-- template that WhatsApp has approved (layout 'template'). The first row of each layout is the channel's default.
INSERT INTO campaign (name, channel, layout, campaign_id) VALUES
  ('reply',  'whatsapp', 'response', '7f3c2a90-5b1e-4c0d-9a67-2f0d8e41b6c3'),
  ('reopen', 'whatsapp', 'template', 'a91d07e4-83c2-4f5b-b1d8-6c2e90f7a415');

-- A further campaign is used by the rules that name it: this one shows the picture of the week above the text.
INSERT INTO campaign (name, channel, layout, campaign_id) VALUES
  ('menu',   'whatsapp', 'response', 'c4e85b16-0d7a-4e93-8f2b-91a3d6507e2c');

-- `buttons` says how many quick replies the layout shows (3 at most). In Braze their labels are
-- {{api_trigger_properties.${button_1}}} and so on; what a layout does not show goes out as numbered lines of text. (A row with
-- app_id and subscription_group_id needs no layout, and shows up to ten choices as a list.)
INSERT INTO campaign (name, channel, layout, campaign_id, buttons) VALUES
  ('choice', 'whatsapp', 'response', '5d20f9e7-46b8-4c1d-a3f5-7e08c2b96d41', 3);
