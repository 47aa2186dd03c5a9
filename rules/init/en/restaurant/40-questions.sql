-- What guests ask a restaurant every day. Replace the answers by yours, add the words that your guests use.
INSERT INTO rule (name, words, unless, say) VALUES
  ('hours', 'hours, open, opening, close, closing, what time, kitchen', 'close to, open air',
   '{{ hours_today | capitalize }}. The week: Tuesday to Sunday, 12:00 to 15:00 and 18:00 to 23:00.'),
  ('where', 'where are you, address, location, directions, parking', 'email address',
   'You find us at 12 Main Street. There is a car park around the corner, in Mill Lane.'),
  ('menu', 'menu, what do you have, what do you serve, dish, dishes', 'kids menu',
   'Our menu is on copperpan.example.com. Today the chef recommends the fish.'),
  ('allergens', 'allerg*, gluten*, vegan, vegetarian, lactose, nut, nuts', NULL,
   'Many dishes come without gluten or meat, and the menu marks all allergens. Please tell us when you book, too.'),
  ('takeaway', 'take away, takeaway, take out, takeout, to go, deliver*', NULL,
   'Order here or by phone, and it is ready in 25 minutes. We do not deliver.'),
  ('children', 'kids, children, high chair, highchair, stroller', NULL, 'Children are welcome: we have high chairs and small portions.'),
  ('pay', 'pay, payment, credit card, cash, split the bill', NULL, 'We take cash and all cards, and split the bill gladly.');

-- A table wants a person, until you connect your book of reservations. Outranks the rest: "a table outside, are you open?"
INSERT INTO rule (name, priority, action, target, words, unless, say) VALUES
  ('table', 700, 'handoff', 'team', 'book, booking, reserve, reservation, reservations, table for, a table, free table', 'cook book',
   'With pleasure. For which day, at what time, and for how many? A colleague confirms it here.');

INSERT INTO rule_example (rule, text) VALUES
  ('hours', 'hi, are you open on sunday?'), ('hours', 'What are your hours?'),
  ('where', 'Where are you? Is there parking?'), ('where', 'send me the address please'),
  ('menu', 'what''s on the menu?'), ('menu', 'what do you serve'),
  ('allergens', 'is there anything gluten-free?'), ('allergens', 'Vegan?'),
  ('takeaway', 'can I get a pizza to go'), ('takeaway', 'Do you deliver?'),
  ('children', 'do you have a high chair'), ('children', 'kids menu?'),
  ('pay', 'can we pay by card'),
  ('table', 'a table for four tonight?'), ('table', 'I would like to book');
INSERT INTO rule_counterexample (rule, text) VALUES
  ('hours', 'are you close to the station'),
  ('menu', 'kids menu?'),
  ('allergens', 'you are nuttier than I thought'),
  ('table', 'is the vegetable soup vegan?');
