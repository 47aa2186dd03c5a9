"""texts: the rule files that the tests share."""

REPLY = "11111111-1111-4111-8111-111111111111"
REOPEN = "22222222-2222-4222-8222-222222222222"
OTHER = "33333333-3333-4333-8333-333333333333"
CANVAS = "44444444-4444-4444-8444-444444444444"
OWN_PROPERTY = "55555555-5555-4555-8555-555555555555"
APP = "66666666-6666-4666-8666-666666666666"
GROUP = "77777777-7777-4777-8777-777777777777"

# One campaign for free text, one for a template, as a small shop has them.
CARRIERS = f"""
INSERT INTO setting (name, value) VALUES ('business_name', 'Test Shop');
INSERT INTO campaign (name, channel, campaign_id, layout) VALUES
  ('reply', 'whatsapp', '{REPLY}', 'response'),
  ('reopen', 'whatsapp', '{REOPEN}', 'template');
"""

# For customers who write more than the desk would answer in a minute or an hour.
UNLIMITED = "INSERT INTO setting (name, value) VALUES ('messages_per_minute', '0'), ('replies_per_hour', '0');\n"

# "ping X" is answered "pong X": every message gets a reply that names it.
ECHO = r"""
INSERT INTO rule (name, pattern, say) VALUES ('echo', 'ping\s+(?<n>[a-z0-9-]+)', 'pong {{ n }}');
"""

SHOP = CARRIERS + ECHO + """
INSERT INTO team (name) VALUES ('support');
INSERT INTO rule (name, words, say) VALUES ('hours', 'hours, open', 'We are open until six.');
INSERT INTO rule (name, words, action) VALUES ('noise', 'blah', 'ignore');
INSERT INTO rule (name, priority, words, action, target, say) VALUES
  ('person', 900, 'human, person', 'handoff', 'support', 'A colleague is coming.');
INSERT INTO rule (name, priority, words, action, say) VALUES
  ('opt-out', 1000, '=stop', 'opt_out', 'You will hear no more from us.'),
  ('opt-in', 1000, '=start', 'opt_in', 'Welcome back.');
"""
