-- 캠페인은 답장을 고객에게 전달합니다. Braze에서 API로 트리거되는 WhatsApp 캠페인을 두 개 만들고, 그 API 식별자를 아래에
-- 옮겨 적으십시오. 나머지는 그대로 두면 됩니다. 지금 적힌 식별자는 샌드박스에서만 통합니다.
--
-- 'response'는 자유로운 글이며, 고객의 마지막 메시지로부터 24시간 안에만 보낼 수 있습니다. 'template'은 Meta의 승인을 받은
-- 글이며, 그 뒤에 씁니다.
INSERT INTO campaign (name, channel, layout, campaign_id) VALUES
  ('답장',   'whatsapp', 'response', '11111111-2222-4333-8444-555555555555'),
  ('템플릿', 'whatsapp', 'template', '66666666-7777-4888-9999-000000000000');
