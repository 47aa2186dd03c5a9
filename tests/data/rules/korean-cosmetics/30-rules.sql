-- The way out and back in. Whole messages only, so that "그만큼 좋아요" stays a compliment.
INSERT INTO rule (name, priority, action, words, say) VALUES
  ('opt-out', 1000, 'opt_out',
   '=수신거부, =문자 그만 보내*, =문자 그만*, =그만 보내*, =광고 그만*, =광고 보내지 마*, =문자 보내지 마*, =광고 문자 보내지 마*, =연락하지 마*,
   =이제 연락하지 마*, =stop, =unsubscribe',
   '네, 이제 {{ business_name }}에서 메시지를 보내지 않습니다. 다시 받으시려면 "수신동의"라고 보내 주세요.'),
  ('opt-in', 1000, 'opt_in', '=수신동의, =다시 받을게*, =다시 보내*, =수신거부 취소, =start',
   '{{ first_name | default: "고객" }}님, 다시 만나서 반가워요!');

-- What a person has to see at once.
INSERT INTO rule (name, priority, action, target, words, unless, say) VALUES
  ('skin-alarm', 950, 'handoff', 'care',
   '두드러기, 알러지 반응, 알레르기 반응, 얼굴이 뒤집, 얼굴 뒤집, 뒤집어졌, 피부가 뒤집, 따가워, 화끈거려, 부었, *부었어,
   눈에 들어갔, 물집, 진물, 부작용, 트러블이 올라, 트러블 올라, 얼굴이 빨개, 얼굴 빨개, 빨갛게, 가려워, 간지러, 따끔거',
   '가려워하는, 부작용 없, 부작용은 없, 부작용 걱정, 뒤집어질까, 안 따가, 두드러기 있는, 두드러기 피부',
   '먼저 흐르는 미지근한 물로 씻어 내고 사용을 멈춰 주세요. 담당자가 바로 연락드립니다. 숨쉬기 힘드시면 119에 먼저 전화해 주세요.'),
  ('person', 900, 'handoff', 'care',
   '상담원, 상담사, 담당자, 직원 연결, 직원 바꿔, 직원이랑, 사람이랑, 사람하고, 사람 없나요, 사람 연결, 사람 바꿔, 전화 상담, 전화로, 전화번호, 통화,
   human, agent, real person',
   '연결 말고, 상담원 말고, 연결 안',
   '네, 담당자를 불러올게요. 잠시만 기다려 주세요.');

-- Something is wrong with an order. "환불 말고 교환" must go to the exchange, and the other way round.
INSERT INTO rule (name, priority, action, target, words, unless, say) VALUES
  ('damaged', 850, 'handoff', 'care',
   '깨져, 깨졌, 파손, 새서, 샜어, 터졌, 터져, 오배송, 다른 게 왔, 다른 거 왔, 다른 색이 왔, 잘못 왔, 잘못 온, 하나가 빠졌, 누락, 불량',
   '깨지지, 안 깨지, 안 깨졌, 파손 없, 파손 안, 불량 아니',
   '저런, 죄송합니다ㅠㅠ 받으신 그대로 사진을 한 장 보내 주세요. 담당자가 바로 확인해 드릴게요.'),
  ('exchange', 800, 'handoff', 'care', '교환, 바꿔 주, 맞교환, exchange*', '교환 말, 교환은 됐, 교환 안, 교환일기, 주소',
   '교환 도와드릴게요. 주문번호와 원하시는 옵션을 남겨 주시면 담당자가 이어받습니다.'),
  ('refund', 790, 'handoff', 'care', '환불, 반품, 돈 언제, 돈 돌려, refund*', '환불 말, 환불은 됐, 환불 안, 환불까지는, 반품 말, 반품 안',
   '환불 도와드릴게요. 카드는 영업일 3~5일 안에 취소되고, 담당자가 곧 이어받습니다.'),
  ('cancel', 780, 'handoff', 'office', '취소, cancel*', '취소 안, 취소하지, 취소 말, 수신거부',
   '출고 전이면 바로 취소해 드려요. 확인하고 알려 드릴게요.'),
  ('address', 770, 'handoff', 'office', '주소 변경, 주소 바꾸, 주소 바꿀, 주소 바꿔, 주소만 바, 주소 잘못, 배송지', NULL,
   '새 주소를 남겨 주세요. 출고 전이면 바꿔 드릴 수 있어요.');

