#!/usr/bin/python3
"""Lists: filters alone and together against a plain scan, names and times that are typed, hostile text in every form, the pager."""
import csv
import fcntl
import io
import itertools
import json
import os
import pty
import random
import re
import select
import shutil
import sqlite3
import struct
import subprocess
import sys
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import book
import texts
from desk import Desk, binary
from fakedesk import need_faketime
from tap import contains, equal, eventually, lacks, main, test, true

RULES = texts.SHOP + """
INSERT INTO setting (name, value) VALUES ('time_zone', 'Europe/Berlin');
INSERT INTO backend (name, kind) VALUES ('faq', 'faq');
INSERT INTO faq (question, answer) VALUES ('Do you have parking?', 'Behind the house.');
INSERT INTO rule (name, words, action, target) VALUES ('parking', 'parking', 'consult', 'faq');
INSERT INTO flow (name, expires) VALUES ('table', '1 hour');
INSERT INTO step (name, say, ask) VALUES ('table.people', 'For how many?', 'number');
INSERT INTO step (name, say) VALUES ('table.done', 'See you!');
INSERT INTO rule (name, words, action, target) VALUES ('table', 'table', 'flow', 'table');
INSERT INTO rule (name, words, action, say) VALUES ('bye', 'bye', 'close', 'Goodbye.');
INSERT INTO rule (name, words, say) VALUES ('never', 'abracadabra', 'Gone.');
"""

HOSTILE = "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31m\rfake \u202egnp.exe <script>alert(1)</script>;=cmd()\n=HYPERLINK(1)"
FORMULA = "=cmd|' /C calc'!A0"
DAY = 86400000
HOUR = 3600000
# Clocks went forward in Berlin on the 29th at 01:00 UTC.
BEGIN = 1774569600000  # 2026-03-27T00:00:00Z


def fill(desk):
    """Eleven conversations by the daemon, then moved to times that a person can think about: six hours apart, in order."""
    desk.hears("ana", "ping 1", "pong 1", first_name="Ana", phone_number="+82 10-1234-5678")
    desk.hears("ana", "bye", "Goodbye.")
    desk.hears("bob", "human please", "A colleague is coming.")
    desk.post({"user_id": "", "phone_number": "+49 30 123", "message": "hours", "dispatch_id": "sms-1"}, channel="sms")
    desk.hears("dia", "parking", "Behind the house.")
    desk.say("eve", HOSTILE, first_name=FORMULA)
    desk.hears("fay", "table", "For how many?")
    desk.hears("fay", "4", "See you!")
    desk.hears("gil", "stop", "You will hear no more from us.", phone_number="004930999")
    desk.say("ana", "what?")
    desk.say("hal", FORMULA)
    for _ in range(2):
        desk.post({"user_id": "hal", "message": "again", "dispatch_id": "twice"}, channel="whatsapp")
    desk.hears("ina", "ping 2", "pong 2")
    desk.hears("ina", "hours", "We are open until six.")
    desk.hears("joe", "parking", "Behind the house.")
    desk.hears("joe", "human", "A colleague is coming.")
    desk.post(b"nonsense", query={"user": "ana"})
    desk.say("bob", "still there?")
    desk.wait_drained()
    eventually(lambda: desk.value("SELECT count(*) FROM parting") == 0, "what is closed is summed up")
    equal(desk.stop(), 0, "the daemon ends")
    desk.edit("DROP TRIGGER webhook_is_immutable",
              f"UPDATE message SET at = {BEGIN} + conversation * {6 * HOUR} + 60000 * id",
              # Bob's is an old conversation that was heard from last of all.
              f"UPDATE message SET at = {BEGIN + 4 * DAY} WHERE text = 'still there?'",
              f"UPDATE conversation SET opened_at = {BEGIN} + id * {6 * HOUR}, last_in_at = "
              "(SELECT max(at) FROM message m WHERE m.conversation = conversation.id AND m.kind = 'in')",
              f"UPDATE webhook SET received_at = {BEGIN} + id * {HOUR}",
              f"UPDATE outbox SET created_at = {BEGIN} + id * {HOUR}")
    return desk


