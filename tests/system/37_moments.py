#!/usr/bin/python3
"""Rows with a moment: what they do is shown before it is done, a wrong one is named with its place, and steps and backends
bring moments about as rules do."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
from desk import Desk
from profiles import wait_written
from tap import contains, equal, eventually, lacks, main, test, true

FLOW = r"""
INSERT INTO flow (name, title) VALUES ('rate', 'your rating');
INSERT INTO step (name, say, ask) VALUES ('rate.stars', 'Stars?', 'number'), ('rate.why', 'Why?', 'text');
INSERT INTO branch (step, only_if, next) VALUES ('rate.why', '@stars < 3', 'sorry');
INSERT INTO step (name, say, next) VALUES ('rate.thanks', 'Thanks.', 'end');
INSERT INTO step (name, say, action, target) VALUES ('rate.sorry', 'Sorry.', 'handoff', 'support');
INSERT INTO rule (name, pattern, action, target) VALUES ('rate', 'rate(?: (?<stars>\d))?', 'flow', 'rate');
"""
RULES = texts.SHOP + FLOW + """
INSERT INTO attribute (name, at, value, type, only_if) VALUES
  ('shop_stars',   'step:rate.stars',  '{{ stars }}',      'number',    NULL),
  ('shop_unhappy', 'step:rate.stars',  'yes',              'boolean',   '@stars < 3'),
  ('shop_why',     'step:rate.why',    '{{ why }}',        'text',      NULL),
  ('shop_tags',    'step:rate.thanks', 'rated, {{ stars }} stars, rated', 'array', NULL),
  ('shop_person',  'handoff',          '{{ first_name | default: "somebody" }}', NULL, NULL),
  ('shop_replies', 'reply',            '1',                'increment', NULL),
  ('shop_topics',  'rule:hours',       'hours',            'array_add', NULL),
  ('shop_summary', 'close',            '{{ summary }}',    NULL,        NULL);
INSERT INTO custom_event (name, at) VALUES ('asked', 'rule:hours');
INSERT INTO custom_event_property (event, name, value, type) VALUES ('asked', 'words', '{{ message }}', NULL),
  ('asked', 'day', '{{ message }}', 'time');
INSERT INTO notice (name, at, to, campaign, say) VALUES ('boss', 'handoff', 'owner-1', 'reply', 'Look: {{ message }}');
"""


@test("rules try and why show what is done to the profile once, the notices, and of what nothing came")
def shown():
    with Desk(RULES) as desk:
        tried = desk.do("rules", "try", "when are you open?", "--json").json()
        equal(tried["entries"], [
            {"kind": "array_add", "name": "shop_topics", "value": ["hours"]},
            {"kind": "event", "name": "asked", "value": {"words": "when are you open?"}},
            {"kind": "increment", "name": "shop_replies", "value": 1}], "entries")
        equal(tried["unset"], [{"name": "asked.day", "at": "rule:hours", "text": "when are you open?", "why": "is no time"}],
              "unset")
        effects = [(effect["effect"], effect["name"]) for effect in tried["effects"] if effect["effect"] != "say"]
        equal(effects, [("array_add", "shop_topics"), ("event", "asked"), ("increment", "shop_replies")], "effects")
        tried = desk.do("rules", "try", "a person please", "--json").json()
        equal(tried["notices"], [{"name": "boss", "to": "owner-1", "text": "Look: a person please", "properties": None}],
              "notices")
        contains(desk.do("rules", "try", "a person please").out, "owner-1", "for people")
        message = desk.say("ana", "when are you open?")
        why = desk.do("why", message, "--json").json()
        equal([(entry["kind"], entry["name"]) for entry in why["entries"]],
              [("array_add", "shop_topics"), ("event", "asked"), ("increment", "shop_replies")], "why")


@test("an answered step writes into the profile, and a hand-over by a step as one by a rule")
def steps():
    with Desk(RULES) as desk:
        desk.hears("ana", "rate", "Stars?", first_name="Ana")
        desk.hears("ana", "2", "Why?", first_name="Ana")
        desk.hears("ana", "it was cold", "Sorry.", first_name="Ana")
        desk.hears("bob", "rate 5", "Why?")
        desk.hears("bob", "so nice", "Thanks.")
        wait_written(desk)
        equal(desk.sandbox.profile("ana"),
              {"shop_stars": 2, "shop_unhappy": True, "shop_why": "it was cold", "shop_person": "Ana", "shop_replies": 3}, "ana")
        equal({name: value for name, value in desk.sandbox.profile("bob").items() if name != "shop_tags"},
              {"shop_stars": 5, "shop_why": "so nice", "shop_replies": 2}, "bob")
        wanted = desk.rows("SELECT name, rule FROM profile WHERE name IN ('shop_stars', 'shop_person') ORDER BY contact, name")
        equal([(row["name"], row["rule"]) for row in wanted],
              [("shop_person", "rate.sorry"), ("shop_stars", "rate.stars"), ("shop_stars", "rate.stars")], "by whom")
        equal(desk.value("SELECT wanted FROM profile WHERE name = 'shop_tags'"), '["rated","5 stars"]', "each once")
        desk.do("audit")


@test("what a flow has collected stays with the conversation when it is over, and no model or rule is told")
def collected():
    with Desk(RULES) as desk:
        desk.hears("ana", "rate 4", "Why?")
        desk.hears("ana", "warm bread", "Thanks.")
        variables = "SELECT variables FROM conversation"
        equal(desk.value(variables), '{"stars":4,"why":"warm bread"}', "kept")
        desk.restart()
        desk.hears("ana", "rate", "Stars?")  # asked again, although it is known from before
        equal(desk.value(variables), '{"stars":4,"why":"warm bread"}', "until the next one is over")
        desk.hears("ana", "1", "Why?")
        desk.act("close", desk.conversation("ana"))
        equal(desk.value(variables), '{"why":"warm bread","stars":1}', "also when a person ends it")


@test("a conversation that is closed is summed up, and what stands at close goes into the profile")
def closes():
    with Desk(RULES) as desk:
        desk.hears("ana", "when are you open?", "We are open until six.")
        desk.act("close", desk.conversation("ana"))
        eventually(lambda: desk.sandbox.profile("ana").get("shop_summary"), "the summary", 30)
        contains(desk.sandbox.profile("ana")["shop_summary"], "when are you open?", "what was asked")
        equal(desk.value("SELECT rule FROM profile WHERE name = 'shop_summary'"), "close", "by whom")


ASKED = """
INSERT INTO attribute (name, at, value, type, only_if) VALUES
  ('shop_last_stars', 'close', '{{ stars }}', 'number', NULL), ('shop_last_why', 'close', 'because {{ why }}', NULL, NULL);