-- An order number has thirteen digits, whether it is typed with dashes or without.
INSERT INTO rule (name, priority, pattern, say) VALUES
  ('order', 700, '(?<!\d)(?<order_id>20\d{2}-?\d{4}-?\d{5})(?!\d)',
   '주문 {{ order_id }} 확인 중이에요. 출고되면 송장번호를 보내 드려요.');

INSERT INTO rule (name, priority, words, unless, say) VALUES
  ('delivery', 600,
   '배송 언제, 택배 언제, 언제 오, 언제 와, 언제 출발, 오늘 출발, 오늘 주문하면, 내일 오나요, 내일 도착, 일주일 됐, 택배사, 언제쯤 도착, 언제 도착, 언제 받, 배송 조회, 배송이 왜,
   송장, 출고, 못 받았, 물건이 안 와, 안 와요,
   안 왔, 아직 안, 어디쯤, my package, my parcel, my order',
   '세일 언제, 답장이 안, 문자가 안, 배송비',
   '주문번호 13자리를 보내 주시면 바로 찾아볼게요. 평일 오후 2시 전 주문은 그날 출고되고, 보통 1~2일 걸립니다.'),
  ('shipping-fee', 650, '배송비, 택배비, 무료 배송, 무배, 제주도, 도서 산간, 해외 배송, do you ship, shipping fee, shipping cost,
   how long does shipping', NULL,
   '배송비는 {{ "3000" | money: "KRW" }}, {{ "30000" | money: "KRW" }}부터 무료예요. 제주·도서산간은 {{ "3000" | money: "KRW" }} 추가, '
   || '해외는 대만·일본·싱가포르로 보내 드려요.'),
  ('restock', 590, '재입고, 언제 입고, 품절, 재고, 다시 나와, 다시 안 나와, 다시 들어와, 다시 들어오, sold out, restock*, in stock', NULL,
   '재입고는 보통 2주 안에 돼요. 상품 페이지의 "알림 받기"를 눌러 주시면 제일 먼저 알려 드려요.'),
  ('price', 560, '얼마, 얼만가요, 가격, how much, price*', '얼마나, 얼마 전, 얼마 안, 얼마부터',
   '시카 크림 {{ "24000" | money: "KRW" }}, 비타민C 세럼 {{ "32000" | money: "KRW" }}, 쿠션 {{ "28000" | money: "KRW" }}이에요.'),
  ('sale', 570, '세일, 할인, 쿠폰, 포인트, 1+1, 원 플러스 원, 혜택, 적립금, 이벤트, discount*, coupon*', '세일즈',
   '첫 구매는 10% 쿠폰이 자동으로 들어가요. 다음 세일은 매달 25일에 시작합니다.'),
  ('pregnancy', 640, '임산부, 임신, 수유, 어린이, 아기, 아토피, pregnan*', NULL,
   '임신·수유 중에는 레티놀 세럼만 피해 주세요. 시카 라인은 괜찮지만, 걱정되시면 의사와 먼저 상의해 주세요.'),
  ('ingredients', 550, '성분, 전성분, 파라벤, 알코올, 향료, 무향, 비건, 동물실험, 부작용, 향 나나요, 향이 나, vegan, fragrance, paraben*', NULL,
   '전성분은 상품 페이지 맨 아래에 있어요. 전 제품 비건, 파라벤과 향료는 넣지 않습니다.'),
  ('skin-type', 530, '지성, 건성, 복합성, 민감성, 수부지, 모공, 여드름, 백탁, 추천, dry skin, oily skin, recommend*', '지성인이, 직원 추천',
   '지성·수부지는 시카 젤, 건성은 시카 크림, 민감성은 무향 시카 라인부터 권해 드려요.'),
  ('how-to', 520, '사용법, 사용 순서, 바르는 순서, 순서가 어떻게, 언제 발라, 어떻게 발라, 어떻게 써, 같이 써', '배송 순서, 포인트',
   '세안 → 토너 → 세럼 → 크림 순서예요. 세럼은 두 방울이면 충분해요.'),
  ('expiry', 545, '유통기한, 사용기한, 개봉하고, 개봉 후, 제조일*', NULL, '제조일부터 30개월, 개봉하면 12개월 안에 써 주세요.'),
  ('samples', 540, '샘플, 사은품, 증정품', NULL, '주문마다 샘플 두 개를 넣어 드려요.'),
  ('genuine', 540, '정품, 가품, 짝퉁', NULL, '저희가 직접 만드는 제품이라 모두 정품이에요.'),
  ('gift', 535, '선물 포장, 생일 선물, 선물인데, 선물용, 선물할, 쇼핑백', NULL,
   '선물 포장은 무료예요. 주문 메모에 "선물"이라고 적어 주세요.'),
  ('where', 510, '매장, 오프라인, 올리브영, 올영, 어디서 사', NULL,
   '오프라인 매장은 성수동 쇼룸 한 곳이에요. 서울숲역 4번 출구에서 5분 걸려요.'),
  ('hours', 505, '영업시간, 운영 시간, 상담 시간, 몇 시까지, 몇 시에, 주말에도, 휴무, 문 여', '주말에 도착',
   '평일 10시부터 18시까지 답해 드려요. 주말 메시지는 월요일에 순서대로 볼게요.'),
  ('pay', 500, '결제, 카카오페이, 네이버페이, 무통장, 계좌, 카드 되, 카드 돼, 할부, 현금영수증, 영수증', NULL,
   '카드, 카카오페이, 네이버페이, 무통장입금 다 돼요. 현금영수증은 주문서에서 신청해 주세요.'),
  ('account', 500, '비번, 비밀번호, 아이디, 로그인, 회원 가입', NULL,
   '로그인 화면의 "비밀번호 찾기"를 눌러 주세요. 그래도 안 되면 "상담원"이라고 적어 주세요.');

