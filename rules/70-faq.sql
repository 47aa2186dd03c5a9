-- Questions and answers: what customers ask now and then, and no rule knows. The backend of kind 'faq' looks here; it
-- needs no key and calls nobody. The rule 'rest' (30-rules.sql) asks it, and a step of the flow 'table' (50-flows.sql).
--
-- settle_ms: how long a backend waits for what else the customer types, so that a burst gets one answer. The FAQ looks up each
-- message at once; a model (80-assistant.sql) better waits a moment.
INSERT INTO backend (name, kind, settle_ms) VALUES ('faq', 'faq', 0);

-- When nothing in here answers, the phrase 'sorry' is said. (Or a person takes over, if the backend has a `team`.)
INSERT INTO phrase (name, language, text) VALUES
  ('sorry', 'en', 'I did not quite get "{{ message | strip | truncate: 40 | default: "your picture" }}". Try "hours", "menu", '
   || '"prices", "order 12345", or "person" for somebody with flour on the hands.'),
  ('sorry', 'ko', '"{{ message | strip | truncate: 40 | default: "사진" }}", 무슨 말씀인지 잘 알아듣지 못했어요. "영업시간", "메뉴", '
   || '"가격"처럼 짧게 적어 주시거나 "상담원"이라고 보내 주세요.');

-- A rule wins by its words. An entry here is found by what the message means to ask: by the words of its question in any
-- order, with other endings ("freezing", "냉동해도"), with a slip of the finger, and with small talk around them. So write
-- the question as a customer would ask it, with the words that matter in it. "My cat is ill" finds nothing: an answer must have
-- enough to do with the message.
--
-- An answer is a text like what a rule says, with {{ next_opening }} and the rest.
INSERT INTO faq (question, answer, language) VALUES
  ('How long does the bread stay fresh?',
   'Sourdough keeps four days in its paper bag, cut side down on the board. Baguettes are for today. Never the fridge, please: '
   || 'it makes bread old and sad.', 'en'),
  ('Do you bake without sugar?',
   'The sourdough and the baguette have no sugar at all: flour, water, salt and patience. Melon bread is another story.', 'en'),
  ('Is there alcohol in your cakes?',
   'None, in neither the carrot nor the lemon cake. A birthday cake gets a drop of rum only if you ask for one.', 'en'),
  ('Where does your flour come from?',
   'Wheat from Jeolla-do, rye from Gangwon-do, both from the mill of two sisters who answer the phone themselves.', 'en');

-- `keywords` are what else people call it, parted by commas. A message in which one of them is whole fits as well as one
-- that asks the question itself: so put what an answer is about, never a word that goes with anything ("bread").
INSERT INTO faq (question, answer, keywords, language) VALUES
  ('Can I freeze the bread?',
   'Yes: sliced, the day you buy it, for up to three months. Straight from the freezer into the toaster, no thawing.',
   'freezer, frozen, defrost', 'en'),
  ('How do I warm up yesterday''s croissants?',
   'Five minutes in the oven at 160 degrees. The microwave turns them into slippers.', 'reheat, oven temperature, microwave', 'en'),
  ('Can you slice my loaf?',
   'Of course, thick or thin, at no charge. Warm bread does not like the knife, so wait until it has cooled.',
   'sliced, slicer, cut my bread', 'en'),
  ('May I bring my dog?',
   'Dogs are welcome at the two tables outside; there is a bowl of water. Inside, hygiene rules say no.',
   'dogs, puppy, pets, pet friendly', 'en'),
  ('Can I come in with a wheelchair or a pram?',
   'Yes: no step at the door, and room between the tables. The toilet is up three stairs, sadly.',
   'wheelchair, accessible, stroller, buggy, step-free, disabled access', 'en'),
  ('Do you have a high chair for babies?',
   'Two high chairs and a box of crayons. The changing table is in the toilet, up three stairs.',
   'highchair, toddler, changing table, 유아 의자', 'en'),
  ('Is there a toilet for customers?',
   'Up three stairs, behind the coffee machine. The key hangs on the rolling pin.', 'restroom, bathroom, washroom, loo', 'en'),
  ('Can I work at a table with my laptop?',
   'With pleasure until eleven; after that the tables are for breakfast. There are sockets along the window.',
   'power socket, charge my phone, study', 'en'),
  ('Do you give a discount on bread in the evening?',
   'In the last hour everything on the shelf is a third off. What is still there at closing goes to the soup kitchen.',
   'discount, leftover bread, reduced, last hour', 'en'),
  ('How do I cancel or change a pre-order?',
   'Until six in the evening of the day before: write "person" with your order number, and a colleague changes it. After '
   || 'that the dough is already rising for you.',
   'change my order, cancel my order, postpone', 'en'),
  ('Do you supply offices and cafés?',
   'From thirty pieces a day, by a contract of one page. Write "person", and the baker tells you the rest {{ next_opening }}.',
   'wholesale, catering, bulk order, company order', 'en'),
  ('Do you teach how to bake bread?',
   'One Sunday a month, six people, three hours, one loaf to take home. Write "person" for the next date.',
   'baking class, course, workshop, lesson', 'en'),
  ('Can I have an invoice for my company?',
   'Yes: show your business number at the counter, or write "person" and we send a tax invoice by e-mail.',
   'tax invoice, receipt, vat', 'en');

