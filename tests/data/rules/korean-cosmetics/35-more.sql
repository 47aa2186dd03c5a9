-- Shades by buttons, what a customer has chosen, who is cross, and a tip that is not told twice.
INSERT INTO phrase (name, language, text) VALUES
  ('tone', 'ko', '피부 톤이 어떻게 되세요?'), ('tone', 'en', 'Which undertone do you have?');

INSERT INTO rule (name, priority, words, say, buttons) VALUES
  ('tone', 580, '톤 고르, 톤을 모르, 색상 고르기, which undertone', '{{ phrase.tone }}', '쿨톤이에요, 웜톤이에요');
INSERT INTO rule (name, priority, pattern, say) VALUES
  ('tone-chosen', 585, '^(?<tone>쿨톤|웜톤)이에요\W*$', '{{ tone }}이시군요! "내 톤"이라고 보내시면 언제든 다시 추천해 드려요.');
INSERT INTO rule_set (rule, name, value) VALUES ('tone-chosen', 'my_tone', '{{ tone }}');
INSERT INTO attribute (name, at, value) VALUES ('ongyeol_tone', 'rule:tone-chosen', '{{ tone }}');
INSERT INTO rule (name, priority, words, say) VALUES
  ('my-tone', 586, '내 톤, 제 톤', '{{ my_tone | default: "아직 모르는 톤" }}에는 로즈와 코랄 샘플을 같이 넣어 드릴게요.');

INSERT INTO rule (name, priority, action, target, words) VALUES
  ('cross', 980, 'tag', '화남', 'ㅡㅡ, 짜증, 답답, 화나, 어이없');

INSERT INTO rule (name, priority, words, cooldown, say) VALUES
  ('tip', 310, '꿀팁, 팁 알려', '1 day', '세럼은 물기가 있을 때 바르면 두 배로 촉촉해요.'),
  ('no-tip', 309, '꿀팁, 팁 알려, 팁 더', NULL, '꿀팁은 하루에 하나만요!');

INSERT INTO rule_example (rule, text) VALUES
  ('tone', '톤을모르겠어요'), ('tone-chosen', '쿨톤이에요!'), ('my-tone', '내톤이 뭐였죠'), ('cross', '아 짜증나 환불해줘요'),
  ('cross', '언제 와요 ㅡㅡ'), ('tip', '꿀팁 있어요?'),
  ('no-tip', '팁 더 주세요');
INSERT INTO rule_counterexample (rule, text) VALUES
  ('tone-chosen', '쿨톤이에요 웜톤이에요?'), ('cross', '하나도 안 비싸네요'), ('tip', '팁은 얼마예요');