INSERT INTO custom_event (name, at, only_if) VALUES ('liked', 'close', '@stars > 3'), ('disliked', 'close', '@stars <= 3');
"""


@test("what a flow has asked for is known at the close, also where no rule sets anything, and over two flows")
def known():
    with Desk(texts.SHOP + FLOW + ASKED) as desk:
        desk.hears("ana", "rate 4", "Why?")
        desk.hears("ana", "warm bread", "Thanks.")
        desk.hears("ana", "when are you open?", "We are open until six.")
        desk.act("close", desk.conversation("ana"))
        eventually(lambda: desk.value("SELECT count(*) FROM parting") == 0, "summed up")
        wait_written(desk)
        equal(desk.sandbox.profile("ana"), {"shop_last_stars": 4, "shop_last_why": "because warm bread"}, "the profile")
        equal([event["name"] for event in desk.sandbox.events("ana")], ["liked"], "events")
        desk.do("audit")


BAD = [
    ("INSERT INTO attribute (name, at, value) VALUES\n  ('a', 'step:rate.star', 'x');", 2,
     "there is no step 'rate.star'; did you mean 'rate.stars'?"),
    ("INSERT INTO attribute (name, at, value) VALUES ('a', 'reply', '{{ summary }}');", 1,
     "value: {{ summary }} is not known before a conversation has been summed up; only what stands at close or handoff may ask"),
    ("INSERT INTO custom_event (name, at, only_if)\nVALUES ('a', 'close',\n ':outcome = ''anwsered''');", 2, "never 'anwsered'"),
    ("INSERT INTO notice (name, at, to, say) VALUES ('n', 'close', 'owner-1', 'x');", 1,
     "the notice n is for 'owner-1', and needs a campaign that carries it there"),
    ("INSERT INTO notice (name, at, to, say) VALUES ('n', 'close', '', 'For you: {{ summary }}');", 1,
     "to is empty; write who is told, or NULL for the customer"),
    ("INSERT INTO notice (name, at,\n  to, say) VALUES ('n', 'close', NULL, 'x'),\n  ('m', 'close', NULL, thanks);", 3,
     "the word 'thanks' stands outside of quotes"),
    ("INSERT INTO notice_property (notice, name, value) VALUES ('n', 'a', 'b');", 1, "there is no notice 'n'"),
]


@test("a wrong row is refused with its file and line, and what would be right")
def refused():
    with Desk(texts.SHOP + FLOW) as desk:
        for rows, line, piece in BAD:
            folder = os.path.join(desk.folder, "draft")
            os.makedirs(folder, exist_ok=True)
            for name, text in (("a.sql", texts.SHOP + FLOW), ("b.sql", rows)):
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(text)
            result = desk.cli("rules", "check", folder)
            equal(result.code, 1, f"{rows}: {result}")
            contains(result.out + result.err, f"b.sql:{line}: ", rows)
            contains(result.out + result.err, piece, rows)


@test("rules tell says in both languages what is learnt and who is told; rules check warns of what never comes")
def told():
    with Desk(RULES) as desk:
        lines = [line.strip() for line in desk.do("rules", "tell").out.splitlines()]
        rows = lines[lines.index("What the customer's Braze profile learns") + 1:]
        true(sum(line.startswith("When ") for line in rows) >= 3, f"a line for each row: {rows}")
        out = " ".join(desk.do("rules", "tell").out.split())
        contains(out, "Braze is told of the event “asked”", "an event")
        contains(out, "When the step “rate.stars” is done: the attribute “shop_stars” becomes “‹stars›”.", "a step")
        contains(out, "the notice “boss” goes to “owner-1” through the campaign “reply” and says “Look: ‹message›”.", "a notice")
        out = " ".join(desk.do("rules", "tell", "--language", "ko").out.split())
        contains(out, "대화가 끝났을 때: “shop_summary” 속성을 “‹summary›”로 기록합니다.", "Korean")
        lacks(desk.cli("rules", "check").out, "shop_", "nothing to mend")


if __name__ == "__main__":
    main(lanes=3)
