-- Rules. A rule takes a message when one of its `words` (or its `pattern`) is in it and nothing of its `unless` is. Of
-- all rules that would take it, the one with the highest `priority` (0 to 1000, else 500) wins; of equals, the first
-- here. What it does is its `action`: say (if you write none), flow, ignore, opt_out, opt_in,
-- handoff, close, tag, consult.


-- The way out and back in -----------------------------------------------------------------------------------------

-- A `=` means: the whole message is this word, give or take punctuation and politeness. So "Stop!" and "stop please"
-- are heard, and "stop, Ana isn't coming" is not. After an opt_out nothing is answered until an opt_in rule wins.
INSERT INTO rule (name, priority, action, words, say) VALUES
  ('opt-out', 1000, 'opt_out', '=stop, =stop all, =stop messaging me, =unsubscribe, =unsubscribe me, =opt out, =수신거부',
   'Understood: you will hear no more from {{ business_name }}. Write START if you ever miss us.'),
  ('opt-in', 1000, 'opt_in', '=start, =unstop, =subscribe, =다시 시작',
   'Welcome back, {{ first_name | default: "friend" }}! The oven is warm. What can we do for you?');


-- A person, please ------------------------------------------------------------------------------------------------

-- handoff gives the conversation to a team and silences the bot until somebody releases or closes it.
-- `interrupts`: it acts even while a flow (50-flows.sql) waits for an answer. `unless` keeps a rule from winning.
-- Words are blind to case and accents; a * leaves the end of a word open.
INSERT INTO rule (name, priority, interrupts, action, target, words, unless, say) VALUES
  ('allergy-alarm', 950, 'yes', 'handoff', 'counter', 'allergic reaction, anaphyla*, can''t breathe, 알레르기 반응', NULL,
   'If this is an emergency, please call 119 at once. A colleague is reading this right now.'),
  ('person', 900, 'yes', 'handoff', 'counter', 'human, person, agent, talk to someone, talk to somebody, speak to someone, speak to somebody, call me back, 상담원, 사람',
   'not a person, in person, are you human, are you a real person',
   'One moment, {{ first_name | default: "please" }}: a colleague wipes the flour off and is with you.'),
  ('complaint', 850, NULL, 'handoff', 'counter', 'complain*, complaint, stale, mouldy, moldy, the worst, refund*, 환불, 불만',
   'no complaint, no complaints, not stale',
   'Oh no, that is not how it should be. Somebody from the counter writes to you in a moment.'),
  ('birthday-cake', 800, NULL, 'handoff', 'kitchen', 'birthday cake*, wedding cake*, custom cake*, 생일 케이크', NULL,
   'A cake with your name on it! For when, and for how many? Our pastry chef takes this one in person, '
   || '{{ next_opening }}.');


-- A pattern with named groups -----------------------------------------------------------------------------

-- `pattern` is a PCRE2 regular expression for those who want one. What a named group (?<like_this>…) has caught can
-- be said by its name. Upper and lower case are the same; the text is tidied up before (full-width forms, curly
-- quotes, odd blanks), so plain spaces and ASCII digits are enough here.
INSERT INTO rule (name, priority, pattern, say) VALUES
  ('voucher', 650, '\b(?:voucher|gift card|상품권)\D*(?<amount>\d{4,7})\s*(?:won|krw|원)?(?!\d)',
   'A voucher of {{ amount | money: "KRW" }}? Gladly, with a bow. Pay at the counter, or at the door.'),
  ('buy-many', 640, '(?<!\d)(?<count>\d{1,3})\s+(?<thing>croissants?|bagels?|baguettes?|buns?|scones?)\b',
   '{{ count }} {{ thing | downcase }}: noted in pencil. Say "person" to make it ink, and a colleague confirms.');


-- What people ask every day ---------------------------------------------------------------------------------------