-- The same for those who read Korean. Customers get the entries of their own language first; an entry without a language
-- is for everybody. Particles, endings and spaces take care of themselves: 주차 finds 주차장은, 주차되나요, 주차 가능한가요.
INSERT INTO faq (question, answer, keywords, language) VALUES
  ('빵은 어떻게 보관하나요?',
   '사워도우는 종이봉투에 담아 실온에서 나흘까지 괜찮아요. 바게트는 그날 드시는 게 제일 맛있고요. 냉장고는 빵을 늙게 해요.',
   '보관, 유통기한, 며칠', 'ko'),
  ('빵을 냉동해도 되나요?',
   '네! 사신 날 썰어서 얼리면 석 달까지 괜찮아요. 해동하지 말고 바로 토스터에 넣어 주세요.', '냉동, 냉동실, 얼려', 'ko'),
  ('강아지를 데려가도 되나요?',
   '바깥 테이블 두 자리에서는 언제나 환영이에요. 물그릇도 있어요. 실내는 위생 규정 때문에 어려워요.',
   '강아지, 반려견, 애견 동반, 반려동물', 'ko'),
  ('현금영수증이나 세금계산서 발행되나요?',
   '네, 계산하실 때 번호를 알려 주세요. 세금계산서는 사업자 번호를 보내 주시면 이메일로 드려요.',
   '현금영수증, 세금계산서, 영수증', 'ko'),
  ('저녁에 할인하나요?',
   '문 닫기 한 시간 전부터 진열대의 빵을 모두 30% 할인해 드려요.', '할인, 마감 세일', 'ko'),
  ('베이킹 수업이 있나요?',
   '한 달에 한 번 일요일, 여섯 분과 세 시간 동안 빵을 구워요. 다음 날짜는 "상담원"이라고 보내 주시면 알려 드려요.',
   '베이킹 클래스, 원데이 클래스, 빵 만들기', 'ko');

-- Proof, as long as the rule 'rest' consults this FAQ. In a talk the FAQ answers by itself; what a model answers has to be
-- said there (80-assistant.sql).
INSERT INTO talk (name, language) VALUES ('what no rule knows, the FAQ may', 'en');
INSERT INTO talk_line (talk, customer, bot) VALUES
  ('what no rule knows, the FAQ may', 'may I bring my dog?',     'Dogs are welcome at the two tables outside; *'),
  ('what no rule knows, the FAQ may', 'how do I reheat croisants', 'Five minutes in the oven at 160 degrees. *'),
  ('what no rule knows, the FAQ may', 'my cat is ill',           'I did not quite get "my cat is ill". Try *');

INSERT INTO talk (name, language) VALUES ('우리말로도 답해요', 'ko');
INSERT INTO talk_line (talk, customer, bot) VALUES
  ('우리말로도 답해요', '강아지 데려가도 돼요?', '바깥 테이블 두 자리에서는 언제나 환영이에요.*'),
  ('우리말로도 답해요', '달이 참 밝네요',        '"달이 참 밝네요"*알아듣지 못했어요.*');
