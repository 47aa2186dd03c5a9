#!/usr/bin/python3
"""Why was it answered so? `why` and `rules try` name each rule, the first condition that failed, words, values, effects."""
import os
import pty
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
from desk import Desk, binary
from tap import contains, equal, lacks, main, test

# A zone in which it is about noon while this runs: one rule below sleeps at night.
NOON = "Etc/GMT%+d" % (time.gmtime().tm_hour - 12)

ZONE = f"INSERT INTO setting (name, value) VALUES ('time_zone', '{NOON}');"
RULES = texts.CARRIERS + ZONE + r"""
INSERT INTO team (name) VALUES ('support');
INSERT INTO rule (name, priority, words, action, say) VALUES ('opt-out', 1000, '=stop', 'opt_out', 'Bye.');
INSERT INTO rule (name, priority, action, words) VALUES ('gift', 950, 'tag', 'present');
INSERT INTO rule (name, priority, words, unless, action, target, say) VALUES
  ('leak', 900, 'leak*', 'not a leak, no leak', 'handoff', 'support', 'Shut the valve.');
INSERT INTO rule (name, priority, words, only_if, say) VALUES
  ('night', 800, 'help', ':hour >= 22 OR :hour < 6', 'We sleep.'),
  ('gold',  790, 'help', ':field_tier = "gold"', 'At once.');
INSERT INTO rule (name, priority, words, cooldown, say) VALUES ('joke', 700, 'joke', '1 hour', 'A joke.');
INSERT INTO rule (name, priority, pattern, say) VALUES ('order', 600, 'order #(?<id>\d+)', 'Order {{ id }}.');
INSERT INTO rule_set (rule, name, value) VALUES ('order', 'last_order', '{{ id }}');
INSERT INTO rule (name, priority, words, say) VALUES
  ('help', 500, 'help', 'How?'), ('later', 400, 'joke', 'Later.');
"""


def passed(answer):
    """What kept each rule back: name → its row."""
    return {row["rule"]: row for row in answer["passed_over"]}


def line_of(told, rule):
    return next(line for line in told.splitlines() if line.split()[:1] == [rule])


@test("a winner: its words, its variables, its effects, what followed, and each rule before it")
def winner():
    with Desk(RULES) as desk:
        number = desk.say("ana", "Not a LEAK — a present: ORDER  #77!")
        desk.wait_drained()
        told = desk.do("why", number).out
        for piece in ("text             Not a LEAK — a present: ORDER  #77!", "as rules see it  Not a LEAK - a present: ORDER #77!",
                      "words that won   ORDER #77", "rule             order", "at the business  "):
            contains(told, piece, "the head")
        equal(line_of(told, "id").split(), ["id", "77"], "the variable")
        contains(line_of(told, "gift"), "tagged gift, and the next rule tried", "the tag")
        contains(line_of(told, "leak"), "unless matched: Not a LEAK", "unless, on which words")
        contains(line_of(told, "opt-out"), "no match", "no words")
        equal(line_of(told, "say").split(), ["say", "–", "Order", "77.", "reply"], "what was said, by which campaign")
        equal(line_of(told, "set").split(), ["set", "last_order", "77", "–"], "what was set")
        contains(told, "accepted", "the fate")
        answer = desk.do("why", number, "--json").json()
        equal((answer["format"], answer["decision"]["is_decided_again"]), (1, True), "decided again")
        equal([row["rule"] for row in answer["passed_over"]], ["opt-out", "gift", "leak", "night", "gold", "joke"], "order")
        rows = passed(answer)
        equal((rows["leak"]["why"], rows["leak"]["matched"], rows["leak"]["unless"]), ("unless matched", "LEAK", "Not a LEAK"),
              "the near miss")
        equal((rows["gift"]["why"], rows["gift"]["tag"], rows["gift"]["matched"]), ("tagged", "gift", "present"), "the tag")
        equal([(e["effect"], e["name"], e["text"], e["campaign"]) for e in answer["effects"]],
              [("tag", "gift", None, None), ("set", "last_order", "77", None), ("say", None, "Order 77.", "reply")], "effects")
        equal([(m["text"], m["state"], m["campaign"], m["parts"]) for m in answer["messages"]],
              [("Order 77.", "accepted", "reply", 1)], "what followed")


@test("a condition that was false is told with the values it read, then and not now")
def conditions():
    with Desk(RULES) as desk:
        number = desk.say("ana", "help", tier="silver")
        desk.say("ana", "joke", tier="gold")
        desk.wait_drained()
        contains(line_of(desk.do("why", number).out, "gold"), "only_if is false: :field_tier = \"gold\" (:field_tier is 'silver')",
                 "the field of that webhook")
        row = passed(desk.do("why", number, "--json").json())["gold"]
        equal((row["why"], row["only_if"], row["facts"]), ("only_if is false", ':field_tier = "gold"', {":field_tier": "silver"}),
              "as JSON")


@test("a cooldown is told with its end, as it was when the message came")
def cooldowns():
    with Desk(RULES) as desk:
        desk.hears("ana", "a joke", "A joke.")
        first = desk.value("SELECT max(message) FROM decision")
        desk.hears("ana", "a joke", "Later.")
        second = desk.value("SELECT max(message) FROM decision")
        equal(desk.do("why", first, "--json").json()["decision"]["rule"], "joke", "it did not rest then")
        answer = desk.do("why", second, "--json").json()
        equal(passed(answer)["joke"]["until_at"], desk.value("SELECT until_at FROM cooldown"), "until")
        contains(line_of(desk.do("why", second).out, "joke"), "cooling down until 20", "in words")
        tried = desk.do("rules", "try", "joke", "--as", "ana", "--json").json()
        equal((tried["decision"]["rule"], tried["decision"]["user"]), ("later", "ana"), "rules try knows that she has heard it")
        equal(desk.do("rules", "try", "joke", "--json").json()["decision"]["rule"], "joke", "a newcomer has not")


