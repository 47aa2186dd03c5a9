#!/usr/bin/python3
"""Talks: rules check shows both sides, load and start refuse, and real conversations come back as talks that hold."""
import contextlib
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
from desk import Desk
from sandbox import Sandbox
from tap import contains, equal, lacks, main, test, true

RULES = texts.SHOP + r"""
INSERT INTO rule (name, words, action, target) VALUES ('table', 'table', 'flow', 'table'), ('quick', 'quick', 'flow', 'quick');
INSERT INTO flow (name, title, expires) VALUES ('table', 'your table', '1 hour'), ('quick', 'a quick one', '1 hour');
INSERT INTO step (name, say, ask, accept_if, retry) VALUES
  ('table.people', 'How many will you be?', 'number', '@people BETWEEN 1 AND 8', 'One to eight, please.');
INSERT INTO step (name, say, next) VALUES ('table.done', 'A table for {{ people }}. See you, {{ first_name }}!', 'end');
INSERT INTO step (name, say, ask, timeout) VALUES ('quick.answer', 'Quick!', 'number', '1 second');
INSERT INTO branch (step, only_if, say, next) VALUES ('quick.answer', ':timed_out', 'Too late.', 'end');
INSERT INTO rule (name, words, action, say) VALUES ('bye', 'bye', 'close', 'Bye!');
INSERT INTO rule (name, priority, say) VALUES ('rest', 0, 'You said: {{ message }}');
INSERT INTO rule_example (rule, text) VALUES ('hours', 'hours?'), ('table', 'a table');
"""
GOOD = """
INSERT INTO talk (name, starts) VALUES ('a table', '2026-05-12 18:00');
INSERT INTO talk_line (talk, after, customer, bot, expect) VALUES
  ('a table', NULL, 'a table, please', 'How many will you be?', NULL),
  ('a table', '10 minutes', 'lots', 'One to eight, please.', ':minutes_since_last = 0'),
  ('a table', NULL, '4', 'A table for 4. See you, *!', NULL);
"""
BAD = GOOD.replace("A table for 4.", "A table for five, by the window, where the sun comes in until the evening.")
HOSTILE = "\x1b]52;c;ZXZpbA==\x07 \x1b[2J \u202egnp.exe \x08 'it''s' %s {{ now }}\n✗ bot  fake"
RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def columns(text):
    """As many as a terminal takes, for texts without wide characters."""
    return max(len(line) for line in text.splitlines())



@test("rules check: a talk that fails is shown side by side, up to the line that differs, within 80 columns")
def side_by_side():
    with Desk(start=False) as desk:
        desk.write_rules({"10-rules.sql": RULES, "60-talks.sql": BAD})
        result = desk.cli("rules", "check", desk.rules_folder)
        equal(result.code, 1, f"{result}")
        contains(result.out, 'error    60-talks.sql:6: in the talk a table the bot should say "A table for five, by the window, '
                             'where the sun comes in until the evening. See y…", but it says "A table for 4. See you, !"',
                 "the sentence")
        shown = result.out[result.out.index("The talk a table"):]
        equal(shown.rstrip("\n"), "\n".join([
            "The talk a table  60-talks.sql:6",
            "            expected                           said",
            "  customer  a table, please                    a table, please",
            "  bot       How many will you be?              How many will you be?",
            "  time      10 minutes                         10 minutes",
            "  customer  lots                               lots",
            "  bot       One to eight, please.              One to eight, please.",
            "  expect    :minutes_since_last = 0            :minutes_since_last is 0",
            "  customer  4                                  4",
            "✗ bot       A table for five, by the window,   A table for 4. See you, !",
            "            where the sun comes in until the",
            "            evening. See you, *!"]), "the exchange")
        true(columns(shown) <= 80, f"{columns(shown)} columns")
        contains(result.err, "these rules would not load", "the verdict")


