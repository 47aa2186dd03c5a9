#!/usr/bin/python3
"""rules check and rules load: warnings, --strict, --json, and what is said to hand-typed SQL."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
from desk import Desk
from sandbox import ROOT
from tap import contains, equal, lacks, main, test, true

GOOD = texts.CARRIERS + r"""
INSERT INTO rule (name, priority, words, action) VALUES ('out', 1000, '=stop', 'opt_out');
INSERT INTO rule (name, priority, words, say) VALUES ('hours', 600, 'open*', 'Until six.');
INSERT INTO rule (name, priority, say) VALUES ('rest', 0, 'Pardon?');
INSERT INTO rule_example (rule, text) VALUES ('out', 'Stop!'), ('hours', 'are you open?');
"""
LATE = "INSERT INTO rule (name, words, say) VALUES\n  ('late', 'opening', 'x');\n"  # hours takes it all
SLOW = r"INSERT INTO rule (name, pattern, say) VALUES ('slow', '(\d+)+x', 'x');" + "\n"


def folder(desk, *files):
    """Writes the files and returns their folder."""
    desk.write_rules({f"{number}0-rules.sql": text for number, text in enumerate(files, 1)})
    return desk.rules_folder


@test("nothing to warn of: exit 0, also with --strict; the sample business, too")
def silence():
    with Desk(start=False) as desk:
        for rules in folder(desk, GOOD), os.path.join(ROOT, "rules"):
            for strict in [], ["--strict"]:
                result = desk.cli("rules", "check", rules, *strict)
                equal(result.code, 0, f"{rules} {strict}: {result}")
                contains(result.out + result.err, "All is well", "the sentence")
                equal(result.out.count("warning"), 0, "warnings")


@test("a warning is a sentence with its place and what to do; exit 0, with --strict 1")
def warnings():
    with Desk(start=False) as desk:
        rules = folder(desk, GOOD, LATE)
        result = desk.cli("rules", "check", rules)
        equal(result.code, 0, f"{result}")
        contains(result.out, "warning  20-rules.sql:2: the rule late can never win", "the place")
        contains(result.out, "by hours (10-rules.sql:8)", "who takes it")
        contains(result.out, "give it a higher priority", "what to do")
        strict = desk.cli("rules", "check", rules, "--strict")
        equal(strict.code, 1, f"{strict}")
        contains(strict.out, "error  20-rules.sql:2: the rule late can never win", "an error by now")
        true("would load" not in strict.out + strict.err, "nothing soothing is said")


@test("files without any rule would not load, and check says so as load does")
def no_rule():
    with Desk(start=False) as desk:
        for files in ("", "\n-- nothing yet\n"), ("INSERT INTO setting (name, value) VALUES ('business_name', 'Sunny');",):
            rules = folder(desk, *files)
            checked, loaded = desk.cli("rules", "check", rules), desk.cli("rules", "load", rules)
            equal((checked.code, loaded.code), (1, 1), f"{files}: {checked} {loaded}")
            contains(checked.out, "error    these files hold no rule at all", "the problem")
            lacks(checked.out, "would load", "nothing soothing is said")
            contains(loaded.err, "these files hold no rule at all", "load says the same")


@test("--json: a list with file, line, rule, kind and sentence")
def json():
    with Desk(start=False) as desk:
        rules = folder(desk, GOOD, LATE, SLOW)
        answer = desk.cli("rules", "check", rules, "--json").json()
        equal(answer["format"], 1, "format")
        found = [(p["level"], p["kind"], p["rule"], p["file"], p["line"]) for p in answer["problems"]]
        equal(found, [("warning", "never-wins", "late", "20-rules.sql", 2),
                      ("warning", "slow-pattern", "slow", "30-rules.sql", 1),
                      ("warning", "no-example", "late", "20-rules.sql", 2)], "problems")
        contains(answer["problems"][0]["sentence"], "the rule late can never win", "the sentence")
        true("20-rules.sql:2" not in answer["problems"][0]["sentence"].split(":")[0], "without its place")
        equal((answer["failures"], answer["warnings"]), (0, 3), "counts")
        strict = desk.cli("rules", "check", rules, "--strict", "--json")
        equal(strict.code, 1, f"{strict}")
        equal({p["level"] for p in strict.json()["problems"]}, {"error"}, "levels")


@test("--json: errors and proofs that fail carry their place, too")
def json_errors():
    with Desk(start=False) as desk:
        broken = folder(desk, GOOD, "\nINSERT INTO rule (name, words, say) VALUES ('a', 'b', 'It's');\n")
        result = desk.cli("rules", "check", broken, "--json")
        equal(result.code, 1, f"{result}")
        problem = result.json()["problems"][0]
        equal((problem["level"], problem["kind"], problem["file"], problem["line"]), ("error", "error", "20-rules.sql", 2),
              "the error")
        contains(problem["sentence"], "It''s", "the fix")
        failing = folder(desk, GOOD, "INSERT INTO rule_example (rule, text) VALUES ('hours', 'zebra');\n")
        problem = desk.cli("rules", "check", failing, "--json").json()["problems"][0]
        equal((problem["level"], problem["kind"], problem["file"], problem["line"]), ("error", "proof", "20-rules.sql", 1),
              "the proof")


@test("rules load tells the warnings, and loads all the same: with the daemon and without")
def load():
    with Desk() as desk:
        rules = folder(desk, GOOD, LATE)
        result = desk.cli("rules", "load", rules)
        equal(result.code, 0, f"{result}")
        contains(result.out, "20-rules.sql:2: the rule late can never win", "with the daemon")
        desk.hears("ana", "opening times?", "Until six.")
        equal(desk.stop(), 0, "exit")
        answer = desk.cli("rules", "load", rules, "--json").json()
        equal([(w["kind"], w["rule"], w["file"], w["line"]) for w in answer["warnings"]][0],
              ("never-wins", "late", "20-rules.sql", 2), "without it")
        true(answer["ruleset"] > 0, "the number of the ruleset")
        quiet = desk.cli("rules", "load", folder(desk, GOOD), "--json").json()
        equal(quiet["warnings"], [], "nothing to warn of")


@test("a file that looks like one of rules and is not read is told, with why")
def passed_by():
    with Desk(start=False) as desk:
        rules = folder(desk, GOOD)
        for name in "20-more.sql.txt", "30-MORE.SQL", "10-rules.sql.bak", "40-old.sql~", "README.md", ".50.sql.txt":
            with open(os.path.join(rules, name), "w", encoding="utf-8") as file:
                file.write("no rule")
        os.mkfifo(os.path.join(rules, "60-pipe.sql"))
        answer = desk.cli("rules", "check", rules, "--json").json()
        told = [p["sentence"] for p in answer["problems"] if p["kind"] == "not-read"]
        equal(told, ["20-more.sql.txt is not read: the name of a rule file ends in .sql; rename it to 20-more.sql",
                     "30-MORE.SQL is not read: the name of a rule file ends in .sql; rename it to 30-MORE.sql",
                     "60-pipe.sql is not read: it is no plain file"], "what is told")
        equal(answer["warnings"], 3, "they are counted")
        equal(desk.cli("rules", "check", rules, "--strict").code, 1, "--strict")
        loaded = desk.cli("rules", "load", rules)
        equal(loaded.code, 0, f"{loaded}")
        contains(loaded.out, "20-more.sql.txt is not read", "rules load tells it, too")


SLIPS = [  # (what, bytes of the file, line of the fault, words of the sentence)
    ("Korean Windows", "INSERT INTO rule (name, words, say) VALUES\n('a', '영업시간', '열려 있어요');\n".encode("cp949"), 2,
     ["CP949", "iconv -f CP949 -t UTF-8 ", "/20-rules.sql.utf8 && mv "]),
    ("Western Windows", "-- menú\nINSERT INTO team (name) VALUES ('a');\n".encode("cp1252"), 1, ["iconv -f WINDOWS-1252"]),
    ("UTF-16", "INSERT INTO team (name) VALUES ('a');\n".encode("utf-16"), 1, ["UTF-16", "save it as UTF-8"]),
    ("UTF-16 without a mark", "INSERT INTO team (name) VALUES ('a');\n".encode("utf-16-le"), 1, ["UTF-16"]),
    ("an unclosed text", b"INSERT INTO rule (name, words, say) VALUES\n('a', 'b', 'never closed),\n('c', 'd', 'e'),\n"
     b"('f', 'g', 'h');\n", 2, ["never closed", "put a '"]),
    ("a row too short", b"INSERT INTO rule (name, words, say) VALUES\n('a', 'b', 'c'),\n('hours', 'x');\n", 3,
     ["the row 'hours' has 2 values for 3 columns (name, words, say)", "NULL"]),
]


@test("a clumsy file is told its line and the way out")
def slips():
    with Desk(start=False) as desk:
        rules = folder(desk, GOOD)
        for what, data, line, words in SLIPS:
            with open(os.path.join(rules, "20-rules.sql"), "wb") as file:
                file.write(data)
            result = desk.cli("rules", "check", rules)
            equal(result.code, 1, f"{what}: {result}")
            contains(result.out + result.err, f"20-rules.sql:{line}:", what)
            for word in words:
                contains(result.out + result.err, word, what)
        with open(os.path.join(rules, "20-rules.sql"), "wb") as file:
            file.write("\ufeff-- 안녕\n".encode())
        equal(desk.cli("rules", "check", rules).code, 0, "a UTF-8 byte order mark is no matter")


if __name__ == "__main__":
    main()