@test("after a reload with other rules a decision is explained by the rules of its day")
def reloaded():
    with Desk(RULES) as desk:
        number = desk.say("ana", "no leak, help!")
        desk.wait_drained()
        before = desk.do("why", number).out
        desk.write_rules(ZONE + texts.CARRIERS + "INSERT INTO rule (name, words, say) VALUES ('other', 'leak', 'Other.');")
        desk.do("rules", "load")
        equal(desk.do("why", number).out, before, "the same")
        contains(before, "unless matched: no leak", "and whole")
        equal(desk.do("rules", "try", "no leak, help!", "--json").json()["decision"]["rule"], "other", "today")


@test("where it cannot be decided again, what was noted is shown, and why there is no more")
def noted():
    with Desk(RULES) as desk:
        number = desk.say("ana", "not a leak: order #5")
        desk.wait_drained()
        desk.stop()
        desk.edit("UPDATE decision SET rule = 'night'")
        told = desk.do("why", number).out
        contains(told, "this version would let the rule order win", "the doubt")
        contains(line_of(told, "leak"), "unless matched", "the near miss was noted")
        lacks(told, "no match", "no more than that")
        contains(told, "Order 5.", "what followed")
        desk.edit("DELETE FROM ruleset_file")
        answer = desk.do("why", number, "--json").json()
        equal((answer["decision"]["is_decided_again"], answer["decision"]["matched"]), (False, "order #5"), "noted")
        contains(answer["notes"][-1]["text"], "the files of ruleset 1 are not in the book", "why")


@test("messages that nobody decided about, or that are not there: exit 3")
def unknown():
    with Desk(RULES) as desk:
        desk.hears("ana", "help", "How?")
        desk.do("say", "ana", "Mia here")
        told = desk.value("SELECT max(id) FROM message WHERE kind = 'agent'")
        for number in (told, 99999):
            result = desk.cli("why", number)
            equal(result.code, 3, f"{number}: {result}")
            contains(result.err, f"there is no decision about a message {number}", "says so")
        number = desk.say("ana", "help")
        contains(desk.do("why", number).out, "A person has the conversation", "who may not act is not listed")


@test("a rule that is out of play is passed over, and rules try says so")
def disabled():
    with Desk(RULES) as desk:
        desk.stop()
        desk.edit("INSERT INTO rule_trouble (ruleset, rule, limit_hits, disabled_at) VALUES (1, 'order', 20, 1)")
        tried = desk.do("rules", "try", "order #5", "--json").json()
        equal((tried["decision"]["rule"], passed(tried)["order"]["why"]), (None, "disabled"), "in force")
        equal(desk.do("rules", "try", "order #5", "--rules", desk.rules_folder, "--json").json()["decision"]["rule"], "order",
              "a folder's rules have never been in trouble")


@test("rules try --at: the hour at the business decides, and is shown")
def at():
    with Desk(RULES) as desk:
        tried = desk.do("rules", "try", "help", "--at", "2026-05-12 14:30", "--json").json()
        equal(passed(tried)["night"]["facts"], {":hour": 14}, "the hour")
        told = desk.do("rules", "try", "help", "--at", "2026-05-12 23:30").out
        contains(told, "at the business  tue 2026-05-12 23:30", "the time")
        contains(told, "rule             night", "the winner")
        told = desk.do("rules", "try", "help", "--at", "2026-05-12 14:30").out
        contains(line_of(told, "night"), "only_if is false: :hour >= 22 OR :hour < 6 (:hour is 14)", "the near miss")


@test("a thousand rules: who nearly won is listed, the rest are counted")
def many():
    rules = RULES + "".join(f"INSERT INTO rule (name, words, say) VALUES ('r{i}', 'word{i}x', 'w');\n" for i in range(1000))
    with Desk(rules) as desk:
        told = desk.do("rules", "try", "not a leak").out
        contains(told, "… and 1008 rules whose words are not in the text.", "the count")
        lacks(told, "no match", "not listed")
        answer = desk.do("rules", "try", "not a leak", "--json").json()
        equal((list(passed(answer)), answer["decision"]["unmatched"]), (["leak"], 1008), "as JSON")


def on_a_terminal(desk, *words, **env):
    """What a command shows on a terminal of its own."""
    leader, follower = pty.openpty()
    try:
        process = subprocess.Popen([binary("frontdesk"), *map(str, words)], env=desk.env | {"TERM": "xterm-256color"} | env,
                                   stdin=follower, stdout=follower, stderr=follower, start_new_session=True)
        os.close(follower)
        shown = b""
        while True:
            try:
                piece = os.read(leader, 65536)
            except OSError:
                break
            shown += piece
        equal(process.wait(30), 0, "exit")
        return shown.decode()
    finally:
        os.close(leader)


@test("on a terminal the words are underlined, unless NO_COLOR is set")
def underlined():
    with Desk(RULES) as desk:
        shown = on_a_terminal(desk, "rules", "try", "not a leak: order #5")
        contains(shown, "leak: \x1b[4morder #5\x1b[0m", "where they stand in the text")
        contains(shown, "unless matched: \x1b[4mnot a leak\x1b[0m", "and in the reason")
        lacks(on_a_terminal(desk, "rules", "try", "order #5", NO_COLOR="1"), "\x1b[", "NO_COLOR")


if __name__ == "__main__":
    main()
