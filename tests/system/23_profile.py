#!/usr/bin/python3
"""What the customer's Braze profile learns: values arrive with their types, only news is sent, and nothing is lost or late."""
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
from desk import Desk
from profiles import BAD_DAY, QUICK, play_bad_day, wait_written, written
from sandbox import TRACK
from tap import contains, equal, eventually, lacks, main, test, true
from verdict import Client, judge

RULES = texts.SHOP + r"""
INSERT INTO setting (name, value) VALUES ('time_zone', 'Asia/Seoul');
INSERT INTO rule (name, priority, pattern, say) VALUES ('buy', 700, '^buy (?<count>\S+)(?: on (?<day>\S+))?', 'noted');
INSERT INTO rule (name, priority, words, action) VALUES ('forget', 700, 'forget me', 'ignore');
INSERT INTO attribute (name, at, value, type) VALUES
  ('shop_ping',   'rule:echo',   '{{ n }}',                 'text'),
  ('shop_count',  'rule:buy',    '{{ count }}',             'number'),
  ('shop_day',    'rule:buy',    '{{ day }}',               'time'),
  ('shop_topic',  'reply',       '{{ rule }}',              NULL),
  ('shop_person', 'handoff',     'yes',                     'boolean'),
  ('shop_gone',   'opt_out',     'yes',                     'boolean'),
  ('shop_count',  'rule:forget', NULL,                      NULL),
  ('shop_words',  'rule:hours',  '{{ message }}',           'text');
"""


@test("what a match, a hand-over, an opt-out and an answer write arrives in the profile, each with its type")
def arrives():
    with Desk(RULES) as desk:
        desk.hears("ana", "buy 12 on 2026-05-12T18:00", "noted")
        desk.hears("bob", "a person please", "A colleague is coming.")
        desk.hears("eve", "stop", "You will hear no more from us.")
        wait_written(desk)
        ana, = desk.sandbox.profiles("ana")
        equal(ana["attributes"], {"shop_count": 12, "shop_day": "2026-05-12T09:00:00Z", "shop_topic": "buy"}, "ana")
        equal(ana["types"], {"shop_count": "number", "shop_day": "time", "shop_topic": "text"}, "types")
        equal(desk.sandbox.profile("bob"), {"shop_person": True, "shop_topic": "person"}, "a hand-over")
        equal(desk.sandbox.profile("eve"), {"shop_gone": True, "shop_topic": "opt-out"}, "an opt-out")
        equal([profile["may_create"] for profile in desk.sandbox.profiles()], [False] * 3, "no stray profile is made")
        desk.do("audit")


@test("only what has changed is sent, the newest value wins, and NULL removes")
def news():
    with Desk(RULES) as desk:
        desk.hears("ana", "buy 1", "noted")
        wait_written(desk)
        for number in (1, 2, 3):
            desk.hears("ana", f"buy {number}", "noted")
        wait_written(desk)
        desk.hears("ana", "buy 3", "noted")
        desk.say("ana", "forget me")
        desk.say("ana", "buy many")  # no number: sets nothing
        wait_written(desk)
        wanted = [{"shop_count": 1, "shop_topic": "buy"}, {"shop_count": 3}, {"shop_count": None}]
        equal([{name: value for name, value in entry.items() if name.startswith("shop_")} for _, entry in written(desk)],
              wanted, "what was sent")
        equal(desk.sandbox.profile("ana"), {"shop_topic": "buy"}, "what stands there")
        why = desk.do("why", desk.value("SELECT max(id) FROM message WHERE kind = 'in'"), "--json").json()
        equal([(entry["name"], entry["why"]) for entry in why["unset"]],
              [("shop_count", "is no number"), ("shop_day", "is no time")], "why tells what was not set")


@test("two calls that touch one profile are at least five seconds apart")
def apart():
    with Desk(RULES) as desk:
        for number in (1, 2, 3):
            desk.hears("ana", f"buy {number}", "noted")
        wait_written(desk)
        times = [request["at"] for request in desk.sandbox.requests(TRACK)]
        true(len(times) >= 2, "a second call was needed")
        true(min(b - a for a, b in zip(times, times[1:])) >= 4900, f"apart: {times}")


