#!/usr/bin/python3
"""take against replies in flight: never a bot's text at the customer's after take was acknowledged.

RACES rounds (1,000) over several customers at once. In each a customer writes a few messages, and at a random moment a
person takes the conversation. What the sandbox has recorded when take returns is all that the bot may ever have said in that
round; calls on their way to it are delayed, so that a take that does not wait for them is found out.
"""
import os
import random
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import http.client
from desk import Desk
from recorder import Recorder
from tap import equal, main, test, true

RACES = int(os.environ.get("RACES", "1000"))
LANES = 8


class Racer(threading.Thread):
    """One customer and one person who takes over, again and again."""

    def __init__(self, desk, user, rounds, act):
        super().__init__()
        self.desk, self.user, self.rounds, self.act = desk, user, rounds, act
        self.dice = random.Random(user)
        self.complaints, self.withheld, self.heard = [], 0, 0
        self.taken = []   # (round, texts heard when take returned)

    def run(self):
        try:
            self.web = http.client.HTTPConnection("127.0.0.1", self.desk.port, timeout=30)
            self.write("warm up")
            self.conversation = self.desk.conversation(self.user)
            for number in range(self.rounds):
                self.race(number)
        except Exception as error:
            self.complaints.append(f"{self.user}: {error!r}")

    def write(self, text):
        answer = self.desk.post({"user_id": self.user, "message": text, "dispatch_id": f"{self.user} {text}"},
                                connection=self.web)
        assert answer.status == 202, answer

    def race(self, number):
        for part in range(self.dice.choice((1, 1, 2, 3))):
            self.write(f"ping {self.user}-{number}-{part}")
        self.wait_a_moment()
        self.act("take", self.conversation)
        self.taken.append((number, self.desk.sandbox.texts(self.user)))
        self.write(f"ping {self.user}-{number}-late")
        self.act("release", self.conversation)

    def wait_a_moment(self):
        """0 to 4 ms, by the clock and not by the scheduler."""
        until = time.monotonic() + self.dice.uniform(0, 0.004)
        while time.monotonic() < until:
            pass

    def judge(self):
        """Every text of a round that was heard at all had been heard when take returned."""
        everything = self.desk.sandbox.texts(self.user)
        for number, heard in self.taken:
            of_round = [text for text in everything if text.startswith(f"pong {self.user}-{number}-")]
            late = [text for text in of_round if text not in heard]
            if late:
                self.complaints.append(f"{self.user}: after take number {number}: {late}")
            self.heard += len(of_round)
        self.withheld = sum(row["state"] == "withheld" for row in self.desk.outbox(self.user))


def race(desk, rounds, act):
    """The rounds, judged; how many replies were heard, how many withheld."""
    racers = [Racer(desk, f"u{number}", rounds // LANES, act) for number in range(LANES)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    desk.wait_drained(60)
    for racer in racers:
        racer.judge()
    complaints = sum((racer.complaints for racer in racers), [])
    equal(complaints[:5], [], f"{len(complaints)} complaints")
    heard, withheld = sum(r.heard for r in racers), sum(r.withheld for r in racers)
    print(f"# {rounds} races: {heard} replies left before take, {withheld} were withheld")
    desk.do("audit")
    return heard, withheld


@test(f"{RACES} races of take against replies in flight, over a network that delays them")
def races():
    with Desk(start=False) as desk, Recorder(desk.sandbox, latency_ms=12) as network:
        desk.env["BRAZE_REST_URL"] = network.url
        desk.start()
        heard, withheld = race(desk, RACES, desk.act)
        true(heard > 0 and withheld > 0, f"both ends of the race were seen: {heard} heard, {withheld} withheld")


@test("the same with nothing in between")
def quick_races():
    with Desk() as desk:
        heard, _ = race(desk, max(LANES, RACES // 4), desk.act)
        true(heard > 0, "replies left before take")


@test("take waits for a call that hangs, and tells when it cannot be sure")
def take_while_hanging():
    with Desk(FRONTDESK_BRAZE_TIMEOUT_MS="1500") as desk:
        desk.sandbox.fault("take_and_hang", ms=1000000)
        desk.say("ana", "ping 1")
        desk.sandbox.wait_texts("ana", 1)
        began = time.monotonic()
        desk.do("take", "ana")
        true(time.monotonic() - began > 0.5, "take waited for the call's end")
        heard = desk.sandbox.texts("ana")
        desk.wait_drained()
        equal(desk.sandbox.texts("ana"), heard, "nothing after take, not even the second try")


if __name__ == "__main__":
    main()
