#!/usr/bin/python3
"""When Braze does not take it: waits, retries, ambiguous attempts, dead rows, stopped lanes."""
import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
from desk import Desk
from sandbox import SEND
from tap import contains, equal, eventually, lacks, main, never, test, true
from verdict import Client, judge

QUICK = {"FRONTDESK_BRAZE_TIMEOUT_MS": "400"}


def classes(desk, user):
    return [attempt["class"] for attempt in desk.attempts(user)]


def row(desk, user, index=0):
    return desk.outbox(user)[index]


LIMITS = {  # each dialect of "wait", and about how many seconds it asks for
    "Retry-After": ({"Retry-After": "3"}, 3),
    "X-RateLimit-Retry-After": ({"X-RateLimit-Retry-After": "3", "Retry-After": "300"}, 3),
    "lower case": ({"x-ratelimit-retry-after": "3"}, 3),
    "Reset as an epoch": (lambda: {"X-RateLimit-Limit": "250000", "X-RateLimit-Remaining": "0",
                                   "X-RateLimit-Reset": str(int(time.time()) + 4)}, 3),
    "Reset as seconds left": ({"X-RateLimit-Reset": "3"}, 3),
    "an hour at most": ({"Retry-After": "999999"}, 3600),
}


def limited(dialect):
    headers, seconds = LIMITS[dialect]
    with Desk() as desk:
        headers = headers() if callable(headers) else headers
        desk.sandbox.fault("status", status=429, headers=headers, body='{"message":"rate limited"}')
        began = time.time()
        desk.say("ana", "ping 1")
        lane = eventually(lambda: desk.rows("SELECT * FROM lane WHERE state = 'limited'"), "the lane is limited")[0]
        wait = lane["until_at"] / 1000 - began
        true(seconds * 0.6 <= wait <= seconds * 1.6 + 2, f"{dialect}: waits {wait:.1f} s")
        equal((row(desk, "ana")["failures"], classes(desk, "ana")), (0, ["later"]), "costs the row no attempt")
        if seconds < 100:
            never(lambda: time.time() < began + seconds * 0.6 and desk.sandbox.texts("ana"), "sent too early", seconds * 0.6)
            equal(desk.sandbox.wait_texts("ana", 1, 15), ["pong 1"], "sent then")
            equal(desk.value("SELECT count(*) FROM lane WHERE state <> 'stopped' AND until_at > ?",
                             int(time.time() * 1000) + 1000), 0, "the lane is well again")


for _dialect in LIMITS:
    test(f"429 with {_dialect}: waits as told, then sends")(lambda dialect=_dialect: limited(dialect))


@test("429 with empty, absurd or missing headers: waits a minute at most, and costs the row nothing")
def limited_oddly():
    for headers in ({"X-RateLimit-Reset": "", "X-RateLimit-Limit": "", "Retry-After": ""}, {"Retry-After": "-5"}, {},
                    {"X-RateLimit-Reset": "soon"}, {"Retry-After": "99999999999999999999"}):
        with Desk() as desk:
            desk.sandbox.fault("status", status=429, headers=headers)
            began = time.time()
            desk.say("ana", "ping 1")
            eventually(lambda: desk.attempts("ana"), "tried")
            lane = desk.rows("SELECT * FROM lane WHERE state = 'limited'")[0]
            most = 4000 if "9999" in str(headers) else 75
            true(1 <= lane["until_at"] / 1000 - began <= most, f"{headers}: until {lane['until_at'] / 1000 - began:.1f} s")
            equal((row(desk, "ana")["state"], row(desk, "ana")["failures"]), ("due", 0), f"{headers}: the row")