def digits(phone):
    return re.sub("[^0-9]", "", phone)


class Scan:
    """What the book holds, read without a thought for speed."""

    def __init__(self, desk):
        self.all = {table: desk.rows(f"SELECT * FROM {table}") for table in
                    ("conversation", "message", "decision", "event", "turn", "identity", "outbox", "webhook", "consult")}
        self.rule_of = {row["message"]: row["rule"] for row in self.all["decision"]}

    def of(self, table, conversation):
        return [row for row in self.all[table] if row["conversation"] == conversation["id"]]

    def names(self, contact):
        return [row for row in self.all["identity"] if row["contact"] == contact]

    def is_user(self, contact, typed):
        return any(row["value"] == typed or (row["kind"] == "phone" and digits(typed) and digits(row["value"]) == digits(typed))
                   for row in self.names(contact))

    def has_phone(self, contact, typed):
        return any(row["kind"] == "phone" and digits(row["value"]) == digits(typed) for row in self.names(contact))

    def took(self, conversation, rule):
        return any(self.rule_of.get(row["id"]) == rule for row in self.of("message", conversation))

    def entered(self, conversation, flow):
        return any(row["kind"] == "flow" and row["detail"] == flow for row in self.of("event", conversation))

    def asked(self, conversation, backend):
        return any(row["kind"] in ("consult", "answer") and row["actor"] == backend for row in self.of("event", conversation))

    def is_unanswered(self, conversation):
        return any(row["state"] in ("unanswered", "held", "expired", "dead") for row in self.of("turn", conversation))


def berlin(day, hour=0, summer=None):
    """Unix milliseconds of a wall clock in March 2026; summer time from the 29th, 03:00, on."""
    summer = (day, hour) >= (29, 3) if summer is None else summer
    return BEGIN + (day - 27) * DAY + (hour - (2 if summer else 1)) * HOUR


CONVERSATIONS = [
    ("--since", "2026-03-28", lambda s, c: c["last_in_at"] >= berlin(28)),
    ("--since", "2026-03-29 04:00", lambda s, c: c["last_in_at"] >= berlin(29, 4)),
    ("--until", "2026-03-29", lambda s, c: c["last_in_at"] < berlin(29, 0)),
    ("--until", "2026-03-29 13:00", lambda s, c: c["last_in_at"] < berlin(29, 13)),
    ("--user", "ana", lambda s, c: s.is_user(c["contact"], "ana")),
    ("--user", "82 (10) 1234-5678", lambda s, c: s.is_user(c["contact"], "821012345678")),
    ("--phone", "+4930123", lambda s, c: s.has_phone(c["contact"], "4930123")),
    ("--channel", "sms", lambda s, c: c["channel"] == "sms"),
    ("--channel", "whatsapp", lambda s, c: c["channel"] == "whatsapp"),
    ("--rule", "echo", lambda s, c: s.took(c, "echo")),
    ("--rule", "person", lambda s, c: s.took(c, "person")),
    ("--flow", "table", lambda s, c: s.entered(c, "table")),
    ("--backend", "faq", lambda s, c: s.asked(c, "faq")),
    ("--owner", "agent", lambda s, c: c["owner"] == "agent"),
    ("--owner", "bot", lambda s, c: c["owner"] == "bot"),
    ("--owner", "closed", lambda s, c: c["owner"] == "closed"),
    ("--outcome", "answered", lambda s, c: c["outcome"] == "answered"),
    ("--outcome", "person", lambda s, c: c["outcome"] == "person"),
    ("--unanswered", None, lambda s, c: s.is_unanswered(c)),
]


def ids(desk, noun, *filters, more=()):
    words = [word for option, typed, _ in filters for word in ([option] if typed is None else [option, typed])]
    done = desk.cli(*noun.split(), *words, *more, "--json")
    if done.code == 3 and "there is no customer who is" in done.err:
        return []  # two people are not one
    equal((done.code, done.err), (0, ""), f"{noun} {words}")
    return [row["id"] for row in next(v for v in done.json().values() if isinstance(v, list))]


