#!/usr/bin/python3
"""The life of rulesets: history, differences, rollback; conversations that go on meanwhile; and replays."""
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import book
import texts
import web
from desk import Desk, binary, is_sanitized
from sandbox import ROOT
from stopwatch import processor_seconds
from tap import contains, equal, eventually, lacks, main, test, true

REPLAYED = int(os.environ.get("REPLAYED", 2000))


def version(text, more=""):
    """Rules whose one answer is `text`."""
    return texts.CARRIERS + f"INSERT INTO rule (name, words, say) VALUES ('v', 'version', '{text}');\n" + more


def load(desk, rules):
    desk.write_rules(rules)
    return desk.do("rules", "load", "--json").json()["ruleset"]


def answer(desk):
    """What the rules in force would say, daemon or not."""
    return desk.do("rules", "try", "version", "--json").json()["effects"][0]["text"]


def rulesets(desk):
    return desk.do("rules", "history", "--limit", "0", "--json").json()["rulesets"]


# Rollback ----------------------------------------------------------------------------------------------------------

def rolled_back(desk, is_running):
    """Rolls back to 1 what was loaded from the folder; a restart must leave it so, a changed file must not."""
    equal(load(desk, version("two")), 2, "the second")
    equal(answer(desk), "two", "loaded")
    result = desk.do("rules", "rollback", "1")
    contains(result.out, "Ruleset 3 is in force: the files of 1 once more", "told")
    contains(result.out, f"The folder {desk.rules_folder} still holds other rules", "and what to look after")
    contains(result.out, f"frontdesk rules diff 3 {desk.rules_folder}", "the command that shows them")
    equal(answer(desk), "one", "rolled back")
    if is_running:
        desk.hears("ana", "version?", "one")
        desk.restart()
    else:
        desk.start()
    desk.hears("ben", "version?", "one")
    desk.restart()
    desk.hears("ben", "version?", "one")
    equal(len(rulesets(desk)), 3, "no restart loads")
    equal(desk.stop(), 0, "exit")
    desk.write_rules(version("two") + "-- mended\n")
    desk.start()
    desk.hears("ben", "version?", "two")
    equal([row["ruleset"] for row in rulesets(desk)], [4, 3, 2, 1], "the folder was loaded")


@test("a rollback survives restarts until a file of the folder changes: with the daemon")
def rollback_running():
    with Desk(version("one")) as desk:
        rolled_back(desk, True)
        equal([row["detail"] for row in desk.rows("SELECT detail FROM event WHERE kind = 'rollback'")], ["1"], "ledger")
        actors = [row["actor"] for row in desk.rows("SELECT actor FROM ruleset ORDER BY id")]
        equal([actor.partition(" ")[0] for actor in actors], ["start", "cli", "cli", "start"], "who")


@test("the same without the daemon, under the writer's lock")
def rollback_alone():
    with Desk(version("one")) as desk:
        equal(desk.stop(), 0, "exit")
        rolled_back(desk, False)


@test("a folder that is put back to what it was before the last load is news at the next start")
def folder_put_back():
    with Desk(version("one")) as desk:
        load(desk, version("two"))
        equal(desk.stop(), 0, "exit")
        desk.write_rules(version("one"))
        desk.start()
        desk.hears("ana", "version?", "one")


@test("rules loaded by hand from elsewhere survive a restart")
def loaded_from_elsewhere():
    with Desk(version("one")) as desk:
        elsewhere = os.path.join(desk.folder, "elsewhere")
        os.mkdir(elsewhere)
        with open(os.path.join(elsewhere, "a.sql"), "w", encoding="utf-8") as file:
            file.write(version("three"))
        desk.do("rules", "load", elsewhere)
        desk.restart()
        desk.hears("ana", "version?", "three")
        contains(desk.do("rules", "rollback", "1").out, "Ruleset 3 is in force", "rollback")
        lacks(desk.do("rules", "history").out, "nothing", "each load changed something")


@test("a rollback to files that the folder holds says nothing of other rules")
def rollback_to_folder():
    with Desk(version("one")) as desk:
        load(desk, version("two"))
        desk.write_rules(version("one"))
        lacks(desk.do("rules", "rollback", "1").out, "still holds", "the folder is as it should be")
        desk.restart()
        equal(len(rulesets(desk)), 3, "and is no news")