@test("rules check --json has both sides, --csv stays one table; a good talk is counted and not shown")
def machines():
    with Desk(start=False) as desk:
        desk.write_rules({"10-rules.sql": RULES, "60-talks.sql": BAD})
        answer = desk.cli("rules", "check", desk.rules_folder, "--json").json()
        equal([(p["kind"], p["file"], p["line"]) for p in answer["problems"] if p["level"] == "error"],
              [("proof", "60-talks.sql", 6)], "the problem")
        shown = answer["failing_talks"]
        equal([(line["who"], line["differs"]) for line in shown],
              [("customer", False), ("bot", False), ("time", False), ("customer", False), ("bot", False), ("expect", False),
               ("customer", False), ("bot", True)], "the exchange")
        equal((shown[-1]["talk"], shown[-1]["file"], shown[-1]["line"], shown[-1]["said"]),
              ("a table", "60-talks.sql", 6, "A table for 4. See you, !"), "its end")
        equal((answer["talks"], answer["failures"]), (1, 1), "counts")
        csv = desk.cli("rules", "check", desk.rules_folder, "--csv").out
        equal({line.count('","') for line in csv.splitlines()}, {6}, "one table")
        desk.write_rules({"10-rules.sql": RULES, "60-talks.sql": GOOD})
        result = desk.do("rules", "check", desk.rules_folder)
        lacks(result.out, "expected", "nothing to compare")
        equal(desk.cli("rules", "check", desk.rules_folder, "--json").json()["failing_talks"], [], "none fails")


@test("what customers and rules say in a talk stays text on a terminal")
def hostile():
    def quoted(text):
        pieces = ["char(%d)" % ord(c) if RAW.match(c) else "'" + c.replace("'", "''") + "'" for c in text]
        while len(pieces) > 1:
            pieces = ["(" + " || ".join(pieces[i:i + 8]) + ")" for i in range(0, len(pieces), 8)]
        return pieces[0]
    talk = (f"INSERT INTO talk (name) VALUES ('t');\nINSERT INTO talk_line (talk, customer, bot) VALUES ('t', {quoted(HOSTILE)},"
            f" {quoted('You said: ' + HOSTILE)}), ('t', 'hours', {quoted(HOSTILE)});\n")
    with Desk(start=False) as desk:
        desk.write_rules({"10-rules.sql": RULES, "60-talks.sql": talk})
        result = desk.cli("rules", "check", desk.rules_folder)
        shown = result.out[result.out.index("The talk t"):]
        contains(shown, "We are open until six.", "what was said")
        true(RAW.search(result.out) is None, f"{RAW.search(result.out)}")
        true(not any(line.startswith("✗ bot  fake") for line in shown.splitlines()), "no line of ours is drawn")
        equal([line["said"] for line in desk.cli("rules", "check", desk.rules_folder, "--json").json()["failing_talks"]][0],
              HOSTILE, "JSON keeps every character")


@test("rules load, a reload and a start refuse rules whose talk fails, and say why")
def refused():
    with Desk(RULES) as desk:
        number = desk.value("SELECT max(id) FROM ruleset")
        desk.reload({"10-rules.sql": RULES, "60-talks.sql": BAD})
        desk.wait_log("60-talks.sql:6: in the talk a table the bot should say")
        result = desk.cli("rules", "load", desk.rules_folder)
        equal(result.code, 1, f"{result}")
        contains(result.err, "60-talks.sql:6: in the talk a table the bot should say", "the reason")
        desk.hears("ana", "hours", "We are open until six.")
        desk.write_rules({"10-rules.sql": RULES, "60-talks.sql": GOOD})
        desk.do("rules", "load", desk.rules_folder)
        true(desk.value("SELECT max(id) FROM ruleset") > number, "the good one is loaded")
    with Desk({"10-rules.sql": RULES, "60-talks.sql": BAD}, start=False) as desk:
        code, said = desk.try_start()
        true(code != 0, f"{code}: nothing else is in force")
        contains(said, "in the talk a table the bot should say", "why it does not start")


# Conversations as talks

def check_with(desk, sql, rules=RULES):
    folder = tempfile.mkdtemp(prefix="frontdesk-talk-")
    for name, text in {"10-rules.sql": rules, "60-talk.sql": sql}.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    result = desk.cli("rules", "check", folder)
    subprocess.run(["rm", "-r", folder], check=True)
    return result


def holds(desk, sql, rules=RULES):
    result = check_with(desk, sql, rules)
    equal(result.code, 0, f"{sql}\n{result}")