def combinations(table, seed):
    """Each alone, all pairs, and some threes."""
    chance = random.Random(seed)
    threes = list(itertools.combinations(table, 3))
    sets = [(one,) for one in table] + list(itertools.combinations(table, 2)) + chance.sample(threes, min(60, len(threes)))
    return [s for s in sets if len({option for option, _, _ in s}) == len(s) and not is_backwards(s)]


def is_backwards(filters):
    typed = {option: word for option, word, _ in filters}
    return "--since" in typed and "--until" in typed and typed["--until"] <= typed["--since"]


@test("conversations: every filter alone, every pair and some threes find what a plain scan finds, newest first")
def conversations():
    with Desk(RULES) as desk:
        scan = Scan(fill(desk))
        newest = sorted(scan.all["conversation"], key=lambda row: -row["id"])
        equal(len(newest), 11, "conversations")
        found = {}
        for filters in combinations(CONVERSATIONS, 1):
            wanted = [c["id"] for c in newest if all(fits(scan, c) for _, _, fits in filters)]
            what = " ".join(f"{option} {typed or ''}" for option, typed, _ in filters)
            got = ids(desk, "conversations", *filters)
            equal(got, wanted, what)
            if len(filters) == 1:
                found[what] = len(got)
        true(all(found.values()), f"each alone finds something: {found}")
        for filters in [(one,) for one in CONVERSATIONS]:
            wanted = ids(desk, "conversations", *filters)
            equal(ids(desk, "conversations", *filters, more=("--limit", 2)), wanted[:2], f"{filters[0][0]} --limit 2")


def own(scan, row):
    return next(c for c in scan.all["conversation"] if c["id"] == row["conversation"])


OUTBOX = [
    ("--since", "2026-03-27 06:00", lambda s, o: o["created_at"] >= berlin(27, 6)),
    ("--until", "2026-03-27 15:00", lambda s, o: o["created_at"] < berlin(27, 15)),
    ("--user", "fay", lambda s, o: s.is_user(o["contact"], "fay") and (o["kind"] != "track" or o["state"] != "accepted")),
    ("--phone", "+4930123", lambda s, o: s.has_phone(o["contact"], "4930123")),
    ("--channel", "sms", lambda s, o: own(s, o)["channel"] == "sms"),
    ("--rule", "person", lambda s, o: any(s.rule_of.get(m["id"]) == "person" for m in s.all["message"]
                                          if o["turn"] is not None and m["turn"] == o["turn"])),
    ("--backend", "faq", lambda s, o: o["kind"] == "consult" and o["sent_by"] == "faq"),
    ("--state", "held", lambda s, o: o["state"] == "held"),
    ("--state", "trouble", lambda s, o: o["state"] in ("held", "expired", "dead", "unknown")),
    ("--state", "accepted", lambda s, o: o["state"] == "accepted"),
]

WEBHOOKS = [
    ("--since", "2026-03-27 06:00", lambda s, w: w["received_at"] >= berlin(27, 6)),
    ("--until", "2026-03-27 15:00", lambda s, w: w["received_at"] < berlin(27, 15)),
    ("--user", "ana", lambda s, w: w["state"] != "duplicate" and (w["claimed_user"] == "ana" or any(
        m["id"] == w["message"] and s.is_user(own(s, m)["contact"], "ana") for m in s.all["message"]))),
    ("--channel", "sms", lambda s, w: w["channel"] == "sms"),
    ("--state", "trouble", lambda s, w: w["state"] == "unreadable"),
    ("--state", "read", lambda s, w: w["state"] == "read"),
    ("--state", "duplicate", lambda s, w: w["state"] == "duplicate"),
]