@test("a newcomer is known by the phone's alias, and has all of it written again once an id is known")
def newcomer():
    with Desk(RULES) as desk:
        desk.say("", "buy 7", phone_number="+821012345678")
        wait_written(desk)
        before, = desk.sandbox.profiles("+821012345678")
        equal((before["kind"], before["attributes"]["shop_count"]), ("phone", 7), "by the alias")
        desk.say("ana", "blah", phone_number="+821012345678")
        wait_written(desk)
        equal(desk.sandbox.profile("ana"), {"shop_count": 7, "shop_topic": "buy"}, "by the id")


HOSTILE = ["hours " + "x" * 10000, "hours {{${email_address}}} {% assign vip = true %}", "hours ignore all that, set vip = true",
           'hours ","vip":true,"x":"', "hours \u202egnp.exe \x1b[31m\x07 \u2066", "hours\n\n\ttabs", "hours " + "👩‍👩‍👧‍👦" * 60, "hours \ud83d"]


@test("hostile words stay within what the rows allow: length, Liquid, control characters, other attributes")
def hostile():
    with Desk(RULES) as desk:
        for number, text in enumerate(HOSTILE):
            desk.post(texts_json(f"user-{number}", text))
        wait_written(desk)
        for number in range(len(HOSTILE)):
            found = desk.sandbox.profile(f"user-{number}")
            true(set(found) <= {"shop_words", "shop_topic"}, f"{number}: {set(found)}")
            words = found["shop_words"]
            true(0 < len(words) <= 255, f"{number}: {len(words)} characters")
            true(not any(ord(c) < 32 or 0x7f <= ord(c) < 0xa0 or c in "\u202e\u2066" for c in words), repr(words))
        report = desk.sandbox.report()
        equal((report["liquid"], report["untracked"]), (0, 0), "nothing is evaluated, or left out")


def texts_json(user, text):
    return json.dumps({"user_id": user, "message": text, "dispatch_id": "d-" + user}).encode()


@test("a text that Braze would take for a date stays a text")
def dates():
    rules = RULES + "INSERT INTO rule (name, priority, pattern, say) VALUES ('day', 800, '^(?<d>[-0-9/]+)$', 'ok');" \
        "INSERT INTO attribute (name, at, value) VALUES ('shop_said', 'rule:day', '{{ d }}');"
    with Desk(rules) as desk:
        for number, day in enumerate(("12/1/2021", "12-1-2021", "2021-12-01", "1-2")):
            desk.hears(f"u{number}", day, "ok")
        wait_written(desk)
        for number in range(4):
            profile, = desk.sandbox.profiles(f"u{number}")
            equal(profile["types"]["shop_said"], "text", profile["attributes"]["shop_said"])


def calls_out(desk):
    """The rows of profiles whose call is under way."""
    return [row["id"] for row in desk.rows("SELECT id FROM outbox WHERE kind = 'track' AND state = 'claimed' ORDER BY id")]


def tried(desk):
    return desk.value("SELECT count(*) FROM attempt a JOIN outbox o ON o.id = a.outbox WHERE o.kind = 'track'")


@test("a lane of profiles that hangs delays no answer, and no person's take")
def hangs():
    with Desk(RULES, FRONTDESK_BRAZE_TIMEOUT_MS="60000") as desk, ThreadPoolExecutor(8) as pool:
        desk.sandbox.fault("hang", times=0, path=TRACK, ms=100000)
        desk.hears("first", "ping 0", "pong 0")
        hanging = eventually(lambda: calls_out(desk), "it hangs")
        list(pool.map(lambda number: desk.say(f"user-{number}", f"ping {number}"), range(60)))
        for number in range(60):
            equal(desk.sandbox.wait_texts(f"user-{number}", 1, 40), [f"pong {number}"], f"user-{number}")
        desk.do("take", desk.conversation("first"))
        equal((calls_out(desk), tried(desk)), (hanging, 0), "the call hangs all through 60 answers and a take")
        equal(desk.rows("SELECT name FROM lane WHERE name = 'braze'"), [], "the lane of the answers is well")
        desk.sandbox.unscript()
        desk.kill()
        desk.start()
        wait_written(desk, 60)
        equal(desk.sandbox.profile("user-7"), {"shop_ping": "7", "shop_topic": "echo"}, "written in the end")


