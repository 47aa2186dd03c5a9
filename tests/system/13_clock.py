#!/usr/bin/python3
"""The clock jumps: no burst, no freeze, no reply expired or sent for it; ids and order stay."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from fakedesk import FakeDesk
from tap import equal, eventually, main, test, true
from verdict import Client, judge


YEAR = 365 * 24 * 3600


def talk_through(desk, offsets):
    """A few messages at each time, each answered at once."""
    client = Client(desk)
    for turn, offset in enumerate(offsets):
        desk.jump(offset)
        for number in range(5):
            equal(client.send(f"user-{number % 2}", f"c{turn}-{number}"), 202, f"at {offset}")
        for user, count in (("user-0", 3), ("user-1", 2)):
            desk.sandbox.wait_texts(user, (turn + 1) * count, 10)
    desk.wait_drained()
    ids = [row["id"] for row in desk.rows("SELECT id FROM message ORDER BY rowid")]
    equal(ids, sorted(ids), "ids rise")
    return client


@test("an hour on, an hour back, 20 days on, 1990: every message is answered at once, in order")
def jumps():
    with FakeDesk() as desk:
        client = talk_through(desk, ("+0", "+3600", "-3600", f"+{20 * 24 * 3600}", "+0", f"-{36 * YEAR}", "+0"))
        equal(judge(client, desk), [], "complaints")


@test("ten years on and back again: answered, balanced, nothing sent twice")
def ten_years():
    with FakeDesk() as desk:
        client = talk_through(desk, ("+0", f"+{10 * YEAR}", "+0"))
        # The keys for duplicates are kept for 30 days of that clock: they may be gone, and nothing else.
        equal([c for c in judge(client, desk) if "the key for duplicates" not in c], [], "complaints")


@test("retries go on when the clock is set back or on by hours in the middle of a wait")
def jump_in_a_wait():
    for offset in ("-7200", "+7200"):
        with FakeDesk() as desk:
            desk.sandbox.fault("status", status=503, times=2)
            desk.say("ana", "ping 1")
            eventually(lambda: desk.attempts("ana"), "tried in vain")
            desk.jump(offset)
            equal(desk.sandbox.wait_texts("ana", 1, 75), ["pong 1"], f"answered all the same, clock {offset}")
            desk.do("audit")


@test("twenty minutes slow or fast: a 429 that names a moment of Braze's clock is waited for as long as it takes there")
def limited_elsewhen():
    for offset in ("-1200", "+1200"):
        with FakeDesk() as desk:
            desk.jump(offset)
            desk.sandbox.fault("limit_epoch", seconds=3)
            desk.say("ana", "ping 1")
            equal(desk.sandbox.wait_texts("ana", 1, 20), ["pong 1"], f"answered, clock {offset}")
            desk.wait_outbox("ana", "accepted")
            equal([attempt["class"] for attempt in desk.attempts("ana")], ["later", "accepted"], f"attempts, clock {offset}")


@test("a restart under another clock: what was due stays due, within reason")
def restart_elsewhen():
    for offset in ("-7200", "+7200"):
        with FakeDesk() as desk:
            desk.sandbox.stop()
            desk.say("ana", "ping 1")
            eventually(lambda: desk.attempts("ana"), "tried in vain")
            desk.kill()
            desk.jump(offset)
            desk.sandbox.start()
            desk.start()
            equal(desk.sandbox.wait_texts("ana", 1, 75), ["pong 1"], f"answered, clock {offset}")
            true(desk.value("SELECT count(*) FROM outbox WHERE state = 'expired'") == 0, "nothing expired")


def read_since(desk, *words):
    """How many rows a command that reads has."""
    told = desk.cli(*words, "--json").json()
    return told["heard"] if "heard" in told else len(next(rows for rows in told.values() if isinstance(rows, list)))


@test("two days ahead or behind for a while: what is read of the last hour is all that was said then")
def read_all_the_same():
    for offset in (2 * 24 * 3600, -2 * 24 * 3600):
        with FakeDesk() as desk:
            for number, jump in enumerate([0] * 6 + [offset] * 12 + [0] * 6):
                desk.jump(f"{jump:+}")
                desk.say(f"user-{number}", f"ping {number}")
            desk.wait_drained()
            hour = ("--since", "1h", "--until", time.strftime("%Y-%m-%d %H:%M", time.gmtime(time.time() + 120)))
            for words in (("conversations",), ("search", "ping"), ("webhooks", "list"), ("outbox", "list"), ("stats",)):
                limit = () if words == ("stats",) else ("--limit", "0")
                equal(read_since(desk, *words, *hour, *limit), 12, f"{words}, {offset} s")


if __name__ == "__main__":
    main(lanes=3)
