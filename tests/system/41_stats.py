#!/usr/bin/python3
"""stats: a real desk in numbers, and its unanswered questions pasted into the sample rules."""
import glob
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
from desk import Desk
from sandbox import ROOT, alone
from tap import contains, equal, main, test, true

HOSTILE = [
    "zxq'); DROP INDEX rule; --",
    "zxq quotes ' '' \" ` and \\ all",
    "zxq first line\nINSERT INTO rule (name) VALUES ('x');\r\n-- second",
    "zxq */ ends /* no comment -- here",
    "zxq {{ business_name }} {% if x %}",
    "zxq, *stars*, =whole, and, commas",
    "zxq \x1b]52;c;ZXZpbA==\x07 \u202etxt \u2028 end",
    "zxq my number is +82 10 1234 5678, mail ana@example.com",
    "zxq 옥상에 정원이 있나요 '따옴표'",
    "=cmd|' /C calc'!A0 zxq",
    "zxq",
    "???!!! ''' ;;",
    "zxq " + "very long words " * 40,
    "停车场在哪里呢'",
]


@test("a desk in numbers: who answered, which rules, what nobody answered; narrowed by rule, channel and time")
def numbers():
    with Desk(texts.SHOP) as desk:
        for number in range(3):
            desk.say("ana", f"ping {number}")
        desk.say("bob", "when are you open?")
        desk.say("bob", "blah")
        asked = [desk.say("bob", "Is there parking?"), desk.say("cleo", "is there PARKING")]
        desk.say("cleo", "a human please")
        desk.wait_drained()
        found = desk.do("stats", "--json").json()
        equal((found["heard"], found["said"]), (8, 5), "sums")
        equal({row["who"]: row["messages"] for row in found["answered_by"] if row["messages"]},
              {"rule": 4, "person": 1, "nobody": 2, "silence": 1}, "who")
        equal(found["rules"][0], {"rule": "echo", "messages": 3, "share": 0.375}, "top rule")
        equal(found["unanswered"], [{"count": 2, "text": "is there PARKING", "message": asked[1]}], "unanswered")
        true(0 <= found["p50_ms"] <= found["p95_ms"] < 60000, f"times {found['p50_ms']} {found['p95_ms']}")
        equal(len(found["days"]) in (30, 31), True, "days of a month")
        equal(sum(day["heard"] for day in found["days"]), 8, "days")
        equal(desk.do("stats", "--json", "--rule", "echo").json()["heard"], 3, "--rule")
        equal(desk.do("stats", "--json", "--channel", "sms").json()["heard"], 0, "--channel")
        equal(desk.do("stats", "--json", "--until", "1h").json()["heard"], 0, "--until")
        lines = desk.do("stats", "--csv", "--by", "question").out.splitlines()
        equal(lines, ['"count","text","message"', f'"2","is there PARKING","{asked[1]}"'], "csv")
        contains(desk.do("stats").out, "messages heard   8", "for people")


@test("options that cannot be are told; a book without messages is no failure")
def refusals():
    with Desk(texts.SHOP) as desk:
        contains(desk.do("stats").out, "Nothing was heard in this time.", "empty")
        equal(desk.cli("stats", "--by", "weather").code, 2, "--by")
        equal(desk.cli("stats", "--since", "1d", "--until", "2d").code, 2, "backwards")
        equal(desk.cli("stats", "--since", "1999-01-01").code, 2, "too long")
        equal(desk.cli("stats", "--as-rules").code, 3, "nothing to write rules for")
        for words in (("--csv",), ("--by", "who")):
            told = desk.cli("stats", "--as-rules", *words)
            equal((told.code, told.out, "exclude each other" in told.err), (2, "", True), f"SQL with {words}: {told}")


def sample():
    """The sample business: its files, and its campaigns as the sandbox knows them."""
    files = {}
    for path in glob.glob(os.path.join(ROOT, "rules", "*.sql")):
        with open(path, encoding="utf-8") as file:
            files[os.path.basename(path)] = file.read()
    campaigns = re.findall(r"'(response|template)', '([0-9a-f-]{36})'", files["20-campaigns.sql"])
    return files, [word for layout, name in campaigns for word in ("--campaign", f"{name}:{layout}")]


def sample_with(desk, name, text):
    """The sample rules and one file more; what rules check says of them."""
    folder = os.path.join(desk.folder, "pasted-" + name)
    os.makedirs(folder)
    for file in glob.glob(os.path.join(ROOT, "rules", "*.sql")):
        shutil.copy(file, folder)
    with open(os.path.join(folder, "95-asked.sql"), "w", encoding="utf-8") as file:
        file.write(text)
    return desk.cli("rules", "check", folder, "--json")


@test("hostile questions, pasted into the sample rules, load: as they are printed, and with the dashes taken away")
def paste():
    files, campaigns = sample()
    with alone(*campaigns) as sandbox, Desk(files, sandbox) as desk:
        for number, text in enumerate(HOSTILE):
            desk.say(f"guest{number}", text)
        desk.say("again", "ZXQ!")
        desk.wait_drained()
        desk.stop()
        printed = desk.do("stats", "--as-rules", "--limit", "0").out
        lines = printed.split("\n")
        equal([line for line in lines if line and not line.startswith("--")], [], "all of it is commented out")
        equal(re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e]", printed), [], "control characters")
        true("1234" not in printed and "example.com" not in printed, "numbers and addresses")
        result = sample_with(desk, "commented", printed)
        equal((result.code, result.json()["problems"]), (0, []), f"as printed: {result}")
        rules = [line[3:] for line in lines if line.startswith(("-- INSERT INTO rule ", "-- INSERT INTO rule_example "))]
        entries = [line[3:] for line in lines if line.startswith("-- INSERT INTO faq ")]
        true(len(rules) >= 2 * 9, f"rules: {printed}")
        true(len(entries) >= 11, f"entries: {printed}")
        for name, rows in ("rules", rules), ("entries", entries):
            result = sample_with(desk, name, "\n".join(rows) + "\n")
            equal((result.code, [p for p in result.json()["problems"] if p["level"] == "error"]), (0, []), f"{name}: {result}")


if __name__ == "__main__":
    main()
