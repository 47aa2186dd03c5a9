#!/usr/bin/python3
"""Conditions: only_if decides who answers, on facts that came over HTTP and on what the book remembers."""
import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
from desk import Desk
from sandbox import ROOT
from tap import contains, equal, eventually, main, test, true

WHO = texts.CARRIERS + r"""
INSERT INTO team (name) VALUES ('support');
INSERT INTO rule (name, priority, words, action, say) VALUES ('bye', 900, '=bye', 'close', 'See you.');
INSERT INTO rule (name, priority, words, only_if, say) VALUES
  ('late',    800, 'ping', ':late',                                     'Sorry, only now.'),
  ('welcome', 700, 'ping', ':first_contact',                            'Welcome!'),
  ('photo',   600, 'ping', ':has_media',                                'A picture.'),
  ('vip',     600, 'ping', ':field_tier = "gold"',                      'At once.'),
  ('spanish', 600, 'ping', ':language LIKE "es%"',                      'Hola.'),
  ('korea',   600, 'ping', ':country = "KR"',                           'Annyeong.'),
  ('promo',   600, 'ping', ':campaign = "promo"',                       'The promotion.'),
  ('again',   500, 'ping', ':last_rule = "ping" AND :minutes_since_last < 5', 'Again?'),
  ('fresh',   450, 'ping', ':new_conversation',                         'Hello again.'),
  ('ping',    400, 'ping', NULL,                                        'pong');
INSERT INTO rule (name, pattern, only_if, say) VALUES
  ('many', 'order (?<count>\d+)', 'CAST(@count AS INTEGER) >= 10', 'That is many.'),
  ('few',  'order (?<count>\d+)', NULL, 'Coming: {{ count }}.');
INSERT INTO rule (name, priority, only_if, say) VALUES ('third', 10, ':message_count = 3', 'The third, and nobody knows.');
"""


