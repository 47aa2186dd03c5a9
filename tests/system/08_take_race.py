#!/usr/bin/python3
"""take, say and a colleague's phone against replies in flight: never a bot's text at the customer's after a person has him.

RACES rounds (1,000; with a new desk after each BATCH) over several customers at once. In each a customer writes a few messages, and at a random moment a
person takes the conversation: by take, by say, or by what she writes on her phone. What the sandbox has recorded when take or
say returns is all that the bot may ever have said in that round, and behind her own text from the phone there is nothing more of
it; calls on their way to it are delayed, so that an act that does not wait for them is found out. AI answers that are being
thought of when a person steps in come neither then nor after her release.
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
import texts
from tap import equal, eventually, main, test, true

RACES = int(os.environ.get("RACES", "1000"))
LANES = 8
BATCH = 2000    # races with one desk, since each looks at all that its customer has heard so far


class Racer(threading.Thread):
    """One customer and one person who takes over, again and again."""

    def __init__(self, desk, user, rounds, act, seed):
        super().__init__()
        self.desk, self.user, self.rounds, self.act = desk, user, rounds, act
        self.step_in = "take"
        self.dice = random.Random(f"{seed} {user}")
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
        self.act(self.step_in, self.conversation, **({"text": f"person {number}"} if self.step_in == "say" else {}))
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


class Thinker(Racer):
    """The same with a model that is still thinking when a person steps in: its answer names what it answers."""

    def race(self, number):
        self.write(f"ask {self.user}-{number}-0")
        self.wait_a_moment()
        self.act(self.step_in, self.conversation, **({"text": f"person {number}"} if self.step_in == "say" else {}))
        self.taken.append((number, self.desk.sandbox.texts(self.user)))
        self.wait_a_moment()
        self.act("release", self.conversation)

    def judge(self):
        everything = self.desk.sandbox.texts(self.user)
        for number, heard in self.taken:
            # What nobody has answered is put to the model together with the newest: the last line is the round's own.
            of_round = [text for text in everything if f'ask {self.user}-{number}-0" (' in text]
            late = [text for text in of_round if text not in heard]
            if late:
                self.complaints.append(f"{self.user}: after stepping in number {number}: {late}")
            self.heard += len(of_round)


class Caller(Racer):
    """A colleague of the customer's own, who answers from her phone while the bot's texts leave."""

    def race(self, number):
        for part in range(self.dice.choice((1, 2, 3))):
            self.write(f"ping {self.user}-{number}-{part}")
        self.write_as(self.user, f"person {self.user}", f"{number} person")
        case = eventually(lambda: self.desk.value(
            "SELECT h.number FROM handover h JOIN told t ON t.handover = h.number WHERE h.conversation = ? AND h.state <> 'over'",
            self.conversation), "the case is told", 15, 0.001)
        self.wait_a_moment()
        self.write_as(f"kim-{self.user}", f"#{case} person {self.user}-{number}", number)
        self.write(f"ping {self.user}-{number}-late")
        self.write_as(f"kim-{self.user}", f"#{case} done", f"{number} done")

    def write_as(self, user, text, key):
        answer = self.desk.post({"user_id": user, "message": text, "dispatch_id": f"{user} {key}"}, connection=self.web)
        assert answer.status == 202, answer

    def judge(self):
        """Behind her text of a round nothing of the bot in that round; and her text came once."""
        everything = self.desk.sandbox.texts(self.user)
        for number in range(self.rounds):
            mark = f"person {self.user}-{number}"
            if everything.count(mark) != 1:
                self.complaints.append(f"{self.user}: {mark} came {everything.count(mark)} times")
                continue
            behind = everything[everything.index(mark) + 1:]
            late = [text for text in behind if text.startswith(f"pong {self.user}-{number}-")]
            if late:
                self.complaints.append(f"{self.user}: behind {mark}: {late}")
            self.heard += sum(text.startswith(f"pong {self.user}-{number}-") for text in everything)
        self.withheld = sum(row["state"] == "withheld" for row in self.desk.outbox(self.user))


def batches(races, kind=Racer, step_in="take"):
    """The sizes of the batches, and for each what makes a race of it."""
    seed = int(os.environ.get("SEED", "0"))
    for number, begin in enumerate(range(0, races, BATCH)):
        yield lambda desk, n=number, size=min(BATCH, races - begin): race(desk, max(LANES, size), kind, step_in, seed + n)


def race(desk, rounds, kind, step_in, seed):
    """The rounds, judged; how many replies were heard, how many withheld."""
    racers = [kind(desk, f"u{number}", rounds // LANES, desk.act, seed) for number in range(LANES)]
    for racer in racers:
        racer.step_in = step_in
        racer.start()
    for racer in racers:
        racer.join()
    desk.wait_drained(60)
    for racer in racers:
        racer.judge()
    complaints = sum((racer.complaints for racer in racers), [])
    equal(complaints[:5], [], f"{len(complaints)} complaints")
    heard, withheld = sum(r.heard for r in racers), sum(r.withheld for r in racers)
    print(f"# {rounds} races: {heard} replies left before {step_in}, {withheld} were withheld")
    desk.do("audit")
    return heard, withheld


def judge_ends(heard, withheld):
    true(heard > 0 and withheld > 0, f"both ends of the race were seen: {heard} heard, {withheld} withheld")


@test(f"{RACES} races of take against replies in flight, over a network that delays them")
def races():
    for run in batches(RACES):
        with Desk(texts.SHOP + texts.UNLIMITED, start=False) as desk, Recorder(desk.sandbox, latency_ms=12) as network:
            desk.env["BRAZE_REST_URL"] = network.url
            desk.start()
            judge_ends(*run(desk))


@test("the same with nothing in between")
def quick_races():
    for run in batches(RACES // 4):
        with Desk(texts.SHOP + texts.UNLIMITED) as desk:
            heard, _ = run(desk)
            true(heard > 0, "replies left before take")


@test(f"{RACES} races of say: what a person says ends what the bot says")
def says():
    for run in batches(RACES, step_in="say"):
        with Desk(texts.SHOP + texts.UNLIMITED, start=False) as desk, Recorder(desk.sandbox, latency_ms=12) as network:
            desk.env["BRAZE_REST_URL"] = network.url
            desk.start()
            judge_ends(*run(desk))


@test(f"{RACES} races of what a colleague writes on her phone")
def phones():
    teams = "".join(f"INSERT INTO team (name, notify_user) VALUES ('t{n}', 'kim-u{n}');\n"
                    f"INSERT INTO rule (name, priority, words, action, target, say) VALUES\n"
                    f"  ('to {n}', 950, 'person u{n}', 'handoff', 't{n}', 'A colleague is coming.');\n" for n in range(LANES))
    for run in batches(RACES, Caller, "her text"):
        with Desk(texts.SHOP + texts.UNLIMITED + teams, start=False) as desk, Recorder(desk.sandbox, latency_ms=12) as network:
            desk.env["BRAZE_REST_URL"] = network.url
            desk.start()
            heard, _ = run(desk)
            true(heard > 0, "replies left before her text")


@test(f"{RACES} races of a person against a model that is still thinking")
def thoughts():
    rules = texts.SHOP + """
