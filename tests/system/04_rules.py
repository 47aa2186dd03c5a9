#!/usr/bin/python3
"""Rule files: loading by SIGHUP and by the command line, what is refused, and that a bad one changes nothing."""
import os
import signal
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
from desk import Desk
from sandbox import ROOT
from tap import contains, equal, eventually, main, test, true


def version(text):
    """Rules whose one answer is `text`."""
    return texts.CARRIERS + f"INSERT INTO rule (name, words, say) VALUES ('v', 'version', '{text}');\n"


def rulesets(desk):
    return desk.value("SELECT count(*) FROM ruleset")


@test("SIGHUP loads the folder; decisions carry the ruleset's number")
def sighup():
    with Desk(version("one")) as desk:
        desk.hears("ana", "version?", "one")
        desk.reload(version("two"))
        eventually(lambda: rulesets(desk) == 2, "the second ruleset")
        desk.hears("ana", "version?", "two")
        numbers = [row["ruleset"] for row in desk.rows("SELECT ruleset FROM decision ORDER BY message")]
        equal(numbers, [row["id"] for row in desk.rows("SELECT id FROM ruleset ORDER BY id")], "numbers")
        files = desk.rows("SELECT name, text FROM ruleset_file ORDER BY ruleset")
        equal([file["text"] for file in files], [version("one"), version("two")], "every load is kept")
        desk.restart()
        desk.hears("ana", "version?", "two")
        equal(rulesets(desk), 2, "no third one by the restart")


BAD = [  # (what, file text, line of the fault, words of the sentence)
    ("an unknown column", "\n\nINSERT INTO rule (name, wrods, say) VALUES ('a', 'b', 'c');", 3, ["wrods", "words"]),
    ("an unknown table", "INSERT INTO rules (name) VALUES ('a');", 1, ["rules", "rule"]),
    ("an unknown action", "INSERT INTO rule (name, words, action) VALUES ('a', 'b', 'ignroe');", 1, ["ignore"]),
    ("an unknown setting", "INSERT INTO setting (name, value) VALUES ('busines_name', 'x');", 1, ["business_name"]),
    ("a broken pattern", "INSERT INTO rule (name, pattern, say) VALUES ('a', 'b(', 'c');", 1, ["b("]),
    ("a broken template", "INSERT INTO rule (name, words, say) VALUES ('a', 'b', 'c {{ oops');", 1, ["{{"]),
    ("an unknown name in a template", "INSERT INTO rule (name, words, say) VALUES ('a', 'b', '{{ frist_name }}');", 1,
     ["frist_name", "first_name"]),
    ("a hand-over to nobody", "INSERT INTO rule (name, words, action, target) VALUES ('a', 'b', 'handoff', 'x');", 1,
     ["team"]),
    ("a lone apostrophe", "INSERT INTO rule (name, words, say) VALUES ('a', 'b', 'it's open');", 1, ["''"]),
    ("two rules of one name", "INSERT INTO rule (name, words, say) VALUES ('a', 'b', 'c'), ('a', 'd', 'e');", 1, ["'a'"]),
    ("an example that loses", "INSERT INTO rule (name, words, say) VALUES ('a', 'b', 'c');\n"
     "INSERT INTO rule_example (rule, text) VALUES ('a', 'zebra');", 2, ["zebra"]),
    ("a counterexample that wins", "INSERT INTO rule (name, words, say) VALUES ('a', 'b', 'c');\n"
     "INSERT INTO rule_counterexample (rule, text) VALUES ('a', 'a b c');", 2, ["a b c"]),
    ("another statement", "DELETE FROM rule;", 1, ["INSERT"]),
    ("reaching outside", "ATTACH '/tmp/x.db' AS x;", 1, ["INSERT"]),
    ("a file read by a function", "INSERT INTO rule (name, words, say) VALUES ('a', 'b', readfile('/etc/passwd'));", 1,
     []),
    ("a pragma", "PRAGMA writable_schema = 1;", 1, ["INSERT"]),
    ("an endless insert", "INSERT INTO rule (name, words, say) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
     " FROM n) SELECT 'r' || i, 'b', 'c' FROM n;", 1, []),
    ("a leak of memory", "INSERT INTO rule (name, words, say) VALUES ('a', 'b', printf('%.*c', 900000000, 'x'));", 1,
     []),
]


