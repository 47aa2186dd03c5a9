-- 가게 소개입니다. 파일은 이름 순서대로 읽으므로 이름 앞에 숫자를 붙였습니다. 고친 다음에는 아래 명령을 쓰십시오.
--
--     frontdesk rules check --strict 폴더          무엇이 잘못되었는지 파일과 줄 번호로 알려 줍니다
--     frontdesk rules tell 폴더 --language ko      규칙을 우리말 문장으로 풀어 줍니다
--     frontdesk rules load 폴더                    규칙을 적용합니다
--
-- 폴더는 이 파일이 있는 폴더입니다. 여기서 정한 값은 어느 답장에나 쓸 수 있습니다: {{ business_name }}
INSERT INTO setting (name, value) VALUES
  ('business_name',    '하늘상점'),
  ('time_zone',        'Asia/Seoul'),
  ('default_language', 'ko'),
  ('reply_expires',    '12 hours');   -- 12시간 안에 보내지 못한 답장은 보내지 않습니다

-- 영업시간입니다(위 시간대 기준). 요일은 mon-fri, 'sat, sun', daily처럼 적고, 하루에 여러 줄을 적어도 됩니다. 답장의
-- {{ hours_today }}가 이 시간을 따릅니다. 연도 없이 적은 휴일은 해마다 돌아옵니다.
INSERT INTO opening (days, opens, closes) VALUES ('mon-sat', '10:00', '19:00');
INSERT INTO holiday (day, note) VALUES ('01-01', '새해 첫날');

-- 사람이 답해야 할 때 대화를 넘겨받는 팀입니다. notify_user 에 사장님의 external id 나 전화번호('owner-1', '+821012345678')를 쓰면
-- 건마다 WhatsApp 으로 받고 그 자리에서 답하실 수 있습니다. `nobody` 는 10분 동안 아무도 오지 않을 때 나가는 말입니다.
INSERT INTO team (name, notify_user, nobody) VALUES
  ('담당자', NULL, '죄송합니다. 지금은 답해 드릴 담당자가 없습니다. 가능한 한 빨리 여기로 답장드리겠습니다.');
