#!/usr/bin/python3
"""What is done to a profile once: counts, lists and events arrive, are settled one by one, and are never doubled unseen."""
import collections
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
from desk import Desk
from profiles import BAD_DAY, QUICK, play_bad_day, wait_written, written
from sandbox import SEND, TRACK
from tap import contains, equal, eventually, lacks, main, test, true
from verdict import Client, judge

RULES = texts.SHOP + r"""
INSERT INTO rule (name, priority, words, action) VALUES ('forget', 700, 'forget it', 'ignore');
INSERT INTO attribute (name, at, value, type) VALUES
  ('shop_pings', 'rule:echo',   '1',     'increment'),
  ('shop_last',  'rule:echo',   '{{ n }}', 'text'),
  ('shop_said',  'rule:echo',   'a, b',  'array_add'),
  ('shop_said',  'rule:forget', 'a',     'array_remove');
INSERT INTO custom_event (name, at) VALUES ('pinged', 'rule:echo');
INSERT INTO custom_event_property (event, name, value) VALUES ('pinged', 'n', '{{ n }}');
"""


class Truth:
    """What the profiles hold, by adding up what was written."""

    def __init__(self, desk):
        self.pings, self.events, self.said = collections.Counter(), collections.Counter(), collections.defaultdict(list)
        self.last = {}
        for user, entry in written(desk):
            if entry.get("name") == "pinged":
                self.events[user, entry["properties"]["n"]] += 1
            self.pings[user] += entry.get("shop_pings", {}).get("inc", 0)
            self.last[user] = entry.get("shop_last", self.last.get(user))
            change = entry.get("shop_said", {})
            self.said[user] = [text for text in self.said[user] if text not in change.get("remove", []) + change.get("add", [])]
            self.said[user] += change.get("add", [])


def states(desk, user):
    """state by kind of what was done once, newest last."""
    return desk.rows("SELECT e.kind, e.name, e.value, e.state FROM entry e JOIN identity i ON i.contact = e.contact"
                     " WHERE i.value = ? ORDER BY e.id", user)


def shown(desk, user):
    return {entry["kind"]: entry["state"] for entry in desk.do("profile", user, "--json").json()["entries"]}


@test("counts, lists and events arrive, each in its own form, and what waits goes together")
def arrives():
    with Desk(RULES) as desk:
        desk.hears("ana", "ping 1", "pong 1")
        wait_written(desk)
        desk.sandbox.slow(1500, times=1, path=TRACK)
        for number in (2, 3, 4):
            desk.hears("ana", f"ping {number}", f"pong {number}")
        desk.say("ana", "forget it")
        wait_written(desk)
        truth = Truth(desk)
        equal((truth.pings["ana"], truth.last["ana"], truth.said["ana"]), (4, "4", ["b"]), "the profile")
        equal(truth.events, {("ana", str(number)): 1 for number in (1, 2, 3, 4)}, "events")
        event = next(entry for _, entry in written(desk) if "name" in entry)
        at = desk.value("SELECT at FROM entry WHERE kind = 'event' ORDER BY id")
        equal((event["external_id"], event["_update_existing_only"], event["time"][19:]), ("ana", True, f".{at % 1000:03d}Z"),
              "an event says who, and when it happened")
        true(len([1 for _, entry in written(desk) if "shop_pings" in entry]) < 4, "what waited was added up")
        told = desk.do("profile", "ana").out
        contains(told, "increment", "profile")
        contains(told, "rule echo", "who wanted it")
        contains(told, "Braze has taken all of it.", "profile")
        rows = desk.do("profile", "ana", "--csv").out.splitlines()
        equal((rows[0].split(",")[-1], {row.split(",")[-1] for row in rows[1:]}),
              ('"kind"', {'"set"', '"increment"', '"array_add"', '"array_remove"', '"event"'}), "one table for a spreadsheet")
        carried = json.loads(desk.do("outbox", "list", "--json").json()["outbox"][-2]["text"])
        equal((carried["attributes"]["shop_pings"], carried["events"][0]["name"]), ({"inc": 1}, "pinged"), "what the row carried")
        desk.do("audit")