INSERT INTO setting (name, value) VALUES ('allow_local_backends', 'yes'), ('consults_per_hour', '0'), ('replies_per_hour', '0');
INSERT INTO rule (name, words, action, target) VALUES ('ask', 'ask', 'consult', 'assistant');
INSERT INTO backend (name, kind, url, model, key_env, settle_ms, calls) VALUES
  ('assistant', 'openai', '{url}/v1', 'gpt-4.1-mini', 'TEST_AI_KEY', 0, 16);
"""
    for run in batches(RACES, Thinker):
        with Desk(start=False, TEST_AI_KEY="ai-key-0815") as desk:
            desk.sandbox.options = ("--ai-delay", "2", "--ai-key", "ai-key-0815")
            desk.sandbox.start()
            desk.write_rules(rules.replace("{url}", desk.sandbox.url))
            desk.start()
            heard, _ = run(desk)
            true(heard > 0, "answers left before take")


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


@test("take waits for a call to whoever has turned out to be the same person meanwhile, by the phone")
def take_of_two():
    with Desk(FRONTDESK_BRAZE_TIMEOUT_MS="3000") as desk:
        desk.hears("ana", "ping 0", "pong 0")
        desk.wait_drained()
        desk.sandbox.fault("take_and_hang", ms=1000000)
        desk.say("", "ping 1", phone_number="+821012345678")
        eventually(lambda: desk.sandbox.faults_left() == [], "the call by the phone alone hangs")
        desk.say("ana", "ping 2", phone_number="+821012345678")
        equal(desk.value("SELECT count(*) FROM contact"), 2, "one was known by the phone alone")
        eventually(lambda: desk.value("SELECT count(*) FROM outbox WHERE state = 'accepted'") == 2, "her own answer has left")
        desk.do("take", desk.conversation("ana"))
        equal(desk.value("SELECT count(*) FROM outbox WHERE state = 'claimed'"), 0, "calls that are out when take returns")
        desk.wait_drained()
        equal([row["state"] for row in desk.rows("SELECT state FROM outbox ORDER BY id")], ["accepted", "unknown", "accepted"],
              "and no second try follows")


if __name__ == "__main__":
    main()
