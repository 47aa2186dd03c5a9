-- What customers ask a shop every day. Replace the answers by yours, add the words that your customers use.
INSERT INTO rule (name, words, unless, say) VALUES
  ('hours', 'hours, open, opening, close, closing, what time', 'close to, open a jar',
   '{{ hours_today | capitalize }}. The week: Monday to Saturday, 10:00 to 19:00.'),
  ('where', 'where are you, address, location, directions, parking', 'email address',
   'You find us at 12 Main Street, beside the post office. Parking is behind the house.'),
  ('prices', 'price*, how much, cost, costs', 'shipping cost*',
   'Tell me what you are looking for, or look at our prices on shop.example.com.'),
  ('delivery', 'deliver*, ship*, courier', NULL,
   'We deliver within three days. Shipping is {{ "4.90" | money: "USD" }}, and free from {{ "50" | money: "USD" }}.'),
  ('returns', 'return, returns, returning, exchange, wrong size', NULL,
   'You can return or exchange anything unused within 30 days. Bring the receipt, or send us its number.'),
  ('pay', 'pay, payment, credit card, cash', NULL, 'We take cash and all cards.');

-- Named groups of a pattern can be said by their names.
INSERT INTO rule (name, priority, action, target, pattern, say) VALUES
  ('order', 700, 'handoff', 'team', '\border\s*(?:no\.?|number)?\s*#?\s*(?<order_id>\d{4,10})(?!\d)',
   'Order {{ order_id }}: a colleague looks it up and answers you here.');

INSERT INTO rule_example (rule, text) VALUES
  ('hours', 'hi, are you open on sunday?'), ('hours', 'What are your hours?'),
  ('where', 'Where are you? Is there parking?'), ('where', 'send me the address please'),
  ('prices', 'how much is the blue one?'), ('prices', 'Prices?'),
  ('delivery', 'Do you deliver to Queens?'), ('delivery', 'what are the shipping costs'),
  ('returns', 'can I return a lamp'), ('returns', 'I got the wrong size'),
  ('pay', 'can i pay by card'), ('pay', 'cash ok?'),
  ('order', 'where is Order #12345'), ('order', 'order no. 20451 please');
INSERT INTO rule_counterexample (rule, text) VALUES
  ('hours', 'are you close to the station'),
  ('prices', 'what are the shipping costs'),
  ('order', 'call me at 2025550123'),
  ('order', 'I want to order 3 lamps');
