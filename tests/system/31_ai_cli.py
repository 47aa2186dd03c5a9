#!/usr/bin/python3
"""Backends on the command line: what they cost, how they are, why a message was answered so, and what a failure would show."""
import contextlib
import csv
import io
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
from desk import Desk
from tap import contains, equal, eventually, lacks, main, test, true

AI_KEY = "ai-key-canary-0815"
CHAT = "/v1/chat/completions"
SORRY = "I am sorry, I cannot answer this right now. Please try again a little later."
PARKING = "Yes, *behind* the house."

SHOP = texts.SHOP + f"""
INSERT INTO setting (name, value) VALUES ('allow_local_backends', 'yes'), ('time_zone', 'Pacific/Kiritimati');
INSERT INTO team (name) VALUES ('night');
INSERT INTO rule (name, priority, action, target) VALUES ('rest', 0, 'consult', 'assistant');
INSERT INTO faq (question, answer) VALUES ('Do you have parking?', '{PARKING}');
"""


SECOND = "INSERT INTO rule (name, words, action, target) VALUES ('second', 'second*', 'consult', 'backup');\n"


def backend(name="assistant", kind="openai", **columns):
    network = {"model": "gpt-4.1-mini", "key_env": "TEST_AI_KEY", "url": "{url}/v1", "settle_ms": 0} if kind == "openai" else {}
    columns = {"name": name, "kind": kind} | network | columns
    values = ", ".join(str(v) if isinstance(v, (int, float)) else "'" + str(v) + "'" for v in columns.values())
    return f"INSERT INTO backend ({', '.join(columns)}) VALUES ({values});\n"


@contextlib.contextmanager
def desk_with(*backends, options=(), more=""):
    """A desk whose vendors are the sandbox. Whatever happened in it, its book is sound at the end."""
    with Desk(start=False, TEST_AI_KEY=AI_KEY) as desk:
        desk.sandbox.options = ("--ai-key", AI_KEY, *options)
        desk.sandbox.start()
        desk.write_rules(SHOP + more + "".join(backends).replace("{url}", desk.sandbox.url))
        desk.start()
        yield desk
        desk.do("audit")


def answer(desk, user, text):
    before = len(desk.sandbox.texts(user))
    number = desk.say(user, text)
    got = desk.sandbox.wait_texts(user, before + 1, 20)[before]
    desk.wait_drained()
    return number, got


def steps(drill):
    return [(s["at_ms"], s.get("backend"), s["what"]) for s in drill["steps"]]


# Money

@test("usage: by day, backend, rule and contact, exact to the millionth, with a total; an empty book says so kindly")
def usage():
    with desk_with(backend(price_in="3", price_out="15", fallback="backup"), backend("backup", price_in="0.25", price_out="1.25"),
                   options=("--ai-answer", "Hm."), more=SECOND) as desk:
        equal(desk.do("usage").out, "No backend has been asked yet, so nothing was spent.\n", "nothing yet")
        empty = desk.do("usage", "--json").json()
        equal((empty["usage"], empty["total"]), ([], {"asked": 0, "answered": 0, "tokens_in": 0, "tokens_out": 0, "cost": 0}), "--json")
        answer(desk, "ana", "hello there")
        answer(desk, "ana", "second please")
        desk.sandbox.fault("status", path=CHAT, status=400, body="{}")
        answer(desk, "bob", "hello there")
        booked = desk.rows("SELECT * FROM usage")
        total = sum(row["cost"] for row in booked)
        true(total > 0, "something was spent")
        day = booked[0]["day"]
        for by, key, names in (("backend", "backend", ["assistant", "backup"]), ("rule", "rule", ["rest", "second"]),
                               ("contact", "user", ["ana", "bob"]), ("day", "day", [day])):
            told = desk.do("usage", "--by", by, "--json").json()
            equal(sorted(row[key] for row in told["usage"]), names, by)
            equal(round(sum(row["cost"] for row in told["usage"]) * 1000000), total, f"cost by {by}")
            equal((told["total"]["asked"], told["total"]["answered"]), (4, 3), f"total by {by}")
        first = desk.do("usage", "--by", "backend", "--json").json()["usage"][0]
        mine = [row for row in booked if row["backend"] == "assistant"]
        equal((first["backend"], first["asked"], first["answered"], first["tokens_in"], first["tokens_out"]),
              ("assistant", 2, 1, sum(r["tokens_in"] for r in mine), sum(r["tokens_out"] for r in mine)), "the dearest first")
        lines = desk.do("usage", "--by", "contact").out.splitlines()
        equal(lines[0].split(), ["user", "asked", "answered", "tokens", "in", "tokens", "out", "cost"], "the head")
        equal(lines[-1].split()[0], "total", "the last line")
        equal(lines[-1].split()[-1], f"{total / 1000000:.6f}".rstrip("0"), "the total in money")
        table = list(csv.DictReader(io.StringIO(desk.do("usage", "--by", "rule", "--csv").out)))
        equal(sorted(row["rule"] for row in table), ["rest", "second"], "--csv has no line that is none of its own")