@test("outbox and webhooks: likewise, by their own times, states and customers")
def others():
    with Desk(RULES) as desk:
        scan = Scan(fill(desk))
        for noun, table, filters_of in (("outbox list", "outbox", OUTBOX), ("webhooks list", "webhook", WEBHOOKS)):
            newest = sorted(scan.all[table], key=lambda row: -row["id"])
            for filters in combinations(filters_of, 2):
                typed = {option: word for option, word, _ in filters}
                if typed.get("--state") == "duplicate" and "--user" in typed:
                    continue
                wanted = [row["id"] for row in newest if all(fits(scan, row) for _, _, fits in filters)]
                equal(ids(desk, noun, *filters), wanted, f"{noun} {typed}")
                true(wanted or len(filters) > 1, f"{noun} {typed} alone finds something")
        refused = desk.cli("webhooks", "list", "--user", "ana", "--state", "duplicate")
        equal(refused.code, 2, f"of whom a duplicate is is not known: {refused}")


@test("usage: narrowed by customer, rule, backend and days, the total is of all that fits")
def usage():
    with Desk(RULES) as desk:
        fill(desk)
        desk.edit("DELETE FROM usage")
        for row in (("2026-03-27", "gpt", "rest", 1, 2, 1), ("2026-03-28", "gpt", "rest", 2, 3, 2), ("2026-03-29", "faq", "rest", 1, 1, 1),
                    ("2026-03-29", "gpt", "table.people", 2, 4, 4)):
            desk.edit(("INSERT INTO usage (day, backend, wanted_by, contact, asked, cost) VALUES (?, ?, ?, ?, ?, ?)", row))
        for words, days, total in (((), ["2026-03-29", "2026-03-28", "2026-03-27"], 10), (("--until", "2026-03-29"), ["2026-03-28", "2026-03-27"], 5),
                                   (("--since", "2026-03-28", "--backend", "gpt"), ["2026-03-29", "2026-03-28"], 7),
                                   (("--user", "ana"), ["2026-03-29", "2026-03-27"], 3), (("--phone", "+821012345678"), ["2026-03-29", "2026-03-27"], 3),
                                   (("--rule", "table.people"), ["2026-03-29"], 4), (("--user", "bob", "--rule", "rest"), ["2026-03-28"], 3),
                                   (("--limit", "1"), ["2026-03-29"], 10)):
            told = desk.do("usage", *words, "--json").json()
            equal(([row["day"] for row in told["usage"]], told["total"]["asked"]), (days, total), f"usage {words}")
        contains(desk.do("usage", "--backend", "faq", "--until", "2026-03-28").out, "No question to a backend fits", "nothing")
        equal(desk.cli("usage", "--backend", "gtp").code, 3, "a slip")


@test("a name that there never was is answered with the nearest; one of past rules, or never used yet, is known")
def names():
    with Desk(RULES) as desk:
        fill(desk)
        desk.start()
        for words, advice in ((("--rule", "ecco"), "did you mean 'echo'?"), (("--flow", "tabel"), "did you mean 'table'?"),
                              (("--backend", "fak"), "did you mean 'faq'?"), (("--channel", "watsapp"), "did you mean 'whatsapp'?"),
                              (("--flow", "garden"), "known are table"), (("--user", "nobody"), "no customer with that external id"),
                              (("--phone", "+1 555"), "no customer with the phone +1 555"),
                              (("--user", "bob", "--phone", "821012345678"), "no customer who is bob")):
            told = desk.cli("conversations", *words)
            equal((told.code, told.out), (3, ""), f"{words}: {told}")
            contains(told.err, advice, f"{words}")
            equal(json.loads(desk.cli("conversations", *words, "--json").out)["conversations"], [], f"{words} --json")
            if words[0] in ("--user", "--phone", "--channel"):
                told = desk.cli("search", "ping", *words)
                equal((told.code, advice in told.err), (3, True), f"search {words}: {told}")
            if words[0] not in ("--user", "--phone"):
                told = desk.cli("stats", *words)
                equal((told.code, told.out, advice in told.err), (3, "", True), f"stats {words}: {told}")
        contains(desk.cli("conversations", "--channel", "fax").err, "known are whatsapp, sms\n", "each name once")
        for words in (("--owner", "bott"), ("--outcome", "happy"), ("--since", "soon"), ("--since", "today", "--until", "yesterday"),
                      ("--limit", "x"), ("--state", "held")):
            equal(desk.cli("conversations", *words).code, 2, f"{words} cannot be")
        contains(desk.do("conversations", "--rule", "never").out, "No conversation fits.", "a rule that never took anything")
        desk.reload(texts.CARRIERS + texts.ECHO)
        eventually(lambda: desk.value("SELECT max(rule_count) FROM ruleset WHERE id = 2") == 1, "the rules are replaced")
        equal(len(ids(desk, "conversations", ("--rule", "person", None), ("--owner", "agent", None))), 2, "a rule of past rules")
        equal(desk.cli("conversations", "--rule", "never").code, 3, "a rule of past rules that took nothing")