@test("503 with Retry-After: the lane rests as told, and the row is sent then")
def unwell_for_a_while():
    with Desk() as desk:
        desk.sandbox.fault("status", status=503, headers={"Retry-After": "3"})
        began = time.time()
        desk.say("ana", "ping 1")
        lane = eventually(lambda: desk.rows("SELECT * FROM lane WHERE state = 'backing_off'"), "the lane backs off")[0]
        true(lane["until_at"] / 1000 - began >= 2.9, f"rests for {lane['until_at'] / 1000 - began:.1f} s")
        equal(desk.sandbox.wait_texts("ana", 1, 15), ["pong 1"], "sent then")
        equal(classes(desk, "ana"), ["not_done", "accepted"], "attempts")


def answered_5xx(status):
    with Desk() as desk:
        desk.sandbox.fault("status", times=2, status=status, body="<html>bad day</html>")
        desk.say("ana", "ping 1")
        equal(desk.sandbox.wait_texts("ana", 1, 30), ["pong 1"], "sent at last")
        done = desk.wait_outbox("ana", "accepted")[0]
        equal(classes(desk, "ana"), ["not_done"] * 2 + ["accepted"], "attempts")
        equal(done["is_ambiguous"], 0, "an answered 5xx is not ambiguous")
        equal(desk.rows("SELECT * FROM lane WHERE state = 'backing_off'"), [], "the lane is well again")
        desk.do("audit")


for _status in (500, 502, 503, 504):
    test(f"{_status}: retried, the lane backs off, nothing is doubled")(lambda status=_status: answered_5xx(status))


@test("Braze is down: refused calls are retried; on its return all go out, once, in order")
def refused():
    with Desk() as desk:
        client = Client(desk)
        desk.sandbox.stop()
        for number in range(60):
            client.send(f"user-{number % 6}", f"r{number}")
        eventually(lambda: desk.value("SELECT count(*) FROM attempt WHERE class = 'not_sent'") > 0, "tried in vain")
        desk.sandbox.start()
        desk.wait_drained(60)
        equal(desk.value("SELECT count(*) FROM outbox WHERE is_ambiguous"), 0, "nothing is ambiguous")
        equal(judge(client, desk), [], "complaints")


# fault: how many messages Braze took from one attempt
AMBIGUOUS = {"reset_before": 0, "reset_after": 1, "hang": 0, "take_and_hang": 1, "garbage": 1}


def ambiguous_once(do, taken):
    """One attempt's fate is unknown: sent once more and marked."""
    with Desk(**QUICK) as desk:
        desk.sandbox.fault(do, **({"ms": 3000} if "hang" in do else {}))
        desk.say("ana", "ping 1")
        done = desk.wait_outbox("ana", "accepted", within=30)[0]
        equal(done["is_ambiguous"], 1, "marked")
        equal(classes(desk, "ana"), ["ambiguous", "accepted"], "attempts")
        equal(desk.sandbox.texts("ana"), ["pong 1"] * (1 + taken), "heard")
        equal(desk.value("SELECT state FROM turn"), "answered", "the message's fate")
        desk.do("audit")


def ambiguous_twice(do, taken):
    """Both attempts' fate is unknown: no third one; listed for a person, and the next text goes out."""
    with Desk(**QUICK) as desk:
        desk.sandbox.fault(do, times=2, **({"ms": 3000} if "hang" in do else {}))
        desk.say("ana", "ping 1")
        desk.say("ana", "ping 2")
        desk.wait_outbox("ana", "unknown", "accepted", within=40)
        equal(classes(desk, "ana"), ["ambiguous", "ambiguous", "accepted"], "attempts")
        equal(desk.sandbox.texts("ana"), ["pong 1"] * (2 * taken) + ["pong 2"], "heard")
        equal(desk.value("SELECT state FROM turn ORDER BY id"), "unknown", "the message's fate")
        contains(desk.do("outbox", "list", "--json").out, "unknown", "listed")
        desk.do("audit")
        desk.do("outbox", "retry", desk.outbox("ana")[0]["id"])
        desk.wait_outbox("ana", "accepted", "accepted")