def refused(desk):
    load(desk, version("two"))
    for number, code, sentence in ((99, 3, "there is no ruleset 99; frontdesk rules history lists them"),
                                   (2, 1, "ruleset 2 is in force already"), ("two", 2, "N is a number")):
        result = desk.cli("rules", "rollback", number)
        equal((result.code, result.out), (code, ""), f"rollback {number}")
        contains(result.err, sentence, f"rollback {number}")
    desk.do("rules", "rollback", "1")
    result = desk.cli("rules", "rollback", "1", "--json")
    equal(result.code, 1, "the same files")
    contains(result.json()["error"], "ruleset 3, which is in force, has the same files as 1", "the sentence")
    equal(len(rulesets(desk)), 3, "nothing was loaded")


@test("rollback refuses what is not there, what is in force, and what is the same")
def refusals():
    with Desk(version("one")) as desk:
        refused(desk)
    with Desk(version("one")) as desk:
        equal(desk.stop(), 0, "exit")
        refused(desk)


@test("files that do not prove themselves any more do not come back; the rules in force stay")
def unproven():
    example = "INSERT INTO rule_example (rule, text) VALUES ('v', 'version');\n"
    with Desk(version("one", example)) as desk:
        load(desk, version("two"))
        equal(desk.stop(), 0, "exit")
        # As if a later program judged the old files otherwise.
        desk.edit("UPDATE ruleset_file SET text = replace (text, '''version'');', '''zebra'');') WHERE ruleset = 1")
        for is_running in (False, True):
            if is_running:
                desk.start()
            result = desk.cli("rules", "rollback", "1")
            equal(result.code, 1, f"{result}")
            contains(result.err, "ruleset 1 cannot come back: 10-rules.sql:", "the file and the line")
            contains(result.err, "zebra", "the example")
            equal(answer(desk), "two", "in force")
            equal(len(rulesets(desk)), 2, "nothing was loaded")


@test("a stored set that this program refuses keeps nobody out: a mended folder, rules load or a rollback lets the daemon in")
def outdated():
    for way, wanted in ("folder", "three"), ("load", "three"), ("rollback", "one"):
        with Desk(version("one")) as desk:
            load(desk, version("two"))
            desk.hears("ana", "version?", "two")
            equal(desk.stop(), 0, "exit")
            # As if a later program judged the files otherwise.
            desk.edit("UPDATE ruleset_file SET text = replace (text, '(name, words, say)', '(name, wrods, say)') "
                      "WHERE ruleset = 2")
            code, log = desk.try_start()
            equal(code, 1, log)
            contains(log, "the stored ruleset 2 cannot be used by this version; mend the rule files and start again, or put others "
                          "into force (frontdesk rules load DIR): 10-rules.sql:", "why, and what to do")
            taken = desk.cli("take", "ana")
            equal(taken.code, 1, "nothing else is done without the rules")
            contains(taken.err, "the stored ruleset 2 cannot be used", "and why")
            if way == "rollback":
                desk.do("rules", "rollback", "1")
            else:
                desk.write_rules(version("three"))
            if way == "load":
                desk.do("rules", "load")
            desk.start()
            desk.hears("ana", "version?", wanted)
            desk.hears("ben", "version?", wanted)
            equal(desk.stop(), 0, "exit")
            desk.do("audit")


@test("rules in force with a slip that this program has learnt to tell since stay in force; a folder with it is refused")
def slip():
    sound, slipped = "1 <= :message_count AND :message_count <= 9", "1 <= :message_count <= 9"
    rules = texts.CARRIERS + "INSERT INTO rule (name, words, only_if, say) VALUES ('v', 'version', '{}', 'one');\n"
    with Desk(rules.format(sound)) as desk:
        desk.hears("ana", "version?", "one")
        equal(desk.stop(), 0, "exit")
        desk.edit(f"UPDATE ruleset_file SET text = replace (text, '{sound}', '{slipped}')")
        desk.start()
        desk.hears("ana", "the version again?", "one")
        equal(answer(desk), "one", "tried")
        lacks(desk.do("why", "ana").out, "cannot load", "and they are named as the reason")
        desk.write_rules(rules.format(slipped))
        told = desk.cli("rules", "load")
        equal(told.code, 1, "the folder")
        contains(told.err, "of two comparisons in a row", "why")
        desk.hears("ben", "version?", "one")