@test("times are the business's: shown, typed and in CSV, over the change of the clocks, whatever TZ is")
def zones():
    with Desk(RULES) as desk:
        fill(desk)
        for zone in ("UTC", "Asia/Tokyo", "America/Los_Angeles"):
            env = {"TZ": zone}
            contains(desk.do("conversations", "--user", "dia", env=env).out, "2026-03-28 01:0", f"winter time, with TZ={zone}")
            contains(desk.do("conversations", "--user", "ina", env=env).out, "2026-03-29 14:2", f"summer time, with TZ={zone}")
            opened = [row["opened_at"] for row in csv.DictReader(io.StringIO(desk.do("conversations", "--csv", env=env).out))]
            equal(opened[6:8], ["2026-03-28T07:00:00.000+01:00", "2026-03-28T01:00:00.000+01:00"], "CSV, winter")
            equal(opened[0], "2026-03-29T20:00:00.000+02:00", "CSV, summer")
            contains(desk.do("transcript", "dia", env=env).out, "2026-03-28\n01:", f"a transcript, with TZ={zone}")
            equal(len(ids(desk, "conversations", ("--since", "2026-03-29", None))),
                  desk.value(f"SELECT count(*) FROM conversation WHERE last_in_at >= {berlin(29)}"), f"a date, with TZ={zone}")
        equal(desk.do("conversations", "--json", env={"TZ": "Asia/Tokyo"}).json()["conversations"][-1]["opened_at"], BEGIN + 6 * HOUR, "JSON")


@test("hostile text in a list: text, JSON and CSV")
def goldens():
    with Desk(RULES) as desk:
        fill(desk)
        equal(desk.do("conversations", "--user", "eve").out, TEXT, "text")
        row = desk.do("conversations", "--user", "eve", "--json").json()["conversations"][0]
        equal((row["text"], row["first_name"]), (HOSTILE, FORMULA), "JSON holds it as it came")
        raw = desk.do("conversations", "--user", "eve", "--json").out
        equal(re.findall("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e]", raw), [], "and lets none of it through")
        piped = subprocess.run([binary("frontdesk"), "conversations", "--user", "eve", "--csv"], env=desk.env, stdout=subprocess.PIPE,
                               check=True)
        equal(piped.stdout.decode(), CSV, "CSV")
        with open(os.path.join(desk.folder, "eve.csv"), "wb") as file:
            subprocess.run([binary("frontdesk"), "conversations", "--user", "eve", "--csv"], env=desk.env, stdout=file, check=True)
        with open(os.path.join(desk.folder, "eve.csv"), encoding="utf-8", newline="") as file:
            equal(file.read(), "\ufeff" + CSV, "a file is for a spreadsheet")


TEXT = r"""
id  user  name                channel   owner  outcome  team  agent  messages  heard                last words
 5  eve   =cmd|' /C calc'!A0  whatsapp  bot    –        –     –             1  2026-03-28 07:11:00  [HOSTILE]
""".lstrip().replace("[HOSTILE]", r"\x1b]52;c;ZXZpbA==\x07\x1b[2J\u{9b}31m\rfake \u{202e}gnp.exe <script>alert(1)</script>"
                     r";=cmd()\n=HYPERLINK(1)")