@test("transcript --as-talk: what was said comes back as a talk that the same rules pass, and others do not")
def round_trip():
    with Desk(RULES) as desk:
        fields = {"first_name": "Ana", "language": "en", "phone_number": "+821012345678"}
        desk.hears("ana", "don't\nyou open?", "We are open until six.", **fields)
        desk.hears("ana", "a table", "How many will you be?", **fields)
        desk.hears("ana", "99", "One to eight, please.", **fields)
        desk.hears("ana", "4", "A table for 4. See you, Ana!", **fields)
        desk.say("ana", "blah blah", **fields)
        desk.say("ana", HOSTILE, **fields)
        desk.wait_drained()
        sql = desk.do("transcript", "ana", "--as-talk").out
        true(RAW.search(sql) is None, f"{RAW.search(sql)}")
        contains(sql, "INSERT INTO talk (name, starts, language, channel, country, first_contact) VALUES", "the head")
        contains(sql, "NULL, 'a table', 'How many will you be?'", "a line")
        contains(sql, "'A table for 4. See you, *!'", "the name is not repeated")
        contains(sql, "NULL, 'blah blah', NULL)", "silence")
        holds(desk, sql)
        equal(desk.do("transcript", "ana", "--as-talk", "--json").json()["talk"], sql, "JSON has the same")
        for other in ("--html",), ("--csv",), ("--all",), ("--since", "1h"):
            refused = desk.cli("transcript", "ana", "--as-talk", *other)
            equal((refused.code, refused.err), (2, f"frontdesk: --as-talk does not go with {other[0]}\n"), "nothing is left out unsaid")
        other = check_with(desk, sql, RULES.replace("until six", "until seven"))
        equal(other.code, 1, f"{other}")
        contains(other.out, 'the bot should say "We are open until six.", but it says "We are open until seven."', "what differs")


@test("--as-talk: what the bot says of its own accord has a time; two conversations have two names")
def own_accord():
    with Desk(RULES) as desk:
        desk.hears("ana", "quick", "Quick!")
        desk.sandbox.wait_texts("ana", 2)
        desk.hears("ana", "bye", "Bye!")
        desk.hears("ana", "hours", "We are open until six.")
        desk.wait_drained()
        first, second = [row["id"] for row in desk.rows("SELECT id FROM conversation ORDER BY id")]
        sql = desk.do("transcript", first, "--as-talk").out
        true(re.search(r"'[12] seconds?', NULL, 'Too late\.'\)", sql), sql)
        both = sql + desk.do("transcript", second, "--as-talk").out
        holds(desk, both)
        equal(check_with(desk, both + sql).code, 1, "the same talk twice")


@test("--as-talk: services answer as they did; what is too long for the book is left to be filled in")
def services():
    folder = tempfile.mkdtemp(prefix="frontdesk-test-")
    sandbox = Sandbox(folder)
    rules = RULES + f"""
INSERT INTO setting (name, value) VALUES ('allow_local_backends', 'yes');
INSERT INTO service (name, url) VALUES ('orders', '{sandbox.url}/shop/orders/{{{{ order_id }}}}');
INSERT INTO service_value (service, name, pointer) VALUES ('orders', 'state', '/status');
INSERT INTO rule (name, pattern, action, target) VALUES ('order', 'order (?<order_id>[a-z0-9]+)', 'flow', 'order');
INSERT INTO flow (name) VALUES ('order');
INSERT INTO step (name, action, target) VALUES ('order.look', 'call', 'orders');
INSERT INTO branch (step, only_if, say, next) VALUES ('order.look', ':status = 404', 'There is no such order.', 'end');
INSERT INTO step (name, say) VALUES ('order.told', 'It is {{{{ state }}}}.');
"""
    with Desk(rules, sandbox=sandbox, folder=folder) as desk:
        desk.owns_sandbox = True
        desk.hears("ana", "order 0000", "There is no such order.")
        desk.wait_drained()
        sql = desk.do("transcript", "ana", "--as-talk").out
        contains(sql, "'orders', NULL, '404')", "how it failed")
        holds(desk, sql, rules)
        desk.say("ben", "order 12345")
        said = desk.sandbox.wait_texts("ben", 1)[0]
        desk.wait_drained()
        sql = desk.do("transcript", "ben", "--as-talk").out
        contains(sql, "'orders', '{\"id\":\"12345\"", "what it answered")
        holds(desk, sql, rules)
        equal(desk.stop(), 0, "exit")
        desk.edit("UPDATE service_call SET answer = ''")   # as if it had been longer than the book keeps
        desk.start()
        result = desk.cli("transcript", "ben", "--as-talk")
        equal(result.code, 1, f"{result}")
        contains(result.out, "-- The book does not keep long answers of services: fill in where talk_given has null.\n", "the remark")
        contains(result.out, "'orders', '{\"status\":null}', '200')", "what is to be filled in")
        holds(desk, result.out.replace("null", '"' + said.removeprefix("It is ").removesuffix(".") + '"'), rules)