@test("usage --since: a day of the business, by its own clock; a wrong word is refused")
def usage_since():
    with desk_with(backend()) as desk:
        answer(desk, "ana", "hello there")
        day = desk.value("SELECT day FROM usage")
        for since, rows in (("today", 1), ("1h", 1), (day, 1), ("9999-01-01", 0)):
            equal(len(desk.do("usage", "--since", since, "--json").json()["usage"]), rows, since)
        contains(desk.do("usage", "--since", "9999-01-01").out, "since 9999-01-01", "nothing since then")
        wrong = desk.cli("usage", "--by", "weekday")
        equal((wrong.code, "day" in wrong.err), (2, True), f"{wrong}")


# Health

@test("status: each backend with its circuit, what is under way, what it spent of its cap; an open one and lost questions need you")
def status():
    with desk_with(backend(day_cap="2.5", price_in="3", price_out="15", fallback="faq"), backend("faq", "faq")) as desk:
        answer(desk, "ana", "hello there")
        spent = desk.value("SELECT cost FROM spend WHERE scope = 'backend assistant'")
        first, second = desk.do("status", "--json").json()["backends"]
        equal((first["backend"], first["kind"], first["circuit"], first["under_way"], first["waiting"], first["fallback"]),
              ("assistant", "openai", "closed", 0, 0, "faq"), "the model")
        equal((round(first["spent"] * 1000000), first["day_cap"]), (spent, 2.5), "its money")
        equal((second["kind"], second["circuit"], second["spent"]), ("faq", "closed", None), "the FAQ")
        desk.sandbox.fault("status", path=CHAT, status=429, body="{}")
        answer(desk, "bob", "my cat is ill")
        told = desk.do("status", "--json").json()
        equal((told["backends"][0]["circuit"], told["backends"][0]["until_at"] > 0), ("open", True), "after a 429")
        needs = {need["kind"]: need for need in told["needs"]}
        equal(told["consults_failed"], 1, "a question that nobody answered")
        contains(" / ".join(need["text"] for need in told["needs"]), "backend assistant is not asked", "what needs you")
        contains(" / ".join(need["text"] for need in told["needs"]), "1 question was answered by no backend", "what needs you")
        true("backend" in needs, f"{needs}")
        text = desk.do("status").out
        contains(text, "frontdesk drill assistant 500", "the remedy")
        contains(text, "open", "the table")


@test("status: a question that is out is counted, and rules without backends have no such section")
def status_under_way():
    with desk_with(backend(calls=1), options=("--ai-delay", "60000")) as desk:
        desk.say("ana", "hello there")
        desk.say("bob", "hello there")
        told = eventually(lambda: (s := desk.do("status", "--json").json()) and s["backends"][0]["under_way"] == 1 and s, "one is out")
        equal((told["backends"][0]["waiting"], told["consults_pending"]), (1, 2), "the other waits")
    with Desk() as desk:
        equal("backends" in desk.do("status", "--json").json(), False, "a shop without backends")
        lacks(desk.do("status").out, "circuit", "on the screen")


@test("status: a refused key needs you, with what to type")
def status_stopped():
    with desk_with(backend()) as desk:
        desk.sandbox.fault("status", path=CHAT, status=401, body="{}", times=0)
        answer(desk, "ana", "hello there")
        needs = desk.do("status", "--json").json()["needs"]
        has_unit = any(os.path.exists(f"{at}/systemd/system/frontdeskd.service") for at in ("/etc", "/usr/local/lib", "/usr/lib"))
        restart = "systemctl restart frontdeskd" if has_unit else "stop frontdeskd, and start it again: frontdeskd"
        stopped = [need for need in needs if "backend assistant is stopped" in need["text"]]
        equal([need["remedy"] for need in stopped], [restart], f"{needs}")


# Questions