@test("what went to the profile of a phone, before an id was known, is shown as that profile's")
def promoted():
    with Desk(RULES) as desk:
        desk.say("", "ping 1", phone_number="+821012345678")
        wait_written(desk)
        desk.say("ana", "ping 2", phone_number="+821012345678")
        wait_written(desk)
        equal([desk.sandbox.profile(user)["shop_pings"] for user in ("+821012345678", "ana")], [1, 1], "one each")
        told = desk.do("profile", "ana", "--json").json()
        equal([(entry["kind"], entry["addressee"]) for entry in told["entries"] if entry["kind"] == "increment"],
              [("increment", "external:ana"), ("increment", "phone:+821012345678")], "whose they are")
        equal({value["addressee"] for value in told["attributes"]}, {"external:ana"}, "what is set was set again")
        lines = [line for line in desk.do("profile", "ana").out.splitlines() if line.startswith("increment")]
        equal(["it went to the profile phone:+821012345678" in line for line in lines], [False, True], "for people")
        contains(desk.do("profile", "ana", "--csv").out, "phone:+821012345678", "for a spreadsheet")
        desk.do("audit")


COUNTER = RULES + """
INSERT INTO rule (name, priority, words, say) VALUES ('reset', 700, 'reset', 'Set.'), ('away', 700, 'away', 'Gone.');
INSERT INTO attribute (name, at, value, type) VALUES
  ('shop_pings', 'rule:reset', '100', 'number'), ('shop_pings', 'rule:away', NULL, NULL);
"""


@test("a counter can be set to a value that it counts on from, and taken away")
def counter():
    with Desk(COUNTER) as desk:
        for heard, said, pings in (("ping 1", "pong 1", 1), ("reset", "Set.", 100), ("ping 2", "pong 2", 101), ("reset", "Set.", 100),
                                   ("away", "Gone.", None), ("ping 3", "pong 3", 1)):
            desk.hears("ana", heard, said)
            wait_written(desk)
            equal(desk.sandbox.profile("ana").get("shop_pings"), pings, heard)
        desk.do("audit")


@test("what was surely not done goes again, and is done once: 503, 502, 429 in three dialects, a key that is refused")
def again():
    for fault in ("503 x2", "status=502", "limit_track=1", "limit_seconds=1", "limit_epoch=1", "status=401"):
        with Desk(RULES, **QUICK) as desk:
            desk.sandbox.fault_line(f"{fault} on {TRACK}")
            desk.hears("ana", "ping 1", "pong 1")
            eventually(lambda: desk.sandbox.requests(TRACK), "a first try")
            wait_written(desk, 60)
            truth = Truth(desk)
            equal((truth.pings["ana"], truth.events["ana", "1"]), (1, 1), fault)
            equal({row["state"] for row in states(desk, "ana")}, {"accepted"}, fault)


@test("what may have been done is not repeated: 500, 504, a timeout, a reset; a person decides")
def unknown():
    for fault, is_done in (("status=500", 0), ("status=504", 0), ("hang=5000", 0), ("take_and_hang=5000", 1), ("reset_after", 1)):
        with Desk(RULES, **QUICK) as desk:
            desk.sandbox.fault_line(f"{fault} on {TRACK}")
            desk.hears("ana", "ping 1", "pong 1")
            eventually(lambda: desk.value("SELECT 1 FROM entry WHERE state = 'unknown'"), fault)
            wait_written(desk)
            equal(shown(desk, "ana"), {"increment": "unknown", "array_add": "accepted", "event": "unknown"}, fault)
            truth = Truth(desk)
            equal((truth.pings["ana"], truth.events["ana", "1"], truth.last["ana"]), (is_done, is_done, "1"), fault)
            told = desk.do("status").out
            contains(told.splitlines()[1], "may or may not stand in customers' profiles", f"{fault}: status begins with it")
            contains(told, "frontdesk outbox list --state unknown", "status")
            contains(desk.do("profile", "ana").out, "may or may not stand in the profile", "profile")
            row, = desk.do("outbox", "list", "--state", "unknown", "--json").json()["outbox"]
            equal(desk.cli("audit").code, 0, "audit")
            if is_done:
                desk.do("outbox", "drop", row["id"])
                lacks(desk.do("status").out, "may or may not", "dropped")
            else:
                desk.do("outbox", "retry", row["id"])
            wait_written(desk)
            truth = Truth(desk)
            equal((truth.pings["ana"], truth.events["ana", "1"]), (1, 1), f"{fault}: in the end")
            equal(desk.cli("audit").code, 0, "audit")