AI_KEY = "ai-key-canary-0815"
AI_RULES = texts.SHOP + """
INSERT INTO setting (name, value) VALUES ('allow_local_backends', 'yes');
INSERT INTO phrase (name, language, text) VALUES ('ai_notice', 'en', 'You chat with our machine.');
INSERT INTO faq (question, answer) VALUES ('Do you have parking?', 'Yes, *behind* the house, 2 * 3 places.');
INSERT INTO backend (name, kind) VALUES ('faq', 'faq');
INSERT INTO backend (name, kind, model, key_env, url, settle_ms, fallback, acts) VALUES
  ('helper', 'openai', 'm', 'TEST_AI_KEY', '{url}/v1', {settle}, 'faq', 'handoff support, close, flow table');
INSERT INTO rule (name, priority, say, action, target) VALUES ('rest', 0, 'One moment.', 'consult', 'helper');
INSERT INTO flow (name, title, expires) VALUES ('table', 'your table', '1 hour');
INSERT INTO rule (name, words, action, target) VALUES ('table', 'table', 'flow', 'table');
INSERT INTO step (name, say, ask) VALUES ('table.wish', 'Any wish?', 'text');
INSERT INTO step (name, say, action, target) VALUES ('table.advice', 'Let me ask.', 'consult', 'helper');
INSERT INTO branch (step, only_if, say, next) VALUES ('table.advice', ':failed', 'Nobody knows.', 'end');
INSERT INTO step (name, say) VALUES ('table.done', 'See you!');
"""


@contextlib.contextmanager
def desk_with_helper(settle_ms=50):
    with Desk(start=False, TEST_AI_KEY=AI_KEY) as desk:
        desk.sandbox.options = ("--ai-key", AI_KEY)
        desk.sandbox.start()
        rules = AI_RULES.replace("{url}", desk.sandbox.url).replace("{settle}", str(settle_ms))
        desk.write_rules(rules)
        desk.start()
        yield desk, rules


def as_talk(desk, user, rules):
    desk.wait_drained()
    sql = desk.do("transcript", user, "--as-talk").out
    holds(desk, sql, rules)
    return sql


def says(desk, user, text, *answers):
    before = len(desk.sandbox.texts(user))
    desk.say(user, text)
    equal(desk.sandbox.wait_texts(user, before + len(answers))[before:], list(answers), text)


@test("--as-talk: a model's answers are kept as they were sent, with its acts; the FAQ answers for itself")
def backends():
    with desk_with_helper() as (desk, rules):
        desk.sandbox.ai("say", text="We have **two** rooms.\n\n- big\n- small")
        says(desk, "ana", "which rooms?", "One moment.", "You chat with our machine.\n\nWe have *two* rooms.\n\n- big\n- small")
        desk.sandbox.ai("say", text="Plainly: yes.")
        says(desk, "ana", "sure?", "One moment.", "Plainly: yes.")
        desk.sandbox.ai("tool", tool="start_flow", arguments={"flow": "table"})
        says(desk, "ana", "I want to sit", "One moment.", "Any wish?")
        desk.sandbox.ai("say", text="Take the corner.")
        says(desk, "ana", "quiet", "Let me ask.", "Take the corner.", "See you!")
        desk.sandbox.ai("tool", tool="hand_off", arguments={"team": "support"}, text="Gladly.")
        says(desk, "ana", "the boss, please", "One moment.", "Gladly.")
        sql = as_talk(desk, "ana", rules)
        contains(sql, """'helper', '{"sent":"We have *two* rooms.\n\n- big\n- small"}', '200')""".replace("\n", "\\n"), "with marks")
        contains(sql, "'helper', 'Plainly: yes.', '200')", "without marks")
        contains(sql, """'helper', '{"do":[{"act":"start_flow","flow":"table"}]}', '200')""", "what it did")
        contains(sql, "'helper', 'Take the corner.', '200')", "to a step")
        contains(sql, """'helper', '{"say":"Gladly.","do":[{"act":"hand_off","team":"support"}]}', '200')""", "both")
        other = check_with(desk, sql, rules.replace("Let me ask.", "I ask."))
        contains(other.out, 'the bot should say "Let me ask.", but it says "I ask."', "rules that answer otherwise")