@test("the admin socket refuses a rollback that names no number")
def bad_calls():
    with Desk(version("one")) as desk:
        for body in ('{"actor":"x"}', '{"ruleset":"first"}', '{"ruleset":0}', '{"ruleset":-1}', "{", "[]"):
            done = web.call_unix(desk.db + ".sock", "POST", "/v1/commands/rules-rollback", body,
                                 {"Content-Type": "application/json"}, timeout=30)
            equal(done.status, 400, body)
            true(done.json()["error"], body)


# History and differences ------------------------------------------------------------------------------------------

OLD = texts.CARRIERS + """INSERT INTO rule (name, words, say) VALUES
  ('hours', 'hours', 'Until six.'),
  ('park', 'parking', 'In the yard.'),
  ('where', 'where', 'Here.');
"""
NEW = texts.CARRIERS + """-- The new year.
INSERT INTO rule (name, words, say) VALUES
  ('where', 'where', 'Here.'),
  ('hours', 'hours', 'Until \x1b[2Jseven.'),
  ('prices', 'price*', 'From 3.');
"""


@test("history tells when, who, and what each load changed")
def history():
    with Desk(OLD) as desk:
        load(desk, NEW)
        load(desk, NEW + "-- only a comment\n")
        desk.do("rules", "rollback", "1")
        rows = rulesets(desk)
        equal([row["ruleset"] for row in rows], [4, 3, 2, 1], "newest first")
        equal([row["changed"] for row in rows],
              ["+1 rule, −1, 1 changed, 1 moved (as 1)", "only comments or layout", "+1 rule, −1, 1 changed, 1 moved",
               "the first: +3 rules; +2 campaigns; +1 setting"], "what changed")
        equal([(row["rules"], row["state"], row["same_as"]) for row in rows],
              [(3, "in force", 1), (3, "replaced", None), (3, "replaced", None), (3, "replaced", None)], "the rest")
        true(all(abs(row["loaded_at"] / 1000 - time.time()) < 300 for row in rows), "when")
        true(rows[0]["actor"].startswith("cli ") and rows[3]["actor"] == "start", "who")
        csv = desk.do("rules", "history", "--csv").out.splitlines()
        equal(len(csv), 5, "a header and four")
        contains(csv[0], '"ruleset","loaded_at","actor"', "CSV")
        table = desk.do("rules", "history", "--limit", "2")
        equal(len([line for line in table.out.splitlines() if "cli" in line]), 2, "as many as asked for")
        contains(table.out, "There are older ones", "and says so")


@test("a book without rules has no history")
def no_history():
    with Desk(start=False) as desk:
        desk.cli("rules", "load", os.path.join(desk.folder, "nowhere"))
        desk.do("rules", "load")
        equal(desk.stop() if desk.runs() else 0, 0, "exit")
        desk.edit("DELETE FROM ruleset_file", "DELETE FROM ruleset", "DELETE FROM book WHERE name = 'live_ruleset'")
        equal(desk.cli("rules", "history").code, 3, "history")
        equal(desk.cli("rules", "diff").code, 3, "diff")
        equal(desk.cli("rules", "rollback", "1").code, 3, "rollback")


@test("diff tells rows first, then lines; of numbers and of folders; hostile text stays text")
def diff():
    with Desk(OLD) as desk:
        load(desk, NEW)
        told = desk.do("rules", "diff", "1", "2", "--json").json()
        equal((told["format"], told["from"], told["to"]), (1, "ruleset 1", "ruleset 2"), "of what")
        equal([(c["kind"], c["table"], c["name"], c["column"], c["before"], c["after"]) for c in told["changes"]],
              [("changed", "rule", "hours", "say", "Until six.", "Until \x1b[2Jseven."),
               ("removed", "rule", "park", None, "words: parking · say: In the yard.", None),
               ("added", "rule", "prices", None, None, "words: price* · say: From 3."),
               ("moved", "rule", "where", None, None, None)], "row by row")
        gone = [line["text"] for line in told["lines"] if line["kind"] == "gone"]
        new = [line["text"] for line in told["lines"] if line["kind"] == "new"]
        true("  ('park', 'parking', 'In the yard.')," in gone, f"gone: {gone}")
        true("-- The new year." in new, f"new: {new}")
        out = desk.do("rules", "diff", "1", "2").out
        lacks(out, "\x1b", "no escape reaches a terminal, and no colour a pipe")
        contains(out, "Until \\x1b[2Jseven.", "it is written out")
        contains(out, "+1 rule, −1, 1 changed, 1 moved.", "the sum")
        desk.write_rules({"10-rules.sql": OLD, "20-more.sql": "INSERT INTO rule (name, say) VALUES ('all', 'Eh?');\n"})
        for words in (["1", desk.rules_folder], ["1"]):
            out = desk.do("rules", "diff", *words).out
            contains(out, "20-more.sql", f"diff {words}")
            lacks(out, "hours", "nothing else is different")
        contains(desk.do("rules", "diff").out, "where", "from what is in force to the folder")
        told = desk.do("rules", "diff", desk.rules_folder, "--json").json()
        equal((told["from"], told["to"]), ("ruleset 2", desk.rules_folder),
              "a folder alone is a draft for what is in force")
        contains(desk.do("rules", "diff", "2", "2").out, "They are the same", "nothing")