@test("facts of the webhook decide")
def facts_of_the_webhook():
    with Desk(WHO) as desk:
        desk.hears("ana", "ping", "Welcome!")
        desk.hears("ana", "ping", "pong")
        desk.hears("ana", "ping", "At once.", tier="gold")
        desk.hears("ana", "ping", "A picture.", tier="gold", media_urls=["https://example.org/cat.jpg"])
        desk.hears("ana", "ping", "Annyeong.", phone_number="+821012345678")
        desk.hears("ana", "ping", "pong", phone_number="+821012345678", country="US")
        desk.hears("ana", "ping", "Sorry, only now.", sent_at="2026-01-01T00:00:00Z")
        desk.hears("ana", "ping", "pong", sent_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
        desk.hears("ana", "ping", "The promotion.", campaign="promo")
        desk.hears("ana", "ping", "Hola.", language="es-MX")
        desk.hears("ana", "ping", "Hola.")  # the profile is kept
        desk.do("audit")


@test("what the book remembers decides: the rule before, a new conversation, the count")
def facts_of_the_book():
    with Desk(WHO) as desk:
        desk.hears("bob", "ping", "Welcome!")
        desk.hears("bob", "ping", "pong")
        desk.hears("bob", "ping", "Again?")
        desk.hears("bob", "ping", "pong")
        desk.restart()
        desk.hears("bob", "ping", "Again?")
        desk.hears("bob", "bye", "See you.")
        desk.hears("bob", "ping", "Hello again.")
        desk.say("bob", "something")
        desk.hears("bob", "else", "The third, and nobody knows.")
        equal(desk.value("SELECT last_rule FROM conversation ORDER BY id DESC LIMIT 1"), "third", "the column")
        desk.do("audit")


@test("the groups of the rule's own match decide")
def own_groups():
    with Desk(WHO) as desk:
        desk.hears("eve", "order 12", "That is many.")
        desk.hears("eve", "order 9", "Coming: 9.")
        desk.hears("eve", "order 100", "That is many.")


@test("why tells that only_if kept a rule back, and on what facts")
def told():
    with Desk(WHO) as desk:
        desk.hears("ana", "ping", "Welcome!")
        number = desk.say("ana", "ping", tier="silver")
        eventually(lambda: len(desk.sandbox.texts("ana")) == 2, "both answers")
        why = desk.do("why", number, "--json").json()
        passed = {row["rule"]: row["why"] for row in why["passed_over"]}
        equal(passed["vip"], "only_if is false", "the reason")
        equal(why["decision"]["rule"], "ping", "the winner")
        equal(why["state"]["last_rule"], "welcome", "what was known")
        contains(desk.do("why", number).out, "only_if is false", "in words")


NIGHT = texts.CARRIERS + """
INSERT INTO setting (name, value) VALUES ('time_zone', 'Asia/Seoul');
INSERT INTO team (name) VALUES ('support');
INSERT INTO rule (name, priority, words, action, target) VALUES ('person', 900, 'person', 'handoff', 'support');
INSERT INTO rule (name, priority, words, action) VALUES ('end', 900, 'end', 'close');
INSERT INTO rule (name, priority, words, only_if, say) VALUES
  ('night',   800, 'hours', ':weekday = "sat" AND :hour >= 22', 'Asleep.'),
  ('newyear', 800, 'hours', ':date = "2027-01-01"', 'Happy new year.'),
  ('gold',    700, 'hours', ':field_tier = "gold" AND :country = "KR" AND :last_rule = "hours"', 'As ever, {{ first_name }}.'),
  ('welcome', 600, 'hours', ':first_contact', 'Welcome.'),
  ('hours',   500, 'hours', NULL, 'Until six.');
"""


@test("rules try: --at a time at the business, --as a customer of the book")
def tried():
    with Desk(NIGHT) as desk:
        def answers(*words):
            result = desk.do("rules", "try", *words, "--json").json()
            return [effect["text"] for effect in result["effects"]]

        equal(answers("hours", "--at", "2026-05-12 18:00"), ["Welcome."], "somebody new")
        equal(answers("hours", "--at", "sat 23:30"), ["Asleep."], "a weekday")
        equal(answers("hours", "--at", "2027-01-01"), ["Happy new year."], "a date")
        desk.hears("ana", "hours", "Welcome.", phone_number="+821012345678", tier="gold", first_name="Ana")
        equal(answers("hours", "--as", "ana", "--at", "mon 12:00"), ["Until six."], "somebody known")
        desk.say("ana", "hours", tier="gold")
        equal(answers("hours", "--as", "ana", "--at", "mon 12:00"), ["As ever, Ana."], "as she stands in the book")
        equal(answers("hours", "--as", "+82 10-1234-5678", "--at", "mon 12:00"), ["As ever, Ana."], "by her phone")
        state = desk.do("rules", "try", "hours", "--as", "ana", "--json").json()["state"]
        equal((state["message_count"], state["last_rule"]), (3, "hours"), "the count goes on")
        desk.say("ana", "person")
        equal(answers("hours", "--as", "ana"), [], "while a person has the conversation")
        desk.do("close", "ana")
        equal(answers("hours", "--as", "ana", "--at", "mon 12:00"), ["Until six."], "a new conversation")
        equal(desk.value("SELECT count(*) FROM message WHERE kind = 'in'"), 3, "nothing was written")
        for words, code in ((("--at", "noon"), 2), (("--at", "2026-02-30"), 2), (("--as", "nobody"), 3)):
            equal(desk.cli("rules", "try", "hours", *words).code, code, str(words))


@test("a bad condition changes nothing: file, line, and the nearest good name")
def refused():
    with Desk(WHO) as desk:
        bad = WHO + "INSERT INTO rule (name, words, only_if, say) VALUES\n  ('x', 'ping', ':opne = 0', 'x');\n"
        line = bad.count("\n")
        desk.write_rules(bad)
        for verb in ("check", "load"):
            result = desk.cli("rules", verb, desk.rules_folder)
            equal(result.code, 1, verb)
            contains(result.out + result.err, f"10-rules.sql:{line}: only_if: there is no fact :opne; did you mean :open?",
                     verb)
        desk.hears("ana", "ping", "Welcome!")
        for condition in ("1; DELETE FROM rule", "(SELECT count(*) FROM rule)", "random() > 0", "1) OR (1", "open = 0"):
            desk.write_rules(WHO + "INSERT INTO rule (name, only_if, say) VALUES ('x', '%s', 'x');" % condition)
            equal(desk.cli("rules", "load", desk.rules_folder).code, 1, condition)
        true(desk.value("SELECT count(*) FROM ruleset") == 1, "none of them came into force")


@test("the page on rules names every fact with the program's own words")
def documented():
    with open(os.path.join(ROOT, "src", "rules", "fact.c"), encoding="utf-8") as file:
        facts = re.findall(r'\[FACT_\w+\] = \{\s*"(\w+)",\s*FACT_IS_\w+,\s*"([^"]*)"', file.read())
    with open(os.path.join(ROOT, "rules", "README.md"), encoding="utf-8") as file:
        readme = file.read()
    true(len(facts) > 15, "the table was found")
    for name, help_line in facts:
        contains(readme, f"| `:{name}` | {help_line}", name)
    for name in re.findall(r"^\| `:(\w+)` \|", readme, re.MULTILINE):
        true(name == "field_NAME" or name in dict(facts), f":{name} is a fact")


if __name__ == "__main__":
    main(lanes=2)