@test("--as-talk: who failed, fails in the talk, and the chain goes on as it did")
def backends_that_fail():
    with desk_with_helper() as (desk, rules):
        desk.sandbox.fault("status", times=2, path="/v1/chat/completions", status=500)
        says(desk, "ana", "is there parking?", "One moment.",
             "You chat with our machine.\n\nYes, *behind* the house, 2 * 3 places.")
        sql = as_talk(desk, "ana", rules)
        equal(re.findall(r"'(helper|faq)', (.*)\)", sql), [("helper", "NULL, '503'")], "answers")
        desk.sandbox.fault("status", times=2, path="/v1/chat/completions", status=500)
        said = desk.do("chat", "--as", "ben", "--save", os.path.join(desk.folder, "ben.sql"), input="my cat is ill\n").out
        contains(said, "I am sorry", "the end of the chain")
        holds(desk, read(os.path.join(desk.folder, "ben.sql")), rules)


@test("--as-talk: a burst that was answered as one is one message")
def burst():
    with desk_with_helper(settle_ms=3000) as (desk, rules):
        desk.sandbox.ai("say", text="Both, yes.")
        desk.say("zoe", "do you have bread?")
        desk.sandbox.wait_texts("zoe", 1)
        says(desk, "zoe", "and butter?", "You chat with our machine.\n\nBoth, yes.")
        contains(as_talk(desk, "zoe", rules), "'do you have bread?\nand butter?'", "a burst")


@test("rules try shows what the FAQ would answer, and its score; or that it has no answer")
def tried():
    with desk_with_helper() as (desk, rules):
        desk.write_rules(rules.replace("'consult', 'helper');", "'consult', 'faq');", 1))
        told = desk.do("rules", "try", "--rules", desk.rules_folder, "is there parking", "--json").json()
        equal([(e["effect"], e["name"]) for e in told["effects"]], [("consult", "faq"), ("say", None)], "effects")
        equal([(f["backend"], f["question"], f["text"]) for f in told["faq"]],
              [("faq", "Do you have parking?", "Yes, *behind* the house, 2 * 3 places.")], "the answer")
        true(0.32 < told["faq"][0]["score"] <= 1, f"{told['faq']}")
        equal(desk.do("rules", "try", "--rules", desk.rules_folder, "my cat is ill", "--json").json()["faq"], [], "none")
        contains(desk.do("rules", "try", "--rules", desk.rules_folder, "my cat is ill").out,
                 "No entry of the FAQ reaches the score of 0.32 that faq asks for, so it has no answer.", "for people")


@test("--as-talk: where the rules in force answer otherwise, it ends with 1 and says so, above the talk and on stderr")
def parted():
    with Desk(RULES) as desk:
        desk.hears("ana", "hours", "We are open until six.")
        desk.hears("ana", "human", "A colleague is coming.")
        desk.wait_drained()
        desk.do("say", "ana", "This is Kim. I am here.")
        desk.say("ana", "hours")
        sql = desk.do("transcript", "ana", "--as-talk").out
        contains(sql, "-- The conversation goes on behind this: a person wrote", "where it stops")
        lacks(sql, "Kim", "a person's words are no test of rules")
        holds(desk, sql)
        desk.write_rules(RULES.replace("until six", "until seven"))
        desk.do("rules", "load", desk.rules_folder)
        result = desk.cli("transcript", "ana", "--as-talk")
        equal(result.code, 1, f"{result}")
        contains(result.out, '-- With the rules in force this does not hold: in the talk conversation 1 the bot should say '
                             '"We are open until six.", but it says "We are open until seven."\n', "the remark")
        contains(result.err, "with the rules in force this talk does not hold: in the talk conversation 1 the bot", "on stderr")
        contains(result.out, "INSERT INTO talk_line", "it is written all the same")
        equal(desk.cli("transcript", "nobody", "--as-talk").code, 3, "nobody")