@test("diff of a folder with a mistake: the lines all the same, and where the mistake is")
def diff_broken():
    with Desk(OLD) as desk:
        desk.write_rules(OLD + "INSERT INTO rule (name, say) VALUES ('a', 'it's');\n")
        out = desk.do("rules", "diff").out
        contains(out, "cannot be compared: 10-rules.sql:", "the mistake")
        contains(out, "VALUES ('a', 'it's');", "the line")
        for words, code in ((["77", "1"], 3), (["1", "/nowhere"], 1), (["1", "77"], 3)):
            equal(desk.cli("rules", "diff", *words).code, code, f"diff {words}")
        equal(desk.cli("rules", "diff", "1", env={"FRONTDESK_RULES": ""}).code, 2, "different from what?")


# Conversations in mid-flow ----------------------------------------------------------------------------------------

MOVED = texts.SHOP.replace("pong", "PONG").replace("We are open until six.", "We are open until seven.")


@test("a conversation with a person stays with her over a load and a rollback, and the bot's rules are the new ones")
def with_a_person():
    with Desk() as desk:
        desk.hears("ana", "a human please", "A colleague is coming.")
        conversation = desk.conversation("ana")
        desk.do("take", "ana")
        load(desk, MOVED)
        desk.say("ana", "ping 1")
        desk.do("rules", "rollback", "1")
        desk.say("ana", "ping 2")
        desk.wait_drained()
        equal(desk.sandbox.texts("ana"), ["A colleague is coming."], "the bot is silent")
        equal(desk.value("SELECT owner FROM conversation WHERE id = ?", conversation), "agent", "hers")
        desk.do("say", "ana", "It is me.")
        desk.sandbox.wait_texts("ana", 2)
        load(desk, MOVED + "-- again\n")
        desk.do("release", "ana")
        desk.hears("ana", "ping 3", "PONG 3")
        equal(desk.conversation("ana"), conversation, "one conversation")
        desk.hears("ana", "stop", "You will hear no more from us.")
        desk.do("rules", "rollback", "1")
        desk.say("ana", "ping 4")
        desk.hears("ana", "start", "Welcome back.")
        desk.hears("ana", "ping 5", "pong 5")
        desk.do("audit")


@test("replies that wait go out as they were decided, though their rule and campaign are gone")
def with_replies_queued():
    special = texts.SHOP.replace("'reopen', 'whatsapp'", "'vip', 'whatsapp', '" + texts.OTHER + "', 'response'),\n"
                                 "  ('reopen', 'whatsapp'")
    special += "INSERT INTO rule (name, words, campaign, say) VALUES ('vip', 'vip', 'vip', 'For you alone.');\n"
    with Desk(special) as desk:
        desk.sandbox.fault("status", status=429, headers={"Retry-After": "4"})
        desk.say("ana", "ping 1")
        eventually(lambda: desk.attempts("ana"), "the lane waits")
        desk.say("ana", "vip")
        desk.say("ana", "ping 2")
        load(desk, texts.CARRIERS + "INSERT INTO rule (name, say) VALUES ('all', 'Something else.');\n")
        desk.do("rules", "rollback", "1")
        load(desk, texts.CARRIERS + "INSERT INTO rule (name, say) VALUES ('all', 'Something quite else.');\n")
        desk.say("ana", "ping 3")
        equal(desk.sandbox.wait_texts("ana", 4, 30), ["pong 1", "For you alone.", "pong 2", "Something quite else."],
              "in order, each as decided")
        numbers = [row["ruleset"] for row in desk.rows("SELECT ruleset FROM decision ORDER BY message")]
        equal(numbers, [1, 1, 1, 4], "each under the rules of its time")
        desk.do("audit")