@test("each kind of bad file: exit 1, file:line and a sentence that helps; nothing changes")
def bad_files():
    with Desk(version("one")) as desk:
        for what, text, line, words in BAD:
            desk.write_rules({"10-shop.sql": version("two"), "20-bad.sql": text})
            check = desk.cli("rules", "check", desk.rules_folder)
            equal(check.code, 1, f"{what}: rules check {check}")
            said = check.out + check.err
            contains(said, f"20-bad.sql:{line}:", what)
            for word in words:
                contains(said, word, what)
            load = desk.cli("rules", "load", desk.rules_folder)
            equal(load.code, 1, f"{what}: rules load {load}")
            contains(load.out + load.err, f"20-bad.sql:{line}:", what)
        equal(rulesets(desk), 1, "rulesets")
        desk.process.send_signal(signal.SIGHUP)
        desk.wait_log("20-bad.sql:1:")
        desk.hears("ana", "version?", "one")
        equal(desk.rows("SELECT 1 FROM ruleset_file WHERE name = '20-bad.sql'"), [], "nothing of it is kept")


@test("files that are not UTF-8, too many, or none at all are refused")
def bad_folders():
    with Desk(version("one")) as desk:
        with open(os.path.join(desk.rules_folder, "20-latin.sql"), "wb") as file:
            file.write(b"INSERT INTO rule (name, words, say) VALUES ('a', 'caf\xe9', 'c');\n")
        check = desk.cli("rules", "check", desk.rules_folder)
        equal(check.code, 1, "not UTF-8")
        contains(check.out + check.err, "20-latin.sql", "not UTF-8")
        empty = os.path.join(desk.folder, "empty")
        os.mkdir(empty)
        equal(desk.cli("rules", "check", empty).code, 1, "an empty folder")
        equal(desk.cli("rules", "check", os.path.join(desk.folder, "nowhere")).code, 1, "no folder")


@test("rules load works with the daemon and, under the writer's lock, without it")
def load():
    with Desk(version("one")) as desk:
        desk.write_rules(version("two"))
        desk.do("rules", "load", desk.rules_folder)
        desk.hears("ana", "version?", "two")
        equal(desk.stop(), 0, "exit")
        desk.write_rules(version("three"))
        desk.do("rules", "load", desk.rules_folder)
        del desk.env["FRONTDESK_RULES"]
        desk.start()
        desk.hears("ana", "version?", "three")
        actors = [row["actor"] for row in desk.rows("SELECT actor FROM ruleset ORDER BY id")]
        true(actors[1].startswith("cli"), f"actors: {actors}")


@test("rules try names the winner without a customer")
def try_rules():
    with Desk() as desk:
        result = desk.do("rules", "try", "ping 7", "--json").json()
        equal(result["format"], 1, "format")
        contains(desk.do("rules", "try", "ping 7").out, "pong 7", "the reply")
        contains(desk.do("rules", "try", "ping 7").out, "echo", "the rule")
        equal(desk.value("SELECT count(*) FROM message"), 0, "nothing is stored")
        contains(desk.do("rules", "list").out, "opt-out", "rules list")
        elsewhere = desk.cli("rules", "list", "--rules", desk.rules_folder)
        equal((elsewhere.code, elsewhere.out), (2, ""), "it lists no folder")
        contains(elsewhere.err, f"frontdesk rules tell {desk.rules_folder}", "and says what does")


