#!/usr/bin/python3
"""The transcript: on a terminal, as a page, for programs; all of a customer's; followed while it grows; and why, in her words."""
import csv
import fcntl
import io
import json
import os
import re
import signal
import sqlite3
import struct
import subprocess
import sys
import termios
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import hostile
from desk import Desk, binary
from sandbox import ROOT
from tap import contains, equal, eventually, lacks, main, test, true
from texts import CARRIERS, SHOP

RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
GOLDEN = os.path.join(ROOT, "tests", "data", "transcript")
BEGAN = 1767607200000  # Monday, 5 January 2026, 10:00 UTC

RULES = CARRIERS + """
INSERT INTO setting (name, value) VALUES ('time_zone', 'Asia/Seoul');
INSERT INTO team (name) VALUES ('support');
INSERT INTO rule (name, words, say, buttons) VALUES
  ('hours', 'open, hours', 'We are open until six. <b>Really</b> & truly', '<Yes>, =No, Call');
INSERT INTO rule (name, priority, words, action, target, say) VALUES
  ('person', 900, 'human', 'handoff', 'support', 'A colleague is coming.');
"""


def said_it_all():
    """A book with one hostile conversation, closed and summed up, and nobody at it; at times that are always the same."""
    desk = Desk(RULES)
    for text in hostile.TEXTS:
        desk.say("eve", text, first_name=hostile.NAME, language="he")
    desk.say("eve", "look", media_urls=["javascript:alert(1)", "https://pictures.example/?a=1&b=\"<\""], first_name=hostile.NAME)
    desk.wait_drained()  # before it changes hands
    desk.say("eve", "human", first_name=hostile.NAME)
    desk.wait_drained()
    desk.act("say", desk.conversation("eve"), text="<i>I</i> am \"here\"\x1b[2J")
    desk.wait_drained()
    desk.act("close", desk.conversation("eve"))
    eventually(lambda: desk.value("SELECT count(*) FROM parting") == 0, "it is summed up, at the hand-over and at the close")
    equal(desk.stop(), 0, "exit")
    number = desk.value("SELECT min(id) FROM message WHERE kind = 'out'")
    desk.edit(("UPDATE message SET at = ? + id * 1000", (BEGAN,)),
              ("UPDATE outbox SET state = 'dead', reason = 'Braze said <i>no</i>\x1b[2J' WHERE message = ?", (number,)),
              ("UPDATE conversation SET opened_at = ?1, last_in_at = ?1 + 60000, closed_at = ?1 + 90000, summary_at = ?1 + 90000,"
               " closed_by = 'person'", (BEGAN,)))
    return desk


def golden(desk, name, shown):
    """What is shown is what once was looked at by a person. GOLDEN=write writes it anew."""
    path = os.path.join(GOLDEN, name)
    if os.environ.get("GOLDEN") == "write":
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(shown)
    with open(path, encoding="utf-8", newline="") as file:
        wanted = file.read()
    if shown != wanted:
        other = os.path.join(desk.folder, name)
        with open(other, "w", encoding="utf-8", newline="") as file:
            file.write(shown)
        told = subprocess.run(["diff", path, other], capture_output=True, text=True, errors="replace", check=False).stdout
        raise AssertionError(f"{name} is another one:\n{told[:3000]}")


@test("hostile text: text, JSON, CSV and HTML are to the letter what they should be, and nothing in them acts")
def goldens():
    with said_it_all() as desk:
        for name, words in (("hostile.txt", ()), ("hostile.json", ("--json",)), ("hostile.csv", ("--csv",)),
                            ("hostile.html", ("--html",)), ("hostile-all.txt", ("--all",)), ("hostile-all.json", ("--all", "--json"))):
            done = subprocess.run([binary("frontdesk"), "transcript", "eve", *words], env=desk.env, capture_output=True,
                                  check=True, timeout=30)
            shown = done.stdout.decode("utf-8")
            equal(RAW.findall(shown.replace("\r\n", "\n")), [], f"{name} holds nothing that acts")
            golden(desk, name, shown)