@test("kill -9 with entries in flight: sets and lists go again, counts and events are left for a person")
def killed():
    for hang in ("hang=20000", "take_and_hang=20000"):
        with Desk(RULES) as desk:
            desk.sandbox.fault_line(f"{hang} on {TRACK}")
            desk.hears("ana", "ping 1", "pong 1")
            desk.wait_outbox("ana", "accepted")  # the answer has left, and does not go once more
            eventually(lambda: desk.sandbox.requests(TRACK), "in flight")
            desk.kill()
            desk.sandbox.unscript()
            desk.start()
            desk.hears("ana", "ping 2", "pong 2")
            wait_written(desk)
            truth = Truth(desk)
            equal((truth.last["ana"], truth.said["ana"]), ("2", ["a", "b"]), "what is set")
            equal(truth.pings["ana"], 2 if hang.startswith("take") else 1, "nothing is doubled")
            equal((truth.events["ana", "1"], truth.events["ana", "2"]), (int(hang.startswith("take")), 1), "events")
            kinds = [row["kind"] for row in states(desk, "ana") if row["state"] == "unknown"]
            equal(sorted(kinds), ["event", "increment"], "unknown")
            desk.do("audit")


@test("an object that Braze rejects is refused alone, with its reason; the rest of the call is done")
def rejected():
    with Desk(RULES) as desk:
        desk.sandbox.slow(700, times=1, path=TRACK)
        desk.sandbox.fault("errors", path=TRACK)
        desk.hears("first", "ping 0", "pong 0")
        for number in range(4):
            desk.hears(f"user-{number}", f"ping {number}", f"pong {number}")
        wait_written(desk)
        refused = desk.rows("SELECT e.kind, e.reason, e.outbox FROM entry e WHERE state = 'refused'")
        true(0 < len(refused) < 6, f"some: {refused}")
        true(all(row["reason"] for row in refused), "each with a reason")
        equal(desk.value("SELECT count(*) FROM entry WHERE state = 'accepted'"), 15 - len(refused), "the others are done")
        contains(desk.do("status").out, "refused in the last 7 days", "status")
        for row in {row["outbox"] for row in refused}:
            desk.do("outbox", "retry", row)
        wait_written(desk)
        truth = Truth(desk)
        equal([truth.pings[f"user-{number}"] for number in range(4)], [1] * 4, "done after all, and once")
        equal(set(truth.events.values()), {1}, "each event once")
        desk.do("audit")


RIDING = texts.SHOP + f"""
INSERT INTO setting (name, value) VALUES ('subscription_group', '{texts.GROUP}'), ('subscribe_newcomers', 'yes');
INSERT INTO attribute (name, at, value, type, with_reply) VALUES ('shop_person', 'handoff', 'yes', 'boolean', 'yes');
"""


@test("what must be true when the answer is read, and the subscription, go with the answer and need no call of their own")
def riding():
    with Desk(RIDING) as desk:
        desk.sandbox.fault_line(f"503 on {SEND}")
        desk.hears("ana", "person please", "A colleague is coming.")
        wait_written(desk)
        equal({row["name"]: row["state"] for row in desk.do("profile", "ana", "--json").json()["attributes"]},
              {"shop_person": "accepted", "subscription_groups": "accepted"}, "taken with the answer")
        equal(desk.sandbox.requests(TRACK), [], "no call of their own")
        contains(desk.value("SELECT t.attributes FROM track t JOIN outbox o ON o.id = t.outbox WHERE o.kind = 'send'"),
                 '"shop_person":true', "what rode")
        desk.do("audit")


@test("a first-time writer, whom Braze takes for unsubscribed, hears the answer where the owner has her subscribed, and else not")
def newcomer():
    for setting, heard in (("no", []), ("yes", ["We are open until six."])):
        with Desk(start=False) as desk:
            desk.sandbox.options = ("--newcomers-unsubscribed",)
            desk.sandbox.start()
            desk.write_rules(RIDING.replace("'yes');", f"'{setting}');", 1))
            desk.start()
            desk.say("", "when are you open?", phone_number="+821012345678")
            desk.wait_drained()
            equal(desk.sandbox.texts("+821012345678"), heard, f"subscribe_newcomers {setting}")
            equal(desk.value("SELECT state FROM outbox WHERE kind = 'send'"), "accepted", "Braze has said success")