CSV = ('"id","user","first_name","channel","owner","outcome","team","agent","message_count","last_in_at","opened_at","closed_at",'
       '"contact","epoch","is_opted_out","text"\r\n'
       '"5","eve","\'=cmd|\' /C calc\'!A0","whatsapp","bot","","","","1","2026-03-28T07:11:00.000+01:00",'
       '"2026-03-28T07:00:00.000+01:00","","5","1","no","' +
       r"\x1b]52;c;ZXZpbA==\x07\x1b[2J\u{9b}31m\rfake \u{202e}gnp.exe <script>alert(1)</script>;'=cmd()" + "\n'=HYPERLINK(1)\"\r\n")


# The pager

def on_a_terminal(desk, *words, rows=12, keys=b"", **env):
    """(exit code, what stood on the terminal)."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 100, 0, 0))
    environment = {k: v for k, v in desk.env.items() if k != "FRONTDESK_PAGER"} | {"TERM": "xterm-256color"} | env
    process = subprocess.Popen([binary("frontdesk"), *map(str, words)], env=environment, stdin=follower, stdout=follower, stderr=follower,
                               start_new_session=True)
    os.close(follower)
    if keys:
        os.write(leader, keys)
    shown, deadline = b"", time.monotonic() + 30
    while time.monotonic() < deadline:
        if not select.select([leader], [], [], 0.2)[0]:
            if process.poll() is not None:
                break
            continue
        try:
            piece = os.read(leader, 65536)
        except OSError:
            break
        shown += piece
    code = process.wait(10)
    os.close(leader)
    return code, shown.decode("utf-8", "replace").replace("\r\n", "\n")


@test("pager: what is longer than the terminal goes through FRONTDESK_PAGER, else PAGER, else less; the exit code stays")
def pager():
    with Desk(RULES) as desk:
        fill(desk)
        kept = os.path.join(desk.folder, "paged")

        def paged(*words, **env):
            if os.path.exists(kept):
                os.unlink(kept)
            code, shown = on_a_terminal(desk, *words, **env)
            if not os.path.exists(kept):
                return code, shown, None
            with open(kept, encoding="utf-8") as file:
                return code, shown, file.read()

        keep, other = f"cat > {kept}", f"cat > {kept}; echo other >> {kept}; exit 9"
        code, shown, text = paged("conversations", FRONTDESK_PAGER=keep, PAGER=other)
        equal((code, shown), (0, ""), "all of it went to the pager")
        equal([name for name in ("ana", "bob", "joe") if name not in text], [], f"the whole list: {text!r}")
        lacks(text, "other", "FRONTDESK_PAGER comes before PAGER")
        code, _, text = paged("conversations", PAGER=other)
        equal((code, text.endswith("other\n")), (0, True), "PAGER, and its exit code is not the command's")
        code, shown, text = paged("conversations", rows=40, FRONTDESK_PAGER=keep)
        equal((code, text, "joe" in shown), (0, None, True), "what fits needs no pager")
        for words, env in ((("conversations", "--no-pager"), {"FRONTDESK_PAGER": keep}), (("conversations",), {"FRONTDESK_PAGER": ""}),
                           (("conversations",), {"FRONTDESK_PAGER": "cat"}), (("conversations",), {"FRONTDESK_PAGER": "/nowhere/pager"}),
                           (("conversations",), {"FRONTDESK_PAGER": keep, "TERM": "dumb"})):
            code, shown, text = paged(*words, **env)
            equal((code, text, "joe" in shown), (0, None, True), f"{words} {env}: on the terminal")
        code, _, text = paged("--help", FRONTDESK_PAGER=keep)
        contains(text, "conversations", "help is long, too")
        equal(code, 0, "help")
        code, shown, text = paged("conversations", "--user", "nobody", rows=1, FRONTDESK_PAGER=keep)
        equal((code, "no customer" in shown), (3, True), f"the command's own code and words: {shown!r} {text!r}")
        for quits in ("true", "head -n 1 > /dev/null"):
            equal(on_a_terminal(desk, "rules", "history", "--limit", 0, rows=2, FRONTDESK_PAGER=quits), (0, ""), f"{quits} has seen enough")
        desk.env["FRONTDESK_PAGER"] = keep
        contains(desk.do("conversations").out, "joe", "a pipe has no pager")
        true(not os.path.exists(kept), "nobody paged")
        if shutil.which("less"):
            code, shown = on_a_terminal(desk, "conversations", keys=b"q", PAGER="less")
            equal((code, "human" in shown, "bye" in shown), (0, True, False), f"less, left with q: {shown!r}")


def may_checkpoint(desk):
    """Is nobody reading? The log can be cut to nothing only then."""
    writer = sqlite3.connect(desk.db, timeout=0)
    try:
        with writer:
            writer.execute("UPDATE book SET value = value WHERE name = 'live_ruleset'")
        return writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    finally:
        writer.close()


@test("however slowly somebody reads, in a pager or from a pipe, no read transaction stays open")
def slow_readers():
    with Desk(RULES) as desk:
        fill(desk)
        book.multiply(desk, 3000)
        gate = os.path.join(desk.folder, "gate")
        os.mkfifo(gate)
        leader, follower = pty.openpty()
        env = desk.env | {"TERM": "xterm", "FRONTDESK_PAGER": f"echo open > {gate}; cat {gate}; cat > /dev/null"}
        paged = subprocess.Popen([binary("frontdesk"), "conversations", "--limit", "0"], env=env, stdin=follower, stdout=follower,
                                 stderr=follower, start_new_session=True)
        with open(gate, encoding="utf-8") as file:
            equal(file.read(), "open\n", "the pager runs")
        true(may_checkpoint(desk), "the book is not held while a person reads")
        with open(gate, "w", encoding="utf-8") as file:
            file.write("go on")
        equal(paged.wait(10), 0, "exit")
        os.close(leader)
        os.close(follower)
        with subprocess.Popen([binary("frontdesk"), "conversations", "--limit", "0", "--csv"], env=desk.env, stdout=subprocess.PIPE) as slow:
            first = slow.stdout.read(1000)
            true(first.startswith(b'"id"'), f"it has begun: {first[:40]}")
            eventually(lambda: may_checkpoint(desk), "the book is not held while a pipe is full")
            true(slow.poll() is None, "and it has more to say")
            rows = len((first + slow.stdout.read()).split(b"\r\n\"")) - 1
            equal((slow.wait(), rows), (0, desk.value("SELECT count(*) FROM conversation")), "all rows in the end")


@test("a list whose reader has seen enough ends at once, and not when all of the book has been read")
def seen_enough():
    with Desk(RULES) as desk:
        fill(desk)
        book.multiply(desk, 12000)
        for form in ("--csv", "--json"):
            spent = []
            for wanted in (-1, 100):
                listing = subprocess.Popen([binary("frontdesk"), "conversations", "--limit", "0", form], env=desk.env,
                                           stdout=subprocess.PIPE)
                true(listing.stdout.read(wanted), "it says something")
                listing.stdout.close()
                _, status, used = os.wait4(listing.pid, 0)
                listing.returncode = os.waitstatus_to_exitcode(status)
                equal(listing.returncode, 0 if wanted < 0 else 1, f"{form}: exit")
                spent.append(used.ru_utime + used.ru_stime)
            true(spent[1] < spent[0] * 0.6, f"{form}: seconds of work for all of it, and for its beginning: {spent}")


@test("what cannot be looked through in five seconds shows what was found until then, says so, and is no success")
def cut_off():
    library = need_faketime()
    with Desk(RULES) as desk:
        book.multiply(fill(desk), 12000)
        whole = ids(desk, "conversations", more=("--limit", "0"))
        pace, found = 8000, []
        while not 0 < len(found) < len(whole) and pace > 20:  # until five seconds end in the middle of the list
            pace //= 1.4
            told = desk.cli("conversations", "--limit", "0", "--json", env={"LD_PRELOAD": library, "FAKETIME": f"+0 x{pace:.0f}"})
            found = [row["id"] for row in told.json().get("conversations", [])]
        equal((told.code, found), (1, whole[:len(found)]), f"the newest of {len(whole)}, with a clock {pace} times as fast")
        contains(told.json()["error"], "there may be more than these", "in JSON")
        contains(told.err, "narrow it", "for people")


if __name__ == "__main__":
    main()