@test("a rule that was out of play is back after a load and after a rollback")
def with_disabled_rules():
    bomb = texts.CARRIERS + r"""
        INSERT INTO rule (name, priority, pattern, say) VALUES ('bomb', 900, '(?:a+)+(?:a+)+$x|(?:a|aa)+b|fuse', 'boom');
        INSERT INTO rule (name, priority, say) VALUES ('rest', 0, 'fine');"""
    with Desk(bomb) as desk:
        for number in range(25):
            desk.say("ana", "a" * 3000 + f" {number}")
        desk.wait_drained()
        desk.hears("ana", "fuse", "fine")
        equal(desk.value("SELECT count(*) FROM event WHERE kind = 'rule_disabled'"), 1, "said once")
        contains(desk.do("rules", "list").out, "Rule bomb is out of play", "out of play")
        load(desk, bomb + "\n-- once more\n")
        desk.hears("ana", "fuse", "boom")
        desk.do("rules", "rollback", "1")
        desk.hears("ana", "fuse", "boom")
        lacks(desk.do("rules", "list").out, "out of play", "a load puts it back")


# Replay -------------------------------------------------------------------------------------------------------------

SAID = ["ping 7", "are you open?", "blah", "what is this", "ping 8", "영업시간 hours", "nothing of yours", "hours"]


def recorded(desk, wanted):
    """A stopped desk with `wanted` decided messages, one half of them pings and hours."""
    for number, text in enumerate(SAID * 5):
        desk.say(f"u{number % 10}", text)
    desk.wait_drained()
    equal(desk.stop(), 0, "exit")
    return book.multiply(desk, wanted)


def draft(desk, text):
    folder = os.path.join(desk.folder, "draft")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "a.sql"), "w", encoding="utf-8") as file:
        file.write(text)
    return folder


DRAFT = texts.SHOP.replace("pong", "PONG").replace("'hours, open'", "'hours'") + \
    "INSERT INTO rule (name, priority, say) VALUES ('rest', 0, 'Pardon?');\n"


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def replay_measured(desk, folder):
    """What it tells, and the seconds that it worked."""
    command = [binary("frontdesk"), "rules", "replay", folder, "--json"]
    with subprocess.Popen(command, env=desk.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        told = process.stdout.read()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)   # and its figures stay for us
        return json.loads(told), processor_seconds(process.pid)


@test(f"a draft replayed over {REPLAYED} recorded messages: what would go elsewhere, and nothing is touched")
def replay():
    with Desk() as desk:
        count = recorded(desk, REPLAYED)
        eighth = count // 8
        before, calls = digest(desk.db), len(desk.sandbox.requests())
        told, worked = replay_measured(desk, draft(desk, DRAFT))
        print(f"# {count} messages in {worked:.2f} s of a processor")
        equal([told[name] for name in ("judged", "unchanged", "changed", "other_rule", "other_action", "other_text",
                                       "unreadable")],
              [count, 3 * eighth, 5 * eighth, 3 * eighth, 0, 2 * eighth, 0], "the sums")
        equal([(c["count"], c["kind"], c["was"], c["becomes"]) for c in told["changes"]],
              [(2 * eighth, "rule", None, "rest"), (2 * eighth, "text", "echo", "echo"), (eighth, "rule", "hours", "rest")],
              "by pairs")
        equal([(e["change"], e["text"], e["said"], e["says"]) for e in told["examples"]],
              [(1, "nothing of yours", None, "Pardon?"), (1, "what is this", None, "Pardon?"),
               (2, "ping 8", "pong 8", "PONG 8"), (2, "ping 7", "pong 7", "PONG 7"),
               (3, "are you open?", "We are open until six.", "Pardon?")], "examples")
        true(all(desk.value("SELECT count(*) FROM message WHERE id = ?", e["message"]) for e in told["examples"]),
             "the numbers are those of messages")
        equal(digest(desk.db), before, "the book is as it was")
        equal(len(desk.sandbox.requests()), calls, "nobody was called")
        if not is_sanitized():
            true(worked < 0.3 + count / 10000, f"100,000 messages in ten seconds, {count} in {worked:.1f}")


