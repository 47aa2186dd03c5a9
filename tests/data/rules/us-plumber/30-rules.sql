-- The way out and back in. Whole messages only: "water won't stop" is no opt-out.
INSERT INTO rule (name, priority, action, words, say) VALUES
  ('opt-out', 1000, 'opt_out',
   '=stop, =stopall, =unsubscribe, =quit, =stop texting me, =stop texting, =stop messaging me,
   =stop sending me messages,
   =stop sending messages, =stop msgs, =don''t text me, =don''t text me anymore, =remove me,
   =remove me from your list, =opt out',
   'You are unsubscribed and will get no more messages from {{ business_name }}. Reply START to come back.'),
  ('opt-in', 1000, 'opt_in', '=start, =unstop, =subscribe, =yes start', 'You are back on the list. How can we help?');

-- Danger first. What was long ago, or is said not to be one, is no emergency.
INSERT INTO rule (name, priority, action, target, words, unless, say) VALUES
  ('gas', 970, 'handoff', 'on-call', 'smell gas, smelling gas, smell of gas, gas smell, gas-leak, smells like gas,
   rotten egg*, CO alarm, carbon monoxide',
   'no gas smell, don''t smell gas, gas station',
   'Leave the house now, don''t touch any switches, and call 911 from outside. Our on-call plumber is reading this.'),
  ('emergency', 950, 'handoff', 'on-call',
   'emergency, urgent, asap, burst-pipe*, brust pipe*, pipe burst, pipes burst, water everywhere,
   water is everywhere, all over the floor, all over the garage, inches of water, shooting out, pipe broke,
   no water in,
   heat is out, furnace not working, backing up into, flooding, flooded, is flooding,
   no heat, no-hot-water, no hotwater, sewage, overflowing, won''t shut off, can''t shut off, dripping water,
   spraying, gushing, pouring',
   'not an emergency, no emergency, non-emergency, not emergency, not urgent, not asap, no rush, emergency calls,
   emergency service*, emergency rates, last year, years ago,
   in the past, quote for',
   'Shut off the main valve (usually where the pipe enters the house). Our on-call plumber calls you within 10 '
   || 'minutes.'),
  ('complaint', 920, 'handoff', 'office',
   'complain*, left a mess, left a huge mess, huge mess, charged twice, bill is wrong, broke my, overcharged,
   over charged, ripped off, rip off, terrible, awful, refund, still leaking,
   still leaks, after you fixed', 'no complaints, no complaint',
   'That is not how we work. {{ first_name | default: "Sorry" }}, the owner will call you today.'),
  ('late', 910, 'handoff', 'office',
   'no one showed, nobody showed, no show, didn''t show, never showed, never came, where is my guy, he''s late,
   where is the plumber, where''s the plumber, eta, still waiting, running late',
   NULL, 'Let me check with the van. Somebody texts you an ETA right away.'),
  ('person', 900, 'handoff', 'office',
   'real person, manager, a human, human, agent, representative, speak w/ someone, speak with someone,
   talk to someone, speak to someone, call me,
   anyone there, anybody there', 'are you a real person, are you human, property manager, estate agent,
   no need to call, don''t call',
   'Sure thing. Somebody from the office will be with you shortly.');

-- Appointments.
INSERT INTO rule (name, priority, action, target, words, unless, say) VALUES
  ('cancel', 800, 'handoff', 'office', 'cancel, cancelled, can''t make it, cant come', 'don''t cancel, not cancel,
   do not cancel',
   'No problem. We take you off the schedule and confirm in a minute.'),
  ('reschedule', 790, 'handoff', 'office', 'reschedul*, re-schedule, move my appt, move my appointment,
   different day, different time, another day', NULL,
   'Which day and time suit you? We have mornings (8-12) and afternoons (12-5).');

-- Job numbers have five digits, and so have zip codes: only the word in front tells them apart.
INSERT INTO rule (name, priority, pattern, say) VALUES
  ('job', 750, '\b(?:job|work order|invoice|ticket)\s*(?:no\.?|num(?:ber)?|#)?\s*(?<job>\d{5})(?![\d-])',
   'Job {{ job }}: we are looking it up and will text you the status.'),
  ('area', 740,
   '^(?:.*\b(?:service|come (?:out )?to|serve|cover|zip(?: code)?(?: is)?|in)\b\D*)?(?<zip>\d{5})(?:-\d{4})?\W*$',
   '{{ zip }}? We cover Franklin and Delaware County, zips 430xx to 432xx.');
INSERT INTO rule (name, priority, words, say) VALUES
  ('area-name', 730, 'what areas, which areas, service area, guys come out to, you come out to, u come out to,
   u guys come to, do you service, do you serve, do you cover',
   'We cover Franklin and Delaware County. Send us your zip code to be sure.');