@test("the page: no element or attribute but ours, no link, no script, a policy that forbids all else, and every text whole")
def page():
    with said_it_all() as desk:
        shown = desk.do("transcript", "eve", "--html").out
        seen = hostile.Page(shown)
        equal(seen.strange, [], "what is not ours")
        equal(seen.meta["Content-Security-Policy"],
              "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'", "the policy")
        for piece in ("href", "src=", "url(", "@import", "<script"):
            lacks(shown.replace("&lt;script", "").replace("img src=x", ""), piece, "it needs nothing from elsewhere")
        contains(seen.texts, hostile.TEXTS[5], "markup is text")
        contains(seen.texts, hostile.TEXTS[-1], "lines stay lines")
        contains(seen.texts, "<i>I</i> am \"here\"\\x1b[2J", "what the person wrote")
        contains(seen.texts, "We are open until six. <b>Really</b> & truly", "what the bot wrote")
        equal(seen.marked[0], "o\u200bp\u00ade\u2060n", "the word that the rule found, as it was written")
        words = "".join(seen.words)
        for piece in ("machine summary by frontdesk", "dead: Braze said <i>no</i>\\x1b[2J", "<Yes>", "closed by", "person",
                      "javascript:alert(1)"):
            contains(words, piece, "the page")
        true(all(re.fullmatch(r"2026-01-05(T10:0\d:\d\d\.\d{3}Z)?", time) for time in seen.times), f"moments in UTC: {seen.times}")
        contains(shown, '<p class="text" lang="he" dir="auto">', "the customer's language")
        whole = hostile.Page(desk.do("transcript", "eve", "--all", "--html").out)
        equal((whole.strange, len(whole.texts)), ([], len(seen.texts)), "the history as a page")


@test("matched words are told as they were written: in JSON, in a spreadsheet, underlined on a terminal, and by why")
def matched():
    with said_it_all() as desk:
        lines = desk.do("transcript", "eve", "--json").json()["messages"]
        by_text = {line["text"]: line for line in lines}
        hidden = by_text[hostile.TEXTS[7]]
        equal((hidden["rule"], hidden["matched"]), ("hours", ["o\u200bp\u00ade\u2060n"]), "in JSON")
        equal((by_text[hostile.TEXTS[2]]["rule"], by_text[hostile.TEXTS[2]]["matched"]), (None, None), "no rule, no words")
        equal([line["matched"] for line in lines if line["kind"] != "in"], [None] * (len(lines) - 14), "ours were not matched")
        rows = list(csv.DictReader(io.StringIO(desk.do("transcript", "eve", "--csv").out)))
        equal(rows[lines.index(hidden)]["matched"], json.dumps(hidden["matched"], ensure_ascii=False), "in CSV")
        for row, text in ((lines.index(by_text[text]), text) for text in hostile.TEXTS[2:5]):
            equal(rows[row]["text"], "'" + text, "a formula is no formula")
        why = desk.do("why", hidden["id"], "--json").json()["decision"]
        equal((why["text"], why["matched"], why["matched_written"]), (hostile.TEXTS[7], "open", "o\u200bp\u00ade\u2060n"), "why")
        equal(desk.do("why", "eve", "--json").json()["decision"]["text"], "human", "why of a customer: her newest message")
        terminal = subprocess.run(["script", "-qec", f"{binary('frontdesk')} transcript eve --no-pager", "/dev/null"],
                                  env=desk.env | {"TERM": "xterm"}, capture_output=True, stdin=subprocess.DEVNULL, timeout=30,
                                  check=True).stdout.decode()
        contains(terminal, "\x1b[4mo\u200bp\u00ade\u2060n\x1b[0m", "on a terminal")


@test("--all, --since and --until: all conversations of the customer, each behind a line, and no other's")
def history():
    with Desk(SHOP) as desk:
        desk.hears("ana", "ping one", "pong one", first_name="Ana")
        first = desk.conversation("ana")
        desk.act("close", first)
        desk.hears("bob", "ping bob", "pong bob")
        desk.hears("ana", "ping two", "pong two")
        second = desk.conversation("ana")
        equal(desk.post({"user_id": "ana", "message": "blah", "dispatch_id": "sms-1"}, channel="sms").status, 202, "by SMS")
        eventually(lambda: desk.value("SELECT summary_at FROM conversation WHERE id = ?", first), "it is summed up")
        desk.wait_drained()
        only = desk.do("transcript", second).out
        lacks(only, "pong one", "one conversation")
        told = desk.do("transcript", "ana", "--all").out
        heads = [line for line in told.splitlines() if line.startswith("── ")]
        equal([line.split(",")[0] for line in heads], [f"── conversation {n}" for n in (first, second, second + 1)], "the lines between")
        contains(heads[0], "whatsapp: answered, closed by person", "how it ended")
        contains(told, "machine summary by frontdesk: ", "and what it was about")
        lacks(told, "bob", "another's")
        equal(desk.do("transcript", first, "--all").out, told, "by the number of one of them")
        document = desk.do("transcript", "ana", "--since", "1d", "--json").json()
        equal([row["id"] for row in document["conversations"]], [first, second, second + 1], "JSON: conversations")
        equal([(row["conversation"], row["text"]) for row in document["messages"] if row["kind"] == "in"],
              [(first, "ping one"), (second, "ping two"), (second + 1, "blah")], "JSON: messages")
        rows = list(csv.DictReader(io.StringIO(desk.do("transcript", "ana", "--all", "--csv").out)))
        equal([row["conversation"] for row in rows], [str(n) for n in (first, first, second, second, second + 1)], "CSV: one table")
        equal(desk.cli("transcript", "ana", "--until", "2026-01-01").code, 3, "nothing was said then")