@test("chat --save: the chat is a talk in a new file, over several conversations; nothing is overwritten")
def saved():
    with Desk(RULES) as desk:
        path = os.path.join(desk.folder, "chat.sql")
        played = desk.cli("chat", "--as", "zoe", "--save", path, input="a table\n4\nbye\nhours\n")
        equal(played.code, 0, f"{played}")
        contains(played.out, f"Saved in {path}, a talk for the folder of rules.", "what became of it")
        sql = read(path)
        equal(re.findall(r"NULL, '([^']*)', '([^']*)'\)", sql),
              [("a table", "How many will you be?"), ("4", "A table for 4. See you, !"), ("bye", "Bye!"),
               ("hours", "We are open until six.")], "the talk")
        holds(desk, sql)
        again = desk.cli("chat", "--as", "zoe", "--save", path, input="hours\n")
        equal(again.code, 2, f"{again}")
        contains(again.err, f"{path} is there already, and nothing is overwritten; name a new file", "the refusal")
        equal(desk.value("SELECT count(*) FROM message WHERE kind = 'in'"), 4, "nothing was said")
        none = os.path.join(desk.folder, "none.sql")
        contains(desk.do("chat", "--save", none, input="\n").out, "Nothing was said, so there is nothing to save.", "silence")
        true(not os.path.exists(none), "no file")
        lost = desk.cli("chat", "--as", "zoe", "--save", os.path.join(desk.folder, "no", "where.sql"), input="hours\n")
        equal(lost.code, 1, f"{lost}")
        contains(lost.err, "cannot be written: No such file or directory", "the reason")


@test("the sample without a key: its FAQ answers; its assistant is good as it stands when the dashes are taken off")
def sample():
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "rules")
    files = {name: read(os.path.join(folder, name)) for name in os.listdir(folder) if name.endswith(".sql")}
    files["20-campaigns.sql"] = files["20-campaigns.sql"].replace("7f3c2a90-5b1e-4c0d-9a67-2f0d8e41b6c3", texts.REPLY)
    with Desk(files) as desk:
        desk.hears("ana", "may I bring my dog?", "Dogs are welcome at the two tables outside; there is a bowl of water. Inside, hygiene "
                                                 "rules say no.")
        desk.hears("ana", "my cat is ill", 'I did not quite get "my cat is ill". Try "hours", "menu", "prices", "order 12345", or '
                                           '"person" for somebody with flour on the hands.')
        bare, inside = [], False
        for line in files["80-assistant.sql"].splitlines():
            inside |= line.startswith("-- INSERT")
            bare.append(line.removeprefix("-- ") if inside else line)
            inside &= not line.split(" -- ")[0].rstrip().endswith(";")
        files["80-assistant.sql"] = "\n".join(bare)
        files["30-rules.sql"] = files["30-rules.sql"].replace("'consult', 'faq'", "'consult', 'assistant'")
        files["70-faq.sql"] = files["70-faq.sql"].split("-- Proof")[0]
        desk.write_rules(files)
        told = desk.do("rules", "check", "--strict", desk.rules_folder).out
        contains(told, "talks 8, and all hold.", "the talk of the assistant is among them")


@test("rules tell reads a talk out, and rules diff knows its lines")
def told():
    with Desk(RULES) as desk:
        desk.write_rules({"10-rules.sql": RULES, "60-talks.sql": GOOD})
        out = desk.do("rules", "tell", desk.rules_folder).out
        contains(out, "Conversations that must go like this", "the part")
        contains(out, "    10 minutes later:\n    Customer: “lots”\n    Bot: “One to eight, please.”\n", "lines")
        draft = os.path.join(desk.folder, "draft")
        os.mkdir(draft)
        for name, text in {"10-rules.sql": RULES, "60-talks.sql": GOOD.replace("10 minutes", "1 hour")}.items():
            with open(os.path.join(draft, name), "w", encoding="utf-8") as file:
                file.write(text)
        contains(desk.do("rules", "diff", desk.rules_folder, draft).out, "+1 line of a talk, −1", "the sum")


main()