for _do, _taken in AMBIGUOUS.items():
    test(f"{_do} once: sent once more, marked")(lambda do=_do, taken=_taken: ambiguous_once(do, taken))
    test(f"{_do} twice: unknown, never a third time")(lambda do=_do, taken=_taken: ambiguous_twice(do, taken))


@test("an answer that drips meets the total deadline and is ambiguous")
def drip():
    with Desk(**QUICK) as desk:
        desk.sandbox.fault("drip", bytes_per_s=5)
        desk.say("ana", "ping 1")
        desk.wait_outbox("ana", "accepted", within=30)
        equal(classes(desk, "ana")[0], "ambiguous", "attempt")


@test("a huge answer, HTML, a lying length: judged by the status, within bounds")
def odd_answers():
    for do in ("huge", "gzip", "html", "lying_length"):
        with Desk(**QUICK) as desk:
            desk.sandbox.fault(do)
            desk.say("ana", "ping 1")
            eventually(lambda: row(desk, "ana")["state"] in ("accepted", "unknown"), f"{do}: settled", 30)
            with open(f"/proc/{desk.process.pid}/status", encoding="ascii") as file:
                resident = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
            true(resident < 400_000, f"{do}: {resident} KiB resident")
            desk.hears("bob", "ping 2", "pong 2")
            desk.do("audit")


@test("400 alone: dead with Braze's reason, the neighbours flow")
def dead():
    with Desk() as desk:
        desk.sandbox.fault("status", status=400, body='{"message":"No Recipients canary"}')
        desk.say("ana", "ping 1")
        done = desk.wait_outbox("ana", "dead")[0]
        contains(done["reason"], "No Recipients canary", "the reason")
        equal(classes(desk, "ana"), ["refused"], "attempts")
        equal(desk.value("SELECT state FROM turn"), "dead", "the message's fate")
        desk.hears("ana", "ping 2", "pong 2")
        desk.do("outbox", "retry", done["id"])
        desk.wait_outbox("ana", "accepted", "accepted")
        desk.do("audit")


@test("400 for a batch condemns nobody: sent singly, only the guilty one dies")
def guilty():
    with Desk() as desk:
        desk.sandbox.slow(800)
        for number in range(4):
            desk.say(f"first-{number}", "ping 0")
        for number in range(8):
            desk.say(f"user-{number}", f"ping {number}")
        desk.sandbox.refuse_user("user-3")
        desk.wait_drained(60)
        for number in range(8):
            wanted = "dead" if number == 3 else "accepted"
            equal(row(desk, f"user-{number}")["state"], wanted, f"user-{number}")
            equal(desk.sandbox.texts(f"user-{number}"), [] if number == 3 else [f"pong {number}"], f"user-{number}")
        true(max(map(len, desk.sandbox.batches())) > 1, "there was a batch")
        desk.do("audit")


STOPS = {401: '{"message":"Invalid API key: sandbox-key-123456"}', 403: '{"message":"Access Denied"}',
         404: '{"message":"Invalid URL"}'}


def stopped(status):
    with Desk() as desk:
        desk.sandbox.fault("status", times=2, status=status, body=STOPS[status])
        desk.say("ana", "ping 1")
        lane = eventually(lambda: desk.rows("SELECT * FROM lane WHERE state = 'stopped'"), "the lane stops")[0]
        contains(lane["reason"], str(status), "the lane's reason")
        lacks(lane["reason"], "sandbox-key", "a 401's body is never quoted")
        desk.say("bob", "ping 2")
        equal({row(desk, user)["state"] for user in ("ana", "bob")} <= {"due", "claimed"}, True, "the rows stay")
        contains(desk.do("status").out.lower(), "stopped", "status shows it")
        desk.sandbox.wait_texts("ana", 1, 90)
        desk.sandbox.wait_texts("bob", 1, 30)
        equal(desk.rows("SELECT * FROM lane WHERE state = 'stopped'"), [], "it resumed by itself")
        equal(row(desk, "ana")["failures"], 0, "costs the row no attempt")
        desk.do("audit")