@test("why: whom the message was given to, every attempt, the fallback and the end, in text and in JSON")
def why():
    with desk_with(backend(fallback="backup"), backend("backup", fallback="faq"), backend("faq", "faq")) as desk:
        desk.sandbox.fault("status", path=CHAT, status=500, body="{}", times=2)
        number, got = answer(desk, "ana", "hello there")
        told = desk.do("why", number, "--json").json()
        equal([(q["wanted_by"], q["wanted"], q["backend"], q["state"]) for q in told["questions"]],
              [("rest", "assistant", "backup", "accepted")], "the question")
        equal([(a["backend"], a["class"], a["status"]) for a in told["asked"]],
              [("assistant", "failed", 500), ("assistant", "failed", 500), ("assistant", "fallback", None),
               ("backup", "answered", 200)], "the way")
        true(all(a["took_ms"] >= 0 for a in told["asked"] if a["class"] != "fallback"), f"{told['asked']}")
        contains(told["asked"][2]["reason"], "to backup: ", "the fallback")
        equal([m["text"] for m in told["messages"]], [got], "what followed")
        text = desk.do("why", number).out
        for piece in ("assistant", "failed", "500", "fallback", "backup", "answered"):
            contains(text, piece, "as people see it")
        plain, _ = answer(desk, "ana", "ping 1")
        equal(desk.do("why", plain, "--json").json()["questions"], [], "a message that no backend was asked about")


@test("a question to the FAQ alone that it has no entry for is no trouble; where the FAQ stood in for a model it is")
def misses():
    with desk_with(backend(fallback="faq"), backend("faq", "faq"),
                   more="INSERT INTO rule (name, words, action, target) VALUES ('cats', 'cat', 'consult', 'faq');\n") as desk:
        answer(desk, "ana", "my cat is ill")
        equal(desk.outbox("ana")[-1]["state"], "accepted", "she heard that nobody knows")
        told = desk.do("status", "--json").json()
        equal(([need["kind"] for need in told["needs"]], told["consults_failed"]), ([], 0), "status")
        equal(desk.do("outbox", "list", "--state", "trouble", "--json").json()["outbox"], [], "outbox list")
        equal([row["reason"] for row in desk.do("outbox", "list", "--state", "dead", "--json").json()["outbox"]],
              ["no entry of the FAQ answers it"], "who asks for it sees it")
        contains(desk.log(), "level=info event=consult_failed", "the log")


@test("why: a chain that came to its end says where, and on what")
def why_given_up():
    with desk_with(backend(fallback="faq"), backend("faq", "faq")) as desk:
        desk.sandbox.fault("status", path=CHAT, status=400, body='{"error":{"message":"no such thing"}}')
        number, got = answer(desk, "ana", "my cat is ill")
        equal(got, SORRY, "what the customer heard")
        told = desk.do("why", number, "--json").json()
        equal([(q["backend"], q["state"], q["reason"]) for q in told["questions"]],
              [("faq", "dead", "no entry of the FAQ answers it")], "the end")
        equal([(a["backend"], a["class"]) for a in told["asked"]], [("assistant", "refused"), ("assistant", "fallback")], "the way")


@test("outbox: a question tells who is asked for whom, and the customer's words; retry refuses, drop ends it with an answer")
def outbox():
    with desk_with(backend(calls=1), options=("--ai-delay", "60000")) as desk:
        desk.say("ana", "first in line")
        eventually(lambda: desk.sandbox.asked() or desk.value("SELECT 1 FROM outbox WHERE state = 'claimed'"), "ana's is out")
        desk.say("bob", "hello there")
        desk.say("bob", "and one more")
        row = eventually(lambda: next((r for r in desk.do("outbox", "list", "--state", "due", "--json").json()["outbox"]
                                       if r["user"] == "bob"), None), "bob's waits")
        equal((row["kind"], row["sent_by"]), ("consult", "assistant"), "the row")
        row = eventually(lambda: (r := desk.do("outbox", "show", row["id"], "--json").json()["outbox"]) and " / " in r["text"] and r,
                         "the second message has joined")
        equal(row["text"], "assistant for rest: hello there / and one more", "its text")
        shown = desk.do("outbox", "show", row["id"], "--json").json()
        equal((shown["outbox"]["text"], shown["attempts"]), (row["text"], []), "one of them")
        refused = desk.cli("outbox", "retry", row["id"])
        equal((refused.code, "goes by itself" in refused.err), (1, True), f"{refused}")
        desk.do("outbox", "drop", row["id"])
        equal(desk.sandbox.wait_texts("bob", 1), [SORRY], "who waited hears of it")
        again = desk.cli("outbox", "drop", row["id"])
        equal((again.code, "has ended already" in again.err), (1, True), f"{again}")
        refused = desk.cli("outbox", "retry", row["id"])
        equal((refused.code, "is not asked again" in refused.err), (1, True), f"{refused}")
        claimed = desk.value("SELECT id FROM outbox WHERE kind = 'consult' AND state = 'claimed'")
        busy = desk.cli("outbox", "retry", claimed)
        equal((busy.code, "on its way" in busy.err), (1, True), f"{busy}")