-- {{ hours_today }} and {{ next_opening }} come from the opening hours in 10-shop.sql and the time of the answer: "from
-- 08:00 to 19:00", "not today, but tomorrow from …"; "now", "today at 08:00", "on Tuesday at 08:00".
--
-- Lists of words need no regular expressions. A Korean word also takes its particles and endings: 가격 finds 가격이.
-- `campaign` sends the answer through another campaign than the channel's default.
INSERT INTO rule (name, words, unless, campaign, say) VALUES
  ('hours', 'hours, open, opening*, close, closing*, what time, 영업시간, 몇 시, 언제 열', 'close to, open a jar', NULL,
   '{{ hours_today | capitalize }}. The week: Tuesday to Friday 8:00 to 19:00, the weekend until 17:00, Mondays asleep.'),
  ('where', 'where are you, address, location, parking, subway, how do i get, 주소, 위치, 어디, 주차', NULL, NULL,
   '12 Haetsal-ro, two minutes from the subway, exit 3. Follow your nose for the last fifty metres.'),
  ('menu', 'menu, what do you have, what do you sell, 메뉴', NULL, 'menu',
   'Sourdough, baguettes, croissants, melon bread, scones, and a carrot cake with opinions. Ask me for "prices".'),
  ('prices', 'price*, how much, cost*, 가격, 얼마', NULL, NULL,
   'Sourdough {{ "7500" | money: "KRW" }}, baguette {{ "4000" | money: "KRW" }}, croissant '
   || '{{ "3800" | money: "KRW" }}, melon bread {{ "3500" | money: "KRW" }}.'),
  ('allergens', 'allerg*, gluten*, nut, nuts, vegan, lactose, 알레르기, 글루텐, 비건', NULL, NULL,
   'Everything is baked in one room with flour and nuts. Vegan: sourdough, baguette, melon bread. For anything serious, '
   || 'write "person" and ask us.'),
  ('delivery', 'deliver*, courier, ship*, 배달, 배송', NULL, NULL,
   'We deliver within 3 km from 9:00 to 17:00, free above {{ "30000" | money: "KRW" }}. By bicycle, so cakes arrive brave.'),
  ('pay', 'pay, payment, cash, card, 결제, 카드', 'gift card, birthday card', NULL,
   'Cash, all cards, and coins from your winter coat.'),
  ('wifi', 'wifi, wi-fi, internet, 와이파이', NULL, NULL,
   'The Wi-Fi is called "crumbs", the password is on the sugar jar.'),
  ('lost', 'lost, forgot my, left my, umbrella, 우산, 분실물', 'lost weight', NULL,
   'We keep what stays behind in the basket under the counter. At the moment: three umbrellas and one left glove.'),
  ('job', 'job, jobs, hiring, apprentice*, 알바, 채용', NULL, NULL,
   'We start at four in the morning. If that did not frighten you: bring a letter, and your hands, any Tuesday.');


-- Small talk ------------------------------------------------------------------------------------------------------

-- A lower priority than the rest: "hi, are you open?" is a question about the hours, and the greeting must not eat it.
-- {{ first_name | default: "there" }} says "there" when the name is not known; "double quotes" save doubling the single ones.
INSERT INTO rule (name, priority, words, say) VALUES
  ('thanks', 300, 'thanks, thank you, thank u, thx, 감사*, 고마*', 'With pleasure. Mind the crumbs!'),
  ('bye', 290, '=bye, =goodbye, =see you, =good night, =안녕히 계세요', 'Bye! We will leave the smell on for you.'),
  ('bot', 280, 'are you a bot, are you a robot, are you human, are you real, who are you, 누구세요',
   'I am the talking half of {{ business_name }}. The baking half has hands; write "person" to meet it.'),
  ('favourite', 270, 'recommend*, favourite, favorite, best, 추천',
   'Melon bread, before ten, still warm. Do not tell the croissants.'),
  ('hello-again', 210, 'hi, hello, hey, good morning, good evening, 안녕, 안녕하세요',
   'Hello {{ first_name | default: "there" }}! I know our hours, prices, menu, your order number, and one joke.'),
  ('love', 200, 'love you, i love, yummy, delicious, 맛있*', 'The oven blushes.');


-- `cooldown`: after the rule has won it rests for this customer, and the next one that takes the message answers.
INSERT INTO rule (name, priority, words, unless, cooldown, say) VALUES
  ('joke', 280, 'joke, funny, bored, 농담', 'another joke, one more joke', '1 hour',
   'Why did the baker stop making doughnuts? The whole business had a hole in it.'),
  ('one-joke-an-hour', 279, 'joke, funny, bored, 농담', NULL, NULL, 'One joke an hour: the dough must rest, and so must I.');


-- The rest --------------------------------------------------------------------------------------------------------

-- Nothing to answer: a message of signs alone. \p{L} and \p{N} are the letters and digits of all scripts.
INSERT INTO rule (name, priority, action, pattern) VALUES
  ('only-signs', 100, 'ignore', '^[^\p{L}\p{N}]+$');

-- The fallback has neither words nor pattern, so it takes whatever is left. Its priority is the lowest of all. `consult` asks
-- a backend for the answer: here the FAQ (70-faq.sql), which needs no key and calls nobody.
INSERT INTO rule (name, priority, action, target) VALUES
  ('rest', 0, 'consult', 'faq');