@test("a replay goes on beside the daemon, and over a copy of the book; by user, by time, by number")
def replay_beside():
    with Desk() as desk:
        count = recorded(desk, 300)
        desk.start()
        folder = draft(desk, DRAFT)
        equal(desk.do("rules", "replay", folder, "--json").json()["judged"], count, "beside the daemon")
        desk.hears("zoe", "ping zoe", "pong zoe")
        equal(desk.do("rules", "replay", folder, "--user", "zoe", "--json").json()["examples"][0]["text"], "ping zoe",
              "one customer")
        equal(desk.do("rules", "replay", folder, "--user", "u3", "--json").json()["judged"], 4, "another, without copies")
        nobody = desk.cli("rules", "replay", folder, "--user", "nobody")
        equal((nobody.code, "there is no customer with that external id, Braze id or phone: nobody" in nobody.err), (3, True), f"{nobody!r}")
        equal(desk.do("rules", "replay", folder, "--limit", "7", "--json").json()["judged"], 7, "the newest")
        equal(desk.do("rules", "replay", folder, "--since", "1h", "--json").json()["judged"], count + 1, "an hour")
        old = desk.do("rules", "replay", folder, "--until", "1h", "--json").json()
        equal((old["judged"], old["oldest_at"], old["changes"]), (0, None, []), "nothing is that old")
        equal(desk.cli("rules", "replay", folder, "--since", "yesterdayish").code, 2, "a time that is none")
        equal(desk.cli("rules", "replay").code, 2, "which draft?")
        csv = desk.do("rules", "replay", folder, "--csv").out.splitlines()
        contains(csv[0], '"change","count","kind","was","becomes"', "CSV")
        equal(desk.stop(), 0, "exit")
        copy = os.path.join(desk.folder, "copy.db")
        shutil.copy(desk.db, copy)
        equal(desk.do("rules", "replay", folder, "--db", copy, "--json").json()["judged"], count + 1, "a copy")


@test("the rules in force change nothing, whoever holds the conversation and whoever has opted out")
def replay_of_the_same():
    with Desk() as desk:
        for user, said in (("ana", ["ping 1", "stop", "stop", "ping 2", "start", "ping 3"]),
                           ("ben", ["a human please", "ping 4", "stop"]), ("cem", ["blah", "what?", "hours"])):
            for text in said:
                desk.say(user, text)
        desk.do("take", "cem")
        desk.say("cem", "hours")
        desk.wait_drained()
        result = desk.do("rules", "replay", desk.rules_folder)
        contains(result.out, "Every message would go where it went, and get the same answer", "the same")
        told = desk.do("rules", "replay", desk.rules_folder, "--json").json()
        equal((told["judged"], told["unchanged"]), (13, 13), "all of them")


REMEMBERS = texts.CARRIERS + """
INSERT INTO rule (name, pattern, say, buttons) VALUES ('size', '(?<size>small|large)', 'A {{ size }} one.', 'Cake, Bread');
INSERT INTO rule_set (rule, name, value) VALUES ('size', 'size', '{{ size }}');
INSERT INTO rule (name, priority, words, only_if, say) VALUES
  ('for-large', 600, 'price', '@size = "large"', 'Ten.'), ('again', 600, 'hello', ':last_rule = "hello"', 'Yes?');
INSERT INTO rule (name, words, say) VALUES ('price', 'price', 'Five.'), ('hello', 'hello', 'Hello.'), ('bread', 'bread', 'Rye.');
INSERT INTO rule (name, priority, words, cooldown, say) VALUES ('joke', 510, 'joke', '1 hour', 'A joke.');
INSERT INTO rule (name, words, say) VALUES ('no-joke', 'joke', 'Later.');
INSERT INTO rule (name, priority, action, words) VALUES ('hurry', 900, 'tag', 'quick');
INSERT INTO rule (name, priority, only_if, say) VALUES ('fifth', 10, ':message_count >= 5', 'You write a lot.');
"""
SAID_THEN = ["price?", "a large one, quick", "2", "price?", "joke", "joke", "hello", "hello", "blah"]
TAKEN_BY = ["price", "size", "bread", "for-large", "joke", "no-joke", "hello", "again", "fifth"]