@test("20 reloads a second under load: every message is decided under one stored ruleset, none is lost")
def reload_under_load():
    with Desk(version("v0")) as desk:
        stop = threading.Event()

        def reload():
            number = 0
            while not stop.wait(0.05):
                number += 1
                desk.reload(version(f"v{number}") if number % 3 else texts.CARRIERS + "INSERT INTO rules VALUES (1);")
        thread = threading.Thread(target=reload)
        thread.start()
        try:
            for number in range(300):
                desk.say(f"user-{number % 7}", f"version {number}?")
        finally:
            stop.set()
            thread.join()
        desk.wait_drained()
        wrong = desk.rows("SELECT d.message, m.text, f.text AS file FROM decision d JOIN turn t ON t.ruleset = d.ruleset"
                          " JOIN message i ON i.id = d.message AND i.turn = t.id"
                          " JOIN message m ON m.turn = t.id AND m.kind = 'out'"
                          " JOIN ruleset_file f ON f.ruleset = d.ruleset"
                          " WHERE instr(f.text, '''' || m.text || '''') = 0")
        equal(wrong, [], "each reply is the one of its ruleset")
        equal(desk.value("SELECT count(*) FROM decision d JOIN ruleset r ON r.id = d.ruleset"), 300, "decisions")
        true(rulesets(desk) > 3, "several rulesets were in force")
        desk.do("audit")


@test("10,000 rules load, and a message finds its one")
def many_rules():
    rows = ",\n".join(f"('r{n}', 'keyword{n}', 'answer {n}')" for n in range(10000))
    with Desk(texts.CARRIERS + f"INSERT INTO rule (name, words, say) VALUES\n{rows};\n") as desk:
        desk.hears("ana", "please keyword9999 now", "answer 9999")
        desk.hears("ana", "keyword5", "answer 5")


@test("a pattern that explodes is bounded, named, and out of play; the others go on")
def explosive_pattern():
    with Desk(texts.CARRIERS + r"""
            INSERT INTO rule (name, priority, pattern, say) VALUES ('bomb', 900, '(?:a+)+(?:a+)+$x|(?:a|aa)+b', 'boom');
            INSERT INTO rule (name, priority, say) VALUES ('rest', 0, 'fine');""") as desk:
        for number in range(30):
            desk.say("ana", "a" * 3000 + f" x {number}")  # without the x the rule would not be looked at
            if number == 2:
                desk.wait_drained()
                contains(desk.do("status").out, "the pattern of the rule bomb hit the bounds of matching", "status")
        desk.wait_drained()
        contains(desk.do("status").out, "and is out of play", "status")
        equal(set(desk.sandbox.texts("ana")), {"fine"}, "answered by the rule behind")
        equal(desk.value("SELECT rule FROM rule_trouble WHERE disabled_at IS NOT NULL"), "bomb", "disabled, loudly")
        contains(desk.log(), "bomb", "the log names it")


@test("rules check --cost lists the rules that are looked at for every message, and why")
def cost():
    rules = texts.CARRIERS + r"""
        INSERT INTO rule (name, words, pattern, say) VALUES
          ('hours', 'hours, open', NULL, 'nine'),
          ('number', NULL, '\d+', 'a number'),
          ('both', 'price', '[a-z]+\d', 'ten');
        INSERT INTO rule (name, priority, say) VALUES ('rest', 0, 'fine');"""
    with Desk(rules) as desk:
        told = desk.do("rules", "check", "--cost", desk.rules_folder).out
        for piece in ("number", "both", "rest", "neither words nor a pattern", "no piece of text is certain"):
            contains(told, piece, "the list")
        parsed = desk.do("rules", "check", "--cost", desk.rules_folder, "--json").json()
        equal([row["rule"] for row in parsed["cost"]], ["number", "both", "rest"], "in the order of the rules")
        equal((parsed["rules"], parsed["literals"], parsed["without"]), (4, 2, 3), "the sum")
        true(all(row["line"] > 1 and row["file"].endswith(".sql") for row in parsed["cost"]), "with their places")


@test("the sample business passes rules check")
def sample():
    with Desk() as desk:
        desk.do("rules", "check", os.path.join(ROOT, "rules"))


if __name__ == "__main__":
    main(lanes=2)