for _status in STOPS:
    test(f"{_status}: the lane stops, keeps its rows, and resumes by itself")(lambda status=_status: stopped(status))


@test("Invalid Campaign ID stops that campaign only")
def stopped_campaign():
    rules = texts.CARRIERS + texts.ECHO + f"""
        INSERT INTO campaign (name, channel, campaign_id, layout) VALUES ('menu', 'whatsapp', '{texts.OTHER}', 'response');
        INSERT INTO rule (name, words, say, campaign) VALUES ('menu', 'menu', 'Cake or pie?', 'menu');"""
    with Desk(rules) as desk:
        desk.sandbox.fault("status", status=400, body='{"message":"Invalid Campaign ID"}')
        desk.say("ana", "menu")
        eventually(lambda: desk.rows("SELECT * FROM lane WHERE state = 'stopped' AND name LIKE '%menu%'"), "stops")
        desk.hears("bob", "ping 1", "pong 1")
        equal(row(desk, "ana")["state"], "due", "ana's row stays")
        equal(desk.sandbox.wait_texts("ana", 1, 90), ["Cake or pie?"], "and goes out at last")


@test("a 2xx with a notice or with errors is accepted, and the problem is shown")
def accepted_but():
    for do in ("notice", "errors"):
        with Desk() as desk:
            desk.sandbox.fault(do)
            desk.say("ana", "ping 1")
            eventually(lambda: desk.attempts("ana"), "an attempt")
            eventually(lambda: row(desk, "ana")["state"] not in ("due", "claimed", "waiting"), "settled")
            attempt = desk.attempts("ana")[0]
            true(attempt["reason"], f"{do}: {attempt}")
            shown = desk.do("outbox", "show", row(desk, "ana")["id"]).out
            contains(shown, attempt["reason"].split()[0], f"{do} is shown")
            desk.do("audit")


@test("a reply past its deadline is never sent late: expired, visibly")
def expired():
    with Desk(texts.SHOP + "INSERT INTO setting (name, value) VALUES ('reply_expires', '2 seconds');") as desk:
        desk.sandbox.fault("status", times=0, status=503)
        desk.say("ana", "ping 1")
        done = desk.wait_outbox("ana", "expired", within=30)[0]
        true(done["reason"], "with a reason")
        equal(desk.value("SELECT state FROM turn"), "expired", "the message's fate")
        desk.sandbox.unscript()
        desk.say("ana", "ping 2")
        desk.wait_outbox("ana", "expired", "accepted", within=30)
        equal(desk.sandbox.texts("ana"), ["pong 2"], "nothing late")
        desk.do("audit")


@test("a daemon that was stopped for a while (SIGSTOP) sends nothing twice unmarked")
def suspended():
    with Desk(**QUICK) as desk:
        client = Client(desk)
        desk.sandbox.slow(200, times=6)
        for number in range(8):
            client.send(f"user-{number % 4}", f"z{number}")
        desk.process.send_signal(signal.SIGSTOP)
        never(lambda: False, "the time of the pause", 1.5)
        desk.process.send_signal(signal.SIGCONT)
        desk.wait_drained(40)
        equal(judge(client, desk), [], "complaints")


@test("new messages do not starve behind a backlog")
def no_starving():
    with Desk() as desk:
        desk.sandbox.stop()
        for number in range(600):
            desk.say(f"old-{number}", f"ping o{number}")
        desk.sandbox.start()
        desk.sandbox.slow(300, times=0)
        eventually(lambda: desk.value("SELECT count(*) FROM outbox WHERE state = 'accepted'") > 0, "it drains", 60)
        left = desk.pending()
        desk.say("new", "ping now")
        desk.sandbox.wait_texts("new", 1, 20)
        true(desk.pending() > 0 or left < 150, "the new one did not wait for the whole backlog")
        desk.sandbox.unscript()
        desk.wait_drained(60)


if __name__ == "__main__":
    main(lanes=5)