@test("transcript: an answer that came too late stands apart, with the reason why it was not sent")
def transcript():
    with desk_with(backend(), options=("--ai-answer", "We do.")) as desk:
        answer(desk, "ana", "hello there")
        desk.stop()
        desk.edit("INSERT INTO message (id, conversation, turn, at, kind, text, actor) VALUES (9, 1, 1, 1795993001802, 'note', "
                  "'(not sent: the conversation had moved on) Rye (dark) and wheat.', 'assistant')")
        note = desk.do("transcript", "ana", "--json").json()["messages"][-1]
        equal((note["kind"], note["actor"], note["state"], note["reason"], note["text"]),
              ("note", "assistant", "not sent", "the conversation had moved on", "Rye (dark) and wheat."), "the note")
        lines = desk.do("transcript", "ana").out.splitlines()
        equal(lines[-2].split(None, 1)[1].split(None, 1), ["note", "Rye (dark) and wheat."], "its text")
        equal(lines[-1].strip(), "assistant · not sent: the conversation had moved on", "its fate")
        desk.edit("DELETE FROM message WHERE id = 9")


@test("transcript: whom nobody answered since the conversation was closed was not silenced by a rule")
def transcript_closed():
    with desk_with(backend()) as desk:
        desk.sandbox.script(dict(path=CHAT, do="hang", times=0))
        desk.say("ana", "hello there")
        eventually(lambda: desk.sandbox.asked(), "asked")
        desk.act("close", desk.conversation("ana"))
        line = desk.do("transcript", "ana", "--json").json()["messages"][0]
        equal((line["state"], line["reason"]), ("silenced", "the conversation was closed"), "her message")
        out = desk.do("transcript", "ana").out
        contains(out, "silenced: the conversation was closed", "as people read it")
        desk.sandbox.unscript()


# Drills

CHAIN = (backend(deadline="10 seconds", fallback="backup"), backend("backup", deadline="8 seconds", fallback="faq"), backend("faq", "faq"))


@test("drill: a timeout is waited for once where there is a fallback; the FAQ's own words end the chain")
def drill_timeout():
    with desk_with(*CHAIN) as desk:
        told = desk.do("drill", "assistant", "timeout", "have you got parking?", "--json").json()
        equal((told["drill"]["wanted_by"], told["drill"]["wanted"], told["drill"]["fault"]), ("rest", "assistant", "timeout"), "the head")
        equal(steps(told), [(0, "assistant", "asked"), (10000, "assistant", "failed"), (10000, "backup", "perhaps"),
                            (10000, "backup", "asked"), (18000, "backup", "failed"), (18000, "faq", "answered"), (18000, "faq", "says")],
              "the way")
        equal(told["outcome"], {"answered_by": "faq", "end_ms": 18000, "perhaps": "backup", "perhaps_ms": 18000}, "the outcome")
        equal([t["text"] for t in told["texts"]], [PARKING], "what the customer reads")
        text = desk.do("drill", "assistant", "timeout", "have you got parking?").out
        for piece in ("It does not answer within 10 seconds.", "backup answers within 18.0 s", PARKING):
            contains(text, piece, "as people see it")


@test("drill: 500 and garbage are tried twice, 429 as soon as it may be; at the end of the chain speaks the phrase or a team")
def drill_failures():
    with desk_with(backend(), backend("backup", team="night"), more=SECOND) as desk:
        for fault in ("500", "garbage"):
            told = desk.do("drill", "assistant", fault, "my cat is ill", "--json").json()
            equal(steps(told), [(0, "assistant", "asked"), (0, "assistant", "again"), (500, "assistant", "asked"),
                                (500, "assistant", "failed"), (500, None, "says")], fault)
            equal([t["text"] for t in told["texts"]], [SORRY], fault)
        told = desk.do("drill", "assistant", "429", "my cat is ill", "--json").json()
        equal(steps(told), [(0, "assistant", "asked"), (0, "assistant", "again"), (750, "assistant", "asked"),
                            (750, "assistant", "failed"), (750, None, "says")], "429")
        told = desk.do("drill", "backup", "429", "second please", "--json").json()
        equal(steps(told), [(0, "backup", "asked"), (0, "backup", "again"), (750, "backup", "asked"), (750, "backup", "failed"),
                            (750, None, "hands over"), (750, None, "says")], "a team")
        equal(([t["text"] for t in told["texts"]], told["outcome"]["answered_by"]), (["One moment, a colleague will answer you."], None), "a team")