-- The number of a shade is 13, 17, 19, 21, 23 or 25: not the number of a flat.
INSERT INTO rule (name, priority, words, pattern, say) VALUES
  ('shade', 560, '*웜톤, *쿨톤, 퍼스널 컬러, 색상', '\bshade (?:1[379]|2[135])\b|(?<!\d)(?:1[379]|2[135])\s?호(?!실)',
   '21호는 밝은 피부, 23호는 보통 피부에 맞아요. 쿨톤은 로즈, 웜톤은 코랄을 권해 드려요.');

INSERT INTO rule (name, priority, action, target, words, say) VALUES
  ('wholesale', 750, 'handoff', 'office', '도매, 대량 구매, 대량 주문, 협찬, 제휴, 입점, wholesale',
   '제안 감사합니다. 담당자가 이틀 안에 답장드릴게요.');

-- Small talk comes after every question: "안녕하세요 환불하고 싶어요" is about the refund.
INSERT INTO rule (name, priority, words, say) VALUES
  ('thanks', 300, '감사, 고마, 고맙, 땡큐, ㄱㅅ, thanks, thank you', '저희가 더 감사해요. 좋은 하루 보내세요!'),
  ('hello', 200, '안녕, 안뇽, =ㅎㅇ, 하이, =저기요, =계세요, =여보세요, hi, hello',
   '안녕하세요, {{ business_name }}입니다! 배송, 교환·환불, 성분, 색상 무엇이든 물어보세요.');

-- Nothing to answer: laughter, tears, a nod, signs alone.
INSERT INTO rule (name, priority, action, words, pattern) VALUES
  ('quiet', 150, 'ignore', '=넵, =네, =넹, =예, =네네, =알겠습니다, =알겠어요, =알겠음, =ㅇㅋ, =ㅇㅇ, =오케이, =ok',
   '^[^\p{L}\p{N}]+$|^[ㅋㅎㅠㅜ\s.~!?^]+$');

INSERT INTO rule (name, priority, say) VALUES
  ('rest', 0, '제가 잘 못 알아들었어요. "배송", "환불", "성분"처럼 짧게 적어 주시거나 "상담원"이라고 보내 주세요.');