INSERT INTO rule (name, priority, words, unless, say) VALUES
  ('price', 650, 'how much, price, prices, pricing, cost, costs, ballpark, hourly rate, rates, charge for,
   do u charge, do you charge, quote, estimate, estimates, trip fee, $*',
   NULL,
   'The trip fee is {{ "89" | money: "USD" }} and comes off the bill. Drains from {{ "149" | money: "USD" }}, water '
   || 'heaters from {{ "1450" | money: "USD" }}.'),
  ('warranty', 640, 'warranty, guarantee*', NULL, 'One year on labor, and the maker''s warranty on parts.'),
  ('license', 640, 'licensed, licence, license, insured, bonded, background check*', NULL,
   'Licensed (OH PL-00000), bonded and insured.'),
  ('pay', 630, 'pay, payment, venmo, zelle, credit card, credit cards, cash app, check, checks, financing, finance',
   NULL,
   'Card, check, Venmo and Zelle, after the work is done. Financing from {{ "1000" | money: "USD" }}.'),
  ('gas-line', 620, 'gas-line, gas-lines, gas stove, gas range', NULL, 'Yes, we run and test gas lines,
   with permit.'),
  ('sewer', 610, 'sewer, main line, camera inspection, roots', NULL,
   'We run a camera first, {{ "199" | money: "USD" }}, and show you the film.'),
  ('sump', 610, 'sump', NULL, 'We service and replace sump pumps. How old is yours, about?'),
  ('remodel', 600, 'remodel*, redo our, redo my, renovat*, repipe, re-pipe, repiping', NULL,
   'For remodels and repipes we come and look first, free of charge. Which day suits you?'),
  ('frozen', 590, 'pipes are frozen, pipe is frozen, frozen pipe*, pipes from freezing, pipes froze', NULL,
   'Open the faucet, keep the cabinet doors open, warm the pipe gently, never with a flame.'),
  ('water-heater', 580, 'water-heater, waterheater, hot-water-heater, tankless, pilot light', NULL,
   'How old is the unit, gas or electric? A photo of the label helps.'),
  ('toilet', 570, 'toilet, toilets, toliet, commode, won''t flush', 'toilet paper',
   'Turn the little valve behind the toilet clockwise if it keeps running. We can come today or tomorrow.'),
  ('drain', 560, 'drain, drains, clog*, backed up, backing up, disposal, snake', NULL,
   'Please no chemicals: they hurt the pipes and us. We can snake it today or tomorrow.'),
  ('leak', 550, 'leak, leaks, leaky, leaking, drip, drips, dripping, faucet', 'no leaks, no leak, no drip',
   'Put a bucket under it and close the valve below the sink. Would tomorrow suit you?'),
  ('hours', 540, 'what time do you open, u open, you open, your hours, work weekends, are you open, office hours,
   office hrs, business hours, hours of operation, when do you close', NULL,
   'The office is open Monday to Friday 7:30 to 5. Emergencies: 24/7, just write "emergency".'),
  ('where', 530, 'your address, where are you, where r u, located', NULL,
   '2200 Harrison Ave, Columbus, OH 43204. But we come to you!'),
  ('install', 525, 'install*, bidet, low-water-pressure, water pressure', NULL,
   'Gladly. Send a photo of the place, and we text you a price.'),
  ('bot', 525, 'are you a bot, are you a robot, are you a real person, are you human', NULL,
   'I am the assistant of {{ business_name }}. Write "agent" for a person.'),
  ('jobs', 520, 'hiring, apprentice*, job opening*', NULL,
   'We are always looking for good hands: jobs@reliablerooter.example.'),
  ('review', 520, 'a review, leave review, yelp', NULL, 'That means a lot: reliablerooter.example/review'),
  ('spanish', 520, 'hablan español, habla español, en español, plomero, se habla', NULL,
   'Sí, hablamos español. ¿En qué le podemos ayudar?'),
  ('book', 510, 'book, appointment, appt, come out, come today, come by, someone be here, openings, need a plumber,
   schedule, how soon, get here', NULL,
   'Sure! What is wrong, where are you (zip code), and when are you home?');

-- Small talk, after all questions.
INSERT INTO rule (name, priority, words, unless, say) VALUES
  ('thanks', 300, 'thanks, thank you, thx, tks, ty, tysm, appreciate it', 'no thanks', 'Any time!'),
  ('hello', 200, 'hi, hello, hey, yo, good morning, good afternoon, good evening', NULL,
   'Hi {{ first_name | default: "there" }}, this is {{ business_name }}. What is going on?');
INSERT INTO rule (name, priority, action, words, pattern) VALUES
  ('nothing', 150, 'ignore', '=ok, =k, =kk, =okay, =sounds good, =got it, =cool, =perfect, =great, =will do, =lol,
   =haha*', '^[^\p{L}\p{N}]+$');
INSERT INTO rule (name, priority, say) VALUES
  ('rest', 0, 'Sorry, I did not get that. Write "emergency" if it is one, "book" for an appointment, or "agent" for '
   || 'a person.');