@test("an answer whose subscription Braze refuses leaves without it, and status, profile and outbox say so and why, until the group is mended")
def refused_subscription():
    with Desk(start=False) as desk:
        desk.sandbox.options = ("--newcomers-unsubscribed",)
        desk.sandbox.start()
        desk.write_rules(RIDING.replace(texts.GROUP, texts.OTHER))
        desk.start()
        desk.say("", "when are you open?", phone_number="+821012345678")
        desk.wait_drained()
        equal(desk.sandbox.texts("+821012345678"), [], "unheard, whatever Braze says")
        status = desk.do("status").out
        contains(status, "1 customer could not be subscribed, and may hear nothing: Braze answered 400: ", "status")
        contains(status, "BAD_SUBSCRIPTION_GROUP_ID; correct the setting subscription_group", "why, and what to do")
        row, = desk.do("profile", "+821012345678", "--json").json()["attributes"]
        equal(row["state"], "refused", "profile")
        contains(row["reason"], "BAD_SUBSCRIPTION_GROUP_ID", "and why")
        desk.reload(RIDING)
        eventually(lambda: desk.value("SELECT count(*) FROM ruleset") == 2, "the group is another")
        desk.say("", "when are you open?", phone_number="+821012345678")
        desk.wait_drained()
        equal(desk.sandbox.texts("+821012345678"), ["We are open until six."], "subscribed with the next answer")
        contains(desk.do("status").out, "nothing needs you", "all is well")
        desk.do("audit")


def complaints(desk):
    """By the book and by what Braze has written: every count and every event, where it is known what became of it."""
    truth, found = Truth(desk), []
    said = desk.rows("SELECT i.value AS user, m.text FROM message m JOIN conversation c ON c.id = m.conversation"
                     " JOIN identity i ON i.contact = c.contact WHERE m.kind = 'in' ORDER BY m.id")
    entries = desk.rows("SELECT i.value AS user, e.kind, e.value, e.state FROM entry e JOIN identity i ON i.contact = e.contact")
    total, sure, doubtful = collections.Counter(), collections.Counter(), collections.Counter()
    state_of = {}
    for row in said:
        total[row["user"]] += 1
    for row in entries:
        if row["kind"] == "increment":
            count = int(row["value"])
            total[row["user"]] -= count
            sure[row["user"]] += count if row["state"] == "accepted" else 0
            doubtful[row["user"]] += count if row["state"] == "unknown" else 0
        elif row["kind"] == "event":
            state_of[row["user"], json.loads(row["value"])["n"]] = row["state"]
    found += [f"{user}: {count} counts are missing in the book" for user, count in total.items() if count != 0]
    for user in total:
        if not sure[user] <= truth.pings[user] <= sure[user] + doubtful[user]:
            found.append(f"{user}: {truth.pings[user]} counted, sure {sure[user]}, doubtful {doubtful[user]}")
    for row in said:
        event = row["user"], row["text"].removeprefix("ping ")
        least, most = {"accepted": (1, 1), "unknown": (0, 1), "refused": (0, 0)}[state_of[event]]
        if not least <= truth.events[event] <= most:
            found.append(f"{event}: {truth.events[event]} times, and is {state_of[event]}")
    return found


@test("a bad day and kill -9 in the middle of it: nothing is lost, nothing is doubled, and what is doubtful is marked")
def bad_day():
    with Desk(RULES, **QUICK) as desk:
        client = Client(desk)
        seed = play_bad_day(desk, client, BAD_DAY + ["html=200", "status=400"], per_wave=60, customers=60)
        desk.wait_drained(60)
        equal(complaints(desk), [], f"SEED={seed}: complaints")
        true(desk.value("SELECT count(*) FROM entry WHERE state = 'unknown'") > 0, "it was a bad day")
        true(desk.value("SELECT count(*) FROM entry WHERE state = 'accepted'") > 200, "and most went well")
        for request in desk.sandbox.requests(TRACK):
            names = [entry["user"] for entry in request.get("objects", []) if "name" not in entry["object"]]
            true(len(request.get("objects", [])) <= 75 and len(names) == len(set(names)), f"one call, each once: {names}")
        equal(judge(client, desk), [], f"SEED={seed}: complaints")


if __name__ == "__main__":
    main(lanes=4)