@test("drill: slow is the right answer at the deadline; what stands before the backend in the chain is taken to have failed")
def drill_slow():
    with desk_with(*CHAIN) as desk:
        told = desk.do("drill", "assistant", "slow", "hello there", "--json").json()
        equal((steps(told), told["texts"]), ([(0, "assistant", "asked"), (10000, "assistant", "answered")], []), "slow")
        told = desk.do("drill", "backup", "429", "my cat is ill", "--json").json()
        equal(steps(told), [(0, "assistant", "skipped"), (0, "backup", "asked"), (0, "backup", "failed"), (0, "faq", "no entry"),
                            (0, None, "says")], "behind another")


@test("drill is what then happens: the same words, from the same backend, as soon as it said")
def drill_is_true():
    faults = {"timeout": dict(do="hang"), "500": dict(do="status", status=500, body="{}"), "garbage": dict(do="garbage"),
              "429": dict(do="status", status=429, body="{}")}
    with desk_with(backend(deadline="2 seconds", fallback="faq"), backend("faq", "faq")) as desk:
        for fault, scripted in faults.items():
            for words in ("have you got parking?", "my cat is ill"):
                rehearse_and_see(desk, fault, scripted, words)
    with desk_with(backend(deadline="2 seconds")) as desk:
        for fault in ("429", "500"):
            rehearse_and_see(desk, fault, faults[fault], "my cat is ill")


def rehearse_and_see(desk, fault, scripted, words):
    told = desk.do("drill", "assistant", fault, words, "--json").json()
    desk.sandbox.script(dict(path=CHAT, times=0, **scripted))
    number, got = answer(desk, f"{fault}-{words[:2]}", words)
    desk.sandbox.unscript()
    equal([t["text"] for t in told["texts"]], [got], f"{fault}, {words}")
    tries = [a["backend"] for a in desk.do("why", number, "--json").json()["asked"] if a["class"] != "fallback"]
    wanted = [s["backend"] for s in told["steps"] if s["what"] == "asked"]
    equal(tries, wanted, f"who was asked after {fault}")
    close_circuit(desk)


def close_circuit(desk):
    desk.stop()
    desk.edit("DELETE FROM lane")
    desk.start()


@test("drill: by a customer as he stands, without a write and without a call; and what does not come to the backend says why")
def drill_as():
    with desk_with(*CHAIN, more=SECOND) as desk:
        answer(desk, "ana", "have you got parking?")
        counts = "SELECT (SELECT count(*) FROM event) || '.' || (SELECT count(*) FROM outbox) || '.' || (SELECT count(*) FROM message)"
        before, asked = desk.value(counts), len(desk.sandbox.asked())
        told = desk.do("drill", "assistant", "429", "--as", "ana", "--json").json()
        equal((told["drill"]["user"], told["drill"]["text"]), ("ana", "have you got parking?"), "her newest message")
        equal([t["text"] for t in told["texts"]], [PARKING], "what she reads")
        equal((desk.value(counts), len(desk.sandbox.asked())), (before, asked), "nothing was written, nobody asked")
        for words, code, why in ((("assistant", "timeout", "ping 1"), 3, "the rule echo takes this message"),
                                 (("assistant", "timeout", "second please"), 3, "goes to backup"),
                                 (("assistent", "timeout", "x"), 3, "did you mean 'assistant'"),
                                 (("faq", "timeout", "x"), 2, "answers from the rules themselves"),
                                 (("assistant", "tiemout", "x"), 2, "did you mean 'timeout'"),
                                 (("assistant", "timeout"), 2, "which message?"),
                                 (("assistant", "timeout", "--as", "nobody"), 3, "there is no conversation")):
            result = desk.cli("drill", *words)
            equal((result.code, why in result.err), (code, True), f"{words}: {result}")
        desk.act("take", desk.conversation("ana"))
        taken = desk.cli("drill", "assistant", "500", "hello there", "--as", "ana")
        equal((taken.code, "a person has the conversation" in taken.err), (3, True), f"{taken}")
        contains(desk.do("drill", "--help").out, "Nobody is asked or written to", "--help")


main(lanes=3)