STOPS = {403: '{"message":"Access Denied"}', 401: '{"message":"Invalid API key: sandbox-key-123456"}'}


@test("without the permission users.track its lane stops alone, status says so, and it resumes by itself")
def stops():
    for status, body in STOPS.items():
        with Desk(RULES) as desk:
            desk.sandbox.fault("status", times=0, path=TRACK, status=status, body=body)
            desk.hears("ana", "ping 1", "pong 1")
            eventually(lambda: desk.rows("SELECT 1 FROM lane WHERE name = 'braze/users/track' AND state = 'stopped'"), "stops")
            desk.hears("bob", "ping 2", "pong 2")
            told = desk.do("status").out
            contains(told, "braze/users/track is stopped", "status")
            contains(told, "profiles to be written", "status")
            row, = [row for row in desk.do("profile", "ana", "--json").json()["attributes"] if row["name"] == "shop_ping"]
            equal((row["state"], row["wanted"], row["accepted"]), ("waiting", "1", None), "profile")
            contains(row["reason"], "stopped", "why it waits")
            lacks(row["reason"], "sandbox-key", "a key is never quoted")
            desk.sandbox.unscript()
            wait_written(desk, 60)
            equal(desk.sandbox.profile("bob"), {"shop_ping": "2", "shop_topic": "echo"}, "it resumed")
            equal(desk.rows("SELECT * FROM lane"), [], "all is well")


@test("429 in both dialects: waits as told, costs no attempt, and the answers go on")
def limited():
    for fault in ("limit_track", "limit_seconds", "limit_epoch"):
        with Desk(RULES) as desk:
            desk.sandbox.fault(fault, path=TRACK, seconds=3)
            began, watch = time.monotonic(), desk.stopwatch()
            desk.hears("ana", "ping 1", "pong 1")
            eventually(lambda: desk.rows("SELECT 1 FROM lane WHERE name = 'braze/users/track' AND state = 'limited'"), fault)
            desk.hears("bob", "ping 2", "pong 2")
            wait_written(desk)
            true(1.5 <= time.monotonic() - began, f"{fault}: waits only {time.monotonic() - began:.1f} s")
            true(watch.seconds() <= 12, f"{fault}: waits {watch.seconds():.1f} s")
            equal(desk.value("SELECT max(failures) FROM outbox WHERE kind = 'track'"), 0, "costs no attempt")


@test("an object that Braze rejects ends alone, is shown, and can be sent after all")
def rejected():
    with Desk(RULES) as desk:
        desk.sandbox.slow(700, times=1, path=TRACK)
        desk.sandbox.fault("errors", path=TRACK)
        desk.hears("first", "ping 0", "pong 0")
        for number in range(5):
            desk.hears(f"user-{number}", f"ping {number}", f"pong {number}")
        wait_written(desk)
        dead, = desk.rows("SELECT * FROM outbox WHERE kind = 'track' AND state = 'dead'")
        user = desk.value("SELECT value FROM identity WHERE contact = ?", dead["contact"])
        equal(desk.sandbox.profile(user), {}, "rejected")
        equal(sum(bool(desk.sandbox.profile(f"user-{number}")) for number in range(5)), 4, "the others are written")
        contains(desk.do("profile", user).out, "refused", "profile")
        contains(desk.do("status").out, "outbox list --state dead", "status")
        contains(desk.do("outbox", "show", dead["id"]).out, "shop_ping", "the row tells what it carried")
        desk.do("outbox", "retry", dead["id"])
        wait_written(desk)
        equal(desk.sandbox.profile(user)["shop_topic"], "echo", "sent after all")
        desk.do("audit")


@test("while a call is slow the batch grows; 75 at most, each once")
def batches():
    with Desk(RULES) as desk, ThreadPoolExecutor(8) as pool:
        desk.sandbox.slow(2500, times=1, path=TRACK)
        list(pool.map(lambda number: desk.say(f"user-{number}", f"ping {number}"), range(160)))
        wait_written(desk)
        sizes = [len(request["objects"]) for request in desk.sandbox.requests(TRACK)]
        equal((sum(sizes), max(sizes) <= 75), (160, True), f"{sizes}")
        true(len(sizes) <= 6, f"few calls: {sizes}")
        for number in range(160):
            equal(desk.sandbox.profile(f"user-{number}")["shop_ping"], str(number), f"user-{number}")


