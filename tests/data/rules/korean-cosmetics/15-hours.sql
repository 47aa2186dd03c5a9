-- When somebody reads the messages, and what is said while nobody does.
INSERT INTO opening (days, opens, closes) VALUES
  ('mon-fri', '10:00', '12:30'),
  ('mon-fri', '13:30', '18:00');

INSERT INTO holiday (day, note) VALUES
  ('01-01', '새해'),
  ('2027-02-06 – 2027-02-09', '설 연휴'),
  ('2027-09-14 – 2027-09-16', '추석 연휴');

INSERT INTO rule (name, priority, words, say) VALUES
  ('hours-today', 506, '오늘 상담, 지금 상담', '오늘 상담 시간: {{ hours_today }}.');

-- "사람 불러줘" at night: the truth about when, instead of "one moment".
INSERT INTO rule (name, priority, action, target, words, only_if, say) VALUES
  ('person-later', 905, 'handoff', 'care', '상담원, 상담사, 담당자, 직원 연결, 사람이랑, 전화 상담, 통화', ':open = 0',
   '지금은 상담 시간이 아니에요. {{ next_opening }}부터 담당자가 순서대로 답해 드려요.');

-- What no rule understood, in the night: no list of words helps at three o'clock.
INSERT INTO rule (name, priority, only_if, say) VALUES
  ('night', 10, ':open = 0', '메시지 잘 받았어요. {{ next_opening }}부터 답해 드릴게요.');

INSERT INTO rule_example (rule, text) VALUES
  ('hours-today', '오늘 상담 몇시까지 하나요'),
  ('hours-today', '지금 상담 되나요');
INSERT INTO rule_example (rule, text, at) VALUES
  ('person-later', '상담원 연결해주세요ㅠㅠ', 'sat 15:00'),
  ('person-later', '사람이랑 얘기하고싶어요', 'wed 13:00'),
  ('night', '사장님 날씨 좋네요', 'sun 03:00'),
  ('refund', '환불해주세요', 'sun 03:00'),
  ('skin-alarm', '얼굴이 뒤집어졌어요', 'fri 23:50');
INSERT INTO rule_counterexample (rule, text, at) VALUES
  ('person-later', '상담원 연결해주세요', 'wed 14:00'),
  ('night', '사장님 날씨 좋네요', 'mon 10:00');
