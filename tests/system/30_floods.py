#!/usr/bin/python3
"""Floods and loops: what is answered, what falls silent, and who is heard and served all the same."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
import web
from desk import Desk
from fakedesk import FakeDesk
from tap import contains, equal, lacks, main, test, true
from verdict import Client

NOTICE = "That is more than I can follow"
AWAY = (texts.CARRIERS + "INSERT INTO rule (name, priority, say) VALUES ('away', 0, '{}');\n"
        "INSERT INTO setting (name, value) VALUES ('repeats_in_a_row', '6');\n")
LIMITS = texts.SHOP + "INSERT INTO setting (name, value) VALUES ('messages_per_minute', '20');\n"


def state_of(desk, message):
    return desk.value("SELECT t.state FROM message m JOIN turn t ON t.id = m.turn WHERE m.id = ?", message)


def answer(desk, user, text):
    """What comes back, or None where the desk is silent."""
    before = len(desk.sandbox.texts(user))
    number = desk.say(user, text)
    return None if state_of(desk, number) == "silenced" else desk.sandbox.wait_texts(user, before + 1)[before]


def talk(one, other, text, most):
    """Each hears what the other has said. The texts, until one is silent."""
    said = []
    while text is not None:
        true(len(said) < most, f"they still talk after {most} texts: {said[-4:]}")
        text = answer(other, "machine", text)
        said.append(text)
        one, other = other, one
    return said[:-1]


def floods(desk):
    return [row["detail"] for row in desk.rows("SELECT detail FROM event WHERE kind = 'flood' ORDER BY id")]


@test("two answering machines that write to each other fall silent after a few texts, and each says once that it does")
def machines():
    with Desk(AWAY.format("I am out of office until Monday.")) as one, Desk(AWAY.format("Thank you, we will answer.")) as other:
        said = talk(one, other, "I am out of office until Monday.", 40)
        true(10 <= len(said) <= 16, f"{len(said)} texts: {said}")
        true(sum(text.startswith(NOTICE) for text in said) <= 2, f"notices: {said}")
        contains(floods(one) + floods(other), "the same text more than 6 times in a row", "the ledger")
        for desk in (one, other):
            equal(answer(desk, "ana", "hello").startswith(NOTICE), False, "others are served")
            desk.do("audit")


@test("two machines that find new words each time fall silent at the replies of an hour")
def poets():
    rules = AWAY + "INSERT INTO setting (name, value) VALUES ('replies_per_hour', '20');\n"
    with Desk(rules.format("Word {{ message_count }} of mine.")) as one, Desk(rules.format("And word {{ message_count }}.")) as other:
        said = talk(one, other, "Hello.", 90)   # the hour may strike in between
        true(len(said) >= 40, f"{len(said)} texts")
        contains(floods(one) + floods(other), "more than 20 replies an hour", "the ledger")
        for desk in (one, other):
            desk.do("audit")


@test("an echo is not answered for ever")
def echo():
    with Desk(AWAY.format("You can reach us from nine to six, {{ message_count }}.")) as desk:
        text = "Hello."
        for _ in range(20):
            text = answer(desk, "parrot", text)
            if text is None:
                break
        equal(text, None, "it is silent")
        equal(floods(desk), ["the same text more than 6 times in a row"], "once")
        contains(answer(desk, "parrot", "Are you open on Sunday?"), "from nine to six", "a person took over")


def to_next_minute(desk, ahead):
    """Sets the clock to the first second of a minute that has not begun; how far it is ahead then."""
    ahead += 61 - (time.time() + ahead) % 60
    desk.jump(f"+{ahead:.0f}")
    return round(ahead)


def minute_of(desk, message):
    return desk.value("SELECT at / 60000 FROM message WHERE id = ?", message)


@test("300 messages in a minute get their answers up to the limit, one notice and silence; the next minute is as ever")
def flood():
    with FakeDesk(rules=LIMITS) as desk:
        ahead = to_next_minute(desk, 0)
        client = Client(desk)
        for number in range(300):
            equal(client.send("ana", f"f{number}"), 202, "taken")
        last = desk.value("SELECT max(id) FROM message WHERE kind = 'in'")
        equal(minute_of(desk, last), desk.value("SELECT min(at) / 60000 FROM message"), "all in one minute")
        desk.hears("ben", "ping b", "pong b")
        desk.wait_drained()
        heard = desk.sandbox.texts("ana")
        equal(heard[:20], [f"pong f{number}" for number in range(20)], "up to the limit")
        equal((len(heard), heard[20].startswith(NOTICE)), (21, True), "then the notice")
        equal(desk.value("SELECT count(*) FROM turn WHERE state = 'silenced'"), 279, "silenced")
        equal(floods(desk), ["more than 20 messages a minute"], "the ledger")
        contains(desk.do("why", last).out, "more than 20 messages a minute", "why")
        equal(desk.do("status", "--json").json()["floods_today"], 1, "status")
        lacks(desk.do("why", last).out, "No rule won", "why")
        contains(web.call_unix(desk.db + ".sock", "GET", "/metrics").body.decode(), "frontdesk_messages_flooded_total 280", "metrics")
        to_next_minute(desk, ahead)
        desk.hears("ana", "ping again", "pong again")
        desk.do("audit")


@test("in a flood who opts out is opted out, and who wants a person gets one; then the machine's limits are nobody's")
def heard():
    with FakeDesk(rules=LIMITS) as desk:
        to_next_minute(desk, 0)
        for user in ("ana", "ben"):
            for number in range(30):
                desk.say(user, f"ping {number}")
        desk.say("ana", "stop")
        desk.say("ben", "a person please")
        desk.wait_drained()
        for user, last in (("ana", "You will hear no more from us."), ("ben", "A colleague is coming.")):
            heard = desk.sandbox.texts(user)
            equal((len(heard), heard[20].startswith(NOTICE), heard[21]), (22, True, last), f"what {user} hears")
        equal(state_of(desk, desk.say("ben", "ping x")), "agent", "with a person")
        equal(len(floods(desk)), 2, "one for each")
        desk.do("audit")


@test("a restart in a flood begins no new one")
def restart():
    with FakeDesk(rules=LIMITS) as desk:
        to_next_minute(desk, 0)
        for number in range(25):
            desk.say("ana", f"ping {number}")
        desk.wait_drained()
        desk.kill()
        desk.start()
        equal(state_of(desk, desk.say("ana", "ping on")), "silenced", "still silent")
        equal(len(floods(desk)), 1, "one flood")


main()
