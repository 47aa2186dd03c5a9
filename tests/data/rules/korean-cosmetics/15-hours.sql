-- When somebody reads the messages, and when nobody does.
INSERT INTO opening (days, opens, closes) VALUES
  ('mon-fri', '10:00', '12:30'),
  ('mon-fri', '13:30', '18:00');

INSERT INTO holiday (day, note) VALUES
  ('01-01', '새해'),
  ('2027-02-06 – 2027-02-09', '설 연휴'),
  ('2027-09-14 – 2027-09-16', '추석 연휴');

INSERT INTO rule (name, priority, words, say) VALUES
  ('hours-today', 506, '오늘 상담, 지금 상담', '오늘 상담 시간: {{ hours_today }}.');
INSERT INTO rule_example (rule, text) VALUES
  ('hours-today', '오늘 상담 몇시까지 하나요'),
  ('hours-today', '지금 상담 되나요');
