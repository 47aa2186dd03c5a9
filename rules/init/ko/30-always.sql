-- 어느 가게에나 필요한 규칙입니다. 규칙은 `words`의 낱말 가운데 하나가 메시지에 있고 `unless`의 낱말은 없을 때 그 메시지를
-- 맡습니다. 여러 규칙이 맞으면 `priority`가 가장 높은 규칙이 맡고(적지 않으면 500), 같으면 먼저 적힌 규칙이 맡습니다.
-- 조사와 어미, 띄어쓰기는 신경 쓰지 않아도 됩니다. '환불'은 "환불해 주세요"와 "환불이 되나요"도 찾습니다.
--
-- 글은 '작은따옴표' 사이에 적습니다. 글 안의 작은따옴표는 두 번 적습니다: 'Joe''s'.

-- = 는 메시지 전체가 이 말이라는 뜻입니다(문장 부호와 공손한 말은 있어도 됩니다). opt_out 뒤에는 opt_in 규칙이 맡을 때까지
-- 봇이 답하지 않습니다. josa는 앞말에 맞는 조사를 붙입니다: 은/는, 이/가, 을/를, 과/와, (으)로 …
INSERT INTO rule (name, priority, action, words, say) VALUES
  ('수신거부', 1000, 'opt_out', '=수신거부, =구독취소, =문자 그만, =stop, =unsubscribe',
   '알겠습니다. 앞으로 {{ business_name | josa: "은/는" }} 메시지를 보내지 않겠습니다. 다시 받으시려면 "수신동의"라고 보내 주세요.'),
  ('수신동의', 1000, 'opt_in', '=수신동의, =구독, =start',
   '다시 찾아 주셔서 감사합니다, {{ first_name | default: "고객" }}님! 무엇을 도와드릴까요?');

-- handoff는 대화를 팀에 넘깁니다. 담당자가 대화를 돌려주거나 끝낼 때까지 봇은 답하지 않습니다.
-- frontdesk queue, frontdesk say, frontdesk release
INSERT INTO rule (name, priority, action, target, words, unless, say) VALUES
  ('상담원', 900, 'handoff', '담당자', '상담원, 상담사, 담당자, 직원 연결, 사람이랑, 사람과, 통화, human, person', NULL,
   '잠시만 기다려 주세요, {{ first_name | default: "고객" }}님. 담당자가 곧 이곳으로 답장드리겠습니다.'),
  ('불만', 850, 'handoff', '담당자', '불만, 환불, 항의, 실망, 최악, 화가 나*', '불만 없*, 불만은 없*, 환불 말고',
   '불편을 드려 죄송합니다. 담당자가 확인하고 곧 답장드리겠습니다.');

-- 인사말은 뒤에 둡니다. 그래야 "안녕하세요, 영업시간이 어떻게 되나요?"가 영업시간 문의가 됩니다.
INSERT INTO rule (name, priority, words, say) VALUES
  ('감사', 300, '감사*, 고마*, 고맙*, 땡큐, thank*', '도움이 되었다니 기쁩니다. 좋은 하루 보내세요!'),
  ('인사', 200, '안녕, 안녕하세요, 저기요, 여보세요, 반가*, 반갑*, hi, hello',
   '안녕하세요, {{ first_name | default: "고객" }}님! {{ business_name }}입니다. 무엇을 도와드릴까요?');

-- 기호나 이모티콘뿐인 메시지에는 답하지 않습니다. `pattern`은 정규 표현식(PCRE2)이며, 원하는 분만 쓰면 됩니다.
INSERT INTO rule (name, priority, action, pattern) VALUES
  ('기호만', 100, 'ignore', '^[^\p{L}\p{N}]+$|^[ㅋㅎㅠㅜㅇㄱㄴㄷ\s]+$');

-- 나머지 모두. words도 pattern도 없으므로 무엇이든 맡고, priority가 가장 낮습니다. `consult`는 백엔드에 답을 묻습니다. 여기서는
-- 자주 묻는 질문(50-faq.sql)이며, 열쇠도 필요 없고 밖에 묻지도 않습니다. 거기에 답이 없으면 'sorry'라는 문구를 보냅니다.
INSERT INTO rule (name, priority, action, target) VALUES ('나머지', 0, 'consult', 'faq');
INSERT INTO backend (name, kind, settle_ms) VALUES ('faq', 'faq', 0);
INSERT INTO phrase (name, language, text) VALUES
  ('sorry', 'ko', '죄송하지만 잘 이해하지 못했습니다. "영업시간"을 물어보시거나, "상담원"이라고 보내시면 담당자가 답장드립니다.');

-- 증명: 모든 예는 그 규칙이 맡아야 하고, 모든 반례는 다른 규칙이 맡아야 합니다. 하나라도 어긋나면 규칙을 읽지 않습니다.
-- 고객이 실제로 보낸 글이 가장 좋은 예입니다.
INSERT INTO rule_example (rule, text) VALUES
  ('수신거부', '수신거부'), ('수신거부', '수신 거부 부탁드려요'), ('수신거부', 'STOP'),
  ('수신동의', '수신동의'),
  ('상담원', '상담원 연결해 주세요'), ('상담원', '담당자분이랑 얘기하고 싶어요'),
  ('불만', '환불해 주세요'), ('불만', '너무 실망이에요'),
  ('감사', '감사합니다'), ('감사', '네 고마워요~'),
  ('인사', '안녕하세요'), ('인사', '안녕하세요!!'),
  ('기호만', '👍'), ('기호만', 'ㅋㅋㅋㅋ'), ('기호만', '...'),
  ('나머지', '달은 치즈로 되어 있나요');
INSERT INTO rule_counterexample (rule, text) VALUES
  ('수신거부', '수신거부한 적이 없는데 문자가 안 와요'),
  ('수신동의', '구독하면 뭐가 좋아요?'),
  ('불만', '불만은 없어요'),
  ('인사', '안녕하세요, 영업시간이 어떻게 되나요?'),
  ('기호만', '2개요');

-- 대화가 끝나면 고객의 Braze 프로필에 기록하는 내용입니다. API 키에 users.track 권한이 필요합니다.
INSERT INTO attribute (name, at, value, type) VALUES
  ('chat_last_summary', 'close', '{{ summary }}', 'text'),
  ('chat_last_outcome', 'close', '{{ outcome }}', 'text'),
  ('chat_count',        'close', '1',             'increment');