@test("conditions, cooldowns, variables and typed numbers are judged as things stood")
def replay_of_the_remembered():
    with Desk(REMEMBERS) as desk:
        for text in SAID_THEN:
            desk.say("ana", text)
        desk.wait_drained()
        equal([row["rule"] for row in desk.rows("SELECT rule FROM decision ORDER BY message")], TAKEN_BY, "at the time")
        told = desk.do("rules", "replay", desk.rules_folder, "--json").json()
        equal((told["judged"], told["unchanged"], told["changes"]), (9, 9, []), "the same rules")
        for text, rule in (("price?", "for-large"), ("joke", "no-joke"), ("hm", "fifth")):
            contains(desk.do("rules", "try", text, "--as", "ana").out, rule, f"try {text} as ana")
        desk.say("ana", "small")
        desk.wait_drained()
        contains(desk.do("rules", "try", "2", "--as", "ana").out, "Rye.", "a number that she would type now")
        told = desk.do("rules", "replay", desk.rules_folder, "--json").json()
        equal((told["judged"], told["unchanged"]), (10, 10), "trying leaves no trace")
        told = desk.do("rules", "replay", draft(desk, REMEMBERS.replace('"large"', '"small"')), "--json").json()
        equal([(c["was"], c["becomes"], c["count"]) for c in told["changes"]], [("for-large", "price", 1)], "another condition")
        told = desk.do("rules", "replay", draft(desk, REMEMBERS.replace("'1 hour'", "NULL")), "--json").json()
        equal([(c["was"], c["becomes"], c["count"]) for c in told["changes"]], [("no-joke", "joke", 1)], "no cooldown")


@test("hostile text in examples stays text; a draft that would not load is replayed, and told so; a broken one is not")
def replay_hostile():
    with Desk() as desk:
        desk.say("ana", "\x1b]0;owned\x07\x1b[2J = rtl \u202e end")
        folder = draft(desk, DRAFT + "INSERT INTO rule_example (rule, text) VALUES ('echo', 'zebra');\n")
        out = desk.do("rules", "replay", folder).out
        for harmful in ("\x1b", "\x07", "\u202e"):
            lacks(out, harmful, "nothing for the terminal")
        contains(out, "owned", "the example")
        contains(out, "The draft would not load yet: a.sql:", "its proofs")
        broken = desk.cli("rules", "replay", draft(desk, "INSERT INTO rules VALUES (1);\n"))
        equal((broken.code, broken.out), (1, ""), "a broken draft")
        contains(broken.err, "a.sql:1:", "where")


@test("rows that cannot be read are counted, the rest is judged; rows of an older program count in full")
def replay_damaged():
    with Desk() as desk:
        for number in range(6):
            desk.say("ana", f"ping {number}")
        desk.wait_drained()
        equal(desk.stop(), 0, "exit")
        desk.edit("UPDATE decision SET state = 'no JSON' WHERE message = (SELECT min (message) FROM decision)",
                  "UPDATE decision SET state = '{\"owner\":\"bot\"}' WHERE message = (SELECT max (message) FROM decision)")
        told = desk.do("rules", "replay", desk.rules_folder, "--json").json()
        equal((told["judged"], told["unchanged"], told["unreadable"]), (5, 5, 1), "the sums")
        contains(desk.do("rules", "replay", desk.rules_folder).out, "could not be judged", "told")


@test("a message of which keep_traces or an erasure has left no state is not judged by facts that nobody knows")
def replay_without_traces():
    with Desk() as desk:
        for user in "ana", "bob":
            desk.hears(user, "ping 1", "pong 1")
        desk.do("erase", "ana")
        told = desk.do("rules", "replay", desk.rules_folder, "--json").json()
        equal((told["judged"], told["unchanged"], told["unreadable"], told["changed"]), (1, 1, 1, 0), "the sums")
        contains(desk.do("rules", "replay", desk.rules_folder).out, "1 message could not be judged: what was recorded about it is not "
                 "kept any more", "told")


@test("the sample business can be replayed over what the shop heard")
def replay_sample():
    with Desk() as desk:
        recorded(desk, 40)
        told = desk.do("rules", "replay", os.path.join(ROOT, "rules"), "--json").json()
        equal((told["judged"], told["unreadable"]), (40, 0), "judged")


if __name__ == "__main__":
    main(lanes=2)