class Follower:
    """A command that goes on; its lines as they come."""

    def __init__(self, desk, *words):
        self.process = subprocess.Popen([binary("frontdesk"), *map(str, words)], env=desk.env, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.lines = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def wait(self, piece, within=20):
        """The first line with it."""
        return eventually(lambda: next((line for line in list(self.lines) if piece in line), None),
                          lambda: f"{piece!r} is told, so far {self.lines}", within)

    def objects(self):
        return [json.loads(line) for line in list(self.lines)]

    def end(self, number=signal.SIGINT):
        """Exit status and what it complained of."""
        if number:
            self.process.send_signal(number)
        code = self.process.wait(20)
        self.reader.join(20)
        return code, self.process.stderr.read()


@test("follow: each message with its answer, hand-overs and people at the desk, under whose conversation it is; Ctrl-C ends it")
def follow():
    with Desk(SHOP) as desk:
        desk.hears("old", "ping before", "pong before")
        with_all, without = Follower(desk, "follow"), Follower(desk, "follow", "--limit", 1)
        with_all.wait("pong before")
        without.wait("pong before")
        desk.hears("ana", "ping now", "pong now", first_name="Ana \u202eA.")
        for follower in (with_all, without):
            follower.wait("── Ana \\u{202e}A. (ana), conversation 2, whatsapp ──")
            follower.wait("pong now")
        lacks("\n".join(without.lines), "ping before", "--limit 1 begins with one")
        desk.say("ana", "xyzzy")
        with_all.wait("no rule has an answer")
        desk.hears("bob", "human please", "A colleague is coming.")
        with_all.wait("handed over to support by rule person")
        desk.act("take", desk.conversation("bob"))
        with_all.wait("test has taken it")
        desk.act("say", desk.conversation("bob"), text="Here I am.")
        with_all.wait("Here I am.")
        desk.act("release", desk.conversation("bob"))
        with_all.wait("test has given it back to the bot")
        told = "\n".join(with_all.lines)
        lacks(told, "accepted", "that all went as it should is not told")
        equal(told.count("── bob, conversation 3"), 1, "one heading as long as nobody else speaks")
        equal((with_all.end(), without.end(signal.SIGTERM)), ((0, ""), (0, "")), "ends")


@test("follow --json: one object a line; what became of an answer is told once, when it is known, and people hear of trouble")
def fates():
    with Desk(SHOP) as desk:
        desk.sandbox.fault("status", status=503, times=0)
        programs, people = Follower(desk, "follow", "--json"), Follower(desk, "follow")
        desk.say("ana", "ping slow")
        desk.say("eve", "ping dropped")
        for follower in (programs, people):
            follower.wait("pong slow")
            follower.wait("pong dropped")
        told = "\n".join(people.lines)
        lacks(told, "due", "what is on its way has no fate yet")
        desk.do("outbox", "drop", desk.outbox("eve")[0]["id"])
        people.wait("message 4: dead: ")
        programs.wait('"what":"fate","message":4,')
        desk.sandbox.unscript()
        programs.wait('"what":"fate","message":2,', 40)
        objects = programs.objects()
        equal({o["format"] for o in objects}, {1}, "each line stands for itself")
        said = [o for o in objects if o["what"] == "message"]
        equal([(o["kind"], o["text"], o["user"], o["channel"], o["conversation"]) for o in said],
              [("in", "ping slow", "ana", "whatsapp", 1), ("out", "pong slow", "ana", "whatsapp", 1),
               ("in", "ping dropped", "eve", "whatsapp", 2), ("out", "pong dropped", "eve", "whatsapp", 2)], "the messages")
        equal((said[0]["rule"], said[0]["matched"], said[1]["actor"]), ("echo", ["ping slow"], "echo"), "who answered, on what words")
        desk.do("outbox", "retry", desk.outbox("eve")[0]["id"])
        people.wait("message 4: accepted")
        eventually(lambda: [(o["message"], o["state"]) for o in programs.objects() if o["what"] == "fate" and o["kind"] == "out"]
                   == [(4, "dead"), (2, "accepted"), (4, "accepted")], lambda: f"each fate once: {programs.lines}")
        lacks("\n".join(people.lines), "message 2", "people are spared what went well")
        equal((programs.end(), people.end()), ((0, ""), (0, "")), "ends")


@test("transcript --follow: first what was said, then what is, also in the customer's next conversation and of no other")
def follow_one():
    with Desk(SHOP) as desk:
        desk.hears("ana", "ping one", "pong one")
        follower = Follower(desk, "transcript", "ana", "--follow")
        follower.wait("pong one")
        desk.hears("bob", "ping bob", "pong bob")
        desk.hears("ana", "ping two", "pong two")
        follower.wait("pong two")
        desk.act("close", desk.conversation("ana"))
        follower.wait("closed by test")
        desk.hears("ana", "ping three", "pong three")
        follower.wait("── ana, conversation 3, whatsapp ──")
        follower.wait("pong three")
        told = "\n".join(follower.lines)
        lacks(told, "bob", "another's")
        equal([told.count(f"pong {n}") for n in ("one", "two", "three")], [1, 1, 1], "each once")
        equal(follower.end(), (0, ""), "ends")
        for words in (("--all",), ("--html",), ("--csv",), ("--since", "1d")):
            equal(desk.cli("transcript", "ana", "--follow", *words).code, 2, f"--follow {words}")


@test("follow ends when nobody reads it any more, and when the book is replaced; a restart of the daemon does not end it")
def follow_ends():
    with Desk(SHOP) as desk:
        desk.hears("ana", "ping one", "pong one")
        goes_on, unread = Follower(desk, "follow"), Follower(desk, "follow")
        for follower in (goes_on, unread):
            follower.wait("pong one")
        reading, writing = os.pipe()
        unheard = subprocess.Popen([binary("frontdesk"), "follow", "--limit", "0"], env=desk.env, stdout=writing,
                                   stderr=subprocess.PIPE)
        os.close(writing)
        os.close(reading)
        equal((unheard.wait(20), unheard.stderr.read()), (0, b""), "its pipe was closed")
        equal(unread.end(), (0, ""), "ends")
        desk.restart()
        desk.hears("ana", "ping two", "pong two")
        goes_on.wait("pong two")
        equal(desk.stop(), 0, "exit")
        os.rename(desk.db, desk.db + ".old")
        code, complaint = goes_on.end(None)
        equal((code, "moved or replaced" in complaint), (1, True), complaint)
        os.rename(desk.db + ".old", desk.db)
        desk.start()


def long_book(desk, messages):
    """One conversation with so many messages, each silenced and with a close of its own in the ledger."""
    count = f"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {messages})"
    desk.edit("DELETE FROM event", "UPDATE conversation SET message_count = 9",
              f"{count} INSERT INTO turn (id, conversation, ruleset, epoch, state, opened_at, closed_at)"
              f" SELECT 1000 + i, 1, 1, 1, 'silenced', {BEGAN}, {BEGAN} + i FROM n",
              f"{count} INSERT INTO message (id, conversation, turn, at, kind, text)"
              f" SELECT 1000 + i, 1, 1000 + i, {BEGAN} + i, 'in', 'line ' || i FROM n",
              f"{count} INSERT INTO event (id, at, conversation, kind, actor)"
              f" SELECT i, {BEGAN} + i, 1, iif(i % 2 = 0, 'close', 'tag'), 'test' FROM n")


@test("10,000 messages in one conversation: told whole, in time that does not grow with their square")
def long():
    with Desk(SHOP) as desk:
        desk.hears("ana", "ping x", "pong x")
        equal(desk.stop(), 0, "exit")
        long_book(desk, 10000)
        lines = desk.do("transcript", "ana", "--json", within=30).json()["messages"]
        equal((len(lines), lines[-1]["text"]), (10002, "line 10000"), "all of them")
        equal((lines[-1]["reason"], lines[-2]["reason"]), ("the conversation was closed", None), "the second was closed, the first not")
        equal(desk.do("transcript", "ana", "--html").out.count('<div class="m '), 10002, "as a page")


def is_full(pipe):
    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0] >= 3500  # a line that does not fit waits


@test("a reader that waits for a slow pipe holds no read transaction: the log can be emptied meanwhile")
def slow_pipe():
    with Desk(SHOP) as desk:
        desk.hears("ana", "ping x", "pong x")
        equal(desk.stop(), 0, "exit")
        long_book(desk, 3000)
        for words in (("transcript", "ana"), ("transcript", "ana", "--csv"), ("transcript", "ana", "--all"),
                      ("transcript", "ana", "--follow"), ("follow", "--limit", "3000", "--json")):
            reading, writing = os.pipe()
            fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
            process = subprocess.Popen([binary("frontdesk"), *words], env=desk.env, stdout=writing)
            os.close(writing)
            book = sqlite3.connect(desk.db)
            try:
                eventually(lambda: is_full(reading), f"{words}: the pipe is full", 20)
                book.execute("UPDATE conversation SET epoch = epoch + 1")
                book.commit()
                equal(book.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0], 0, f"{words}: nobody is in the way")
            finally:
                book.close()
                process.kill()
                process.wait()
                os.close(reading)


main(lanes=2)
