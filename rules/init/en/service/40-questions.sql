-- What customers ask a tradesperson every day. Replace the answers by yours, add the words that your customers use.

-- What cannot wait comes first and goes to a person at once. `unless` keeps the calm ones out.
INSERT INTO rule (name, priority, action, target, words, unless, say) VALUES
  ('emergency', 950, 'handoff', 'team', 'emergency, burst, flood*, leak*, gas smell, smell gas, urgent', 'not urgent, no emergency, not an emergency, not a leak',
   'Please shut the main valve, and leave the house if you smell gas. Somebody calls you at once.'),
  ('appointment', 700, 'handoff', 'team', 'appointment*, book, booking, come by, come over, schedule, reschedule', NULL,
   'Gladly. What is it about, where, and when would it suit you? A colleague answers you here.'),
  ('quote', 650, 'handoff', 'team', 'quote, estimate, how much, price*, cost, costs', NULL,
   'Send us a photo and a few words about the job, and a colleague answers with an estimate.');

INSERT INTO rule (name, words, unless, say) VALUES
  ('hours', 'hours, open, opening, close, closing, what time, weekend, weekends', 'close to, open the wall',
   'We work {{ hours_today }}. The week: Monday to Friday, 8:00 to 18:00. In an emergency write "emergency" at any time.'),
  ('area', 'area, where are you, address, how far, come to', 'email address',
   'We come to all of the city and 20 miles around it.'),
  ('work', 'do you do, do you repair, do you fix, do you install', NULL,
   'We install and repair bathrooms, kitchens, boilers and pipes.'),
  ('pay', 'pay, payment, invoice, credit card, cash', NULL, 'Cash, card, or by invoice within 14 days.'),
  ('warranty', 'warranty, guarantee', NULL, 'You have two years of warranty on all our work.');

INSERT INTO rule_example (rule, text) VALUES
  ('emergency', 'There is a burst pipe!!'), ('emergency', 'my kitchen is flooding'), ('emergency', 'it is urgent'),
  ('appointment', 'can you come by on Friday?'), ('appointment', 'I need an appointment'),
  ('quote', 'how much for a new sink?'), ('quote', 'Could I get a quote'),
  ('hours', 'What are your hours?'), ('hours', 'do you work on weekends'),
  ('area', 'how far do you drive'), ('area', 'do you come to Brooklyn?'),
  ('work', 'do you repair boilers?'), ('work', 'Do you install bathtubs'),
  ('pay', 'can I pay by card'),
  ('warranty', 'is there a warranty?');
INSERT INTO rule_counterexample (rule, text) VALUES
  ('emergency', 'it is not urgent, but the tap drips'),
  ('emergency', 'not a leak, just a question'),
  ('hours', 'are you close to Newark');