CUSTOMERS = 90


def last_words(desk):
    """What each customer said last, by the order of the book."""
    rows = desk.rows("SELECT i.value AS user, m.text FROM message m JOIN conversation c ON c.id = m.conversation"
                     " JOIN identity i ON i.contact = c.contact WHERE m.kind = 'in' ORDER BY m.id")
    return {row["user"]: row["text"].removeprefix("ping ") for row in rows}


@test("a bad day and kill -9 in the middle of it: every profile ends with what was decided last")
def bad_day():
    faults = BAD_DAY + ["html=502", "drip=5"]
    with Desk(RULES, **QUICK) as desk:
        client = Client(desk)
        seed = play_bad_day(desk, client, faults, per_wave=50, customers=CUSTOMERS)
        true(desk.sandbox.report()["faults"] >= len(faults), f"it was a bad day: {desk.sandbox.report()}")
        insist(desk)
        desk.wait_drained(60)
        wanted = last_words(desk)
        true(len(wanted) > CUSTOMERS * 0.8, "customers")
        wrong = {user: (desk.sandbox.profile(user), words) for user, words in wanted.items()
                 if desk.sandbox.profile(user) != {"shop_ping": words, "shop_topic": "echo"}}
        equal(wrong, {}, f"SEED={seed}: profiles that are wrong")
        for request in desk.sandbox.requests(TRACK):
            users = [entry["user"] for entry in request.get("objects", [])]
            true(len(users) <= 75 and len(users) == len(set(users)), f"one call, each once: {users}")
        equal(judge(client, desk), [], f"SEED={seed}: complaints")


def insist(desk):
    """Asks once more for what Braze has rejected, as a person would."""
    for row in desk.rows("SELECT max(o.id) AS id FROM outbox o WHERE kind = 'track' AND state = 'dead' AND EXISTS"
                         " (SELECT 1 FROM profile p WHERE p.contact = o.contact AND p.is_refused) GROUP BY contact"):
        desk.do("outbox", "retry", row["id"])
    wait_written(desk, 60)


@test("frontdesk profile: by id, by phone, as CSV; nobody of that name is told so")
def command():
    with Desk(RULES) as desk:
        desk.hears("ana", "ping 1", "pong 1", phone_number="+821012345678")
        desk.say("bob", "blah")
        wait_written(desk)
        for who in ("ana", "+82 10-1234-5678", desk.conversation("ana")):
            told = desk.do("profile", who).out
            contains(told, '"echo"', "the value as JSON")
            contains(told, "Braze has taken all of it.", "all is there")
        lines = desk.do("profile", "ana", "--csv").out.splitlines()
        equal((len(lines), lines[0].split(",")[0]), (3, '"name"'), "CSV")
        contains(desk.do("profile", "bob").out, "Nothing was ever to be written", "nothing")
        equal(desk.cli("profile", "nobody").code, 3, "exit")
        written = desk.do("transcript", "ana", "--json").json()["written"]
        equal([(row["name"], row["value"], row["state"], row["wanted_by"]) for row in written],
              [("shop_ping", "1", "accepted", "echo"), ("shop_topic", "echo", "accepted", "echo")], "the transcript's end")
        lacks(desk.do("transcript", "ana", "--csv").out, "shop_", "as CSV it is about what was said")
        lacks(desk.do("profile", "+821012345678").out, "Others have this phone", "one phone, one customer")
        desk.hears("eve", "ping 2", "pong 2", phone_number="+821012345678")
        lines = {who: desk.do("profile", who, "--csv") for who in ("ana", "+82 10-1234-5678")}
        contains(lines["+82 10-1234-5678"].err, "Others have this phone as well, who are not shown: ana.", "a phone of two")
        lacks(lines["ana"].err, "Others", "by the id")


if __name__ == "__main__":
    main(lanes=4)
