#!/usr/bin/python3
"""Who answers: rules by priority, templates, opt-out, hand-over, and a person at the command line."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
from desk import Desk
from tap import contains, equal, eventually, lacks, main, never, test, true

PRIORITIES = texts.CARRIERS + r"""
INSERT INTO rule (name, priority, say) VALUES ('rest', 0, 'Pardon?');
INSERT INTO rule (name, words, say) VALUES ('first', 'cake', 'the first'), ('second', 'cake, pie', 'the second');
INSERT INTO rule (name, priority, words, say) VALUES ('urgent', 800, 'leak*', 'Shut the valve.');
INSERT INTO rule (name, priority, words, unless, say) VALUES ('polite', 600, 'hello', 'hello kitty', 'Good day.');
INSERT INTO rule (name, pattern, say) VALUES ('order', 'order\s*#?\s*(?<number>\d{4,10})(?!\d)',
  'Order {{ number }}, {{ first_name | default: ''friend'' }} of {{ business_name }}.');
INSERT INTO rule (name, words, say) VALUES ('brown', 'brown fox', 'A fox.');
INSERT INTO rule (name, words, say) VALUES ('시간', '영업시간', '아홉 시부터요.');
"""


@test("the highest priority wins, ties go by file order, a catch-all declared first eats nothing")
def priorities():
    with Desk(PRIORITIES) as desk:
        for text, reply in (("cake", "the first"), ("pie", "the second"), ("cake and a leak", "Shut the valve."),
                            ("there are leaks!", "Shut the valve."), ("what?", "Pardon?"), ("HELLO", "Good day."),
                            ("hello kitty", "Pardon?"), ("cupcakes", "Pardon?"), ("brown brown fox", "A fox."),
                            ("영업시간이 어떻게 돼요?", "아홉 시부터요."), ("ＣＡＫＥ", "the first"), ("ca\u200bke", "the first")):
            desk.hears("ana", text, reply)
        winner = desk.rows("SELECT rule FROM decision ORDER BY message LIMIT 1")[0]["rule"]
        equal(winner, "first", "the decision names the rule")


@test("named groups and templates fill the reply")
def templates():
    with Desk(PRIORITIES) as desk:
        desk.hears("ana", "Where is Order #12345?", "Order 12345, Ana of Test Shop.", first_name="Ana")
        desk.hears("bob", "order 2222", "Order 2222, friend of Test Shop.")
        desk.hears("bob", "order 12345678901", "Pardon?")


@test("nothing matches: unanswered, visibly; ignore: silenced")
def unanswered():
    with Desk() as desk:
        desk.say("ana", "quantum physics")
        desk.say("ana", "blah blah")
        equal([row["state"] for row in desk.rows("SELECT state FROM turn ORDER BY id")], ["unanswered", "silenced"],
              "fates")
        equal(desk.outbox("ana"), [], "nothing to send")
        desk.do("audit")


@test("opt-out: the confirmation, then nothing but opt-in; a sentence with stop in it opts nobody out")
def opt_out():
    with Desk() as desk:
        desk.hears("ana", "Stop!", "You will hear no more from us.")
        for text in ("ping 1", "hours", "human", "stop"):
            desk.say("ana", text)
        desk.wait_drained()
        equal(len(desk.sandbox.texts("ana")), 1, "silence")
        true(desk.value("SELECT opted_out_at FROM contact"), "the contact knows")
        desk.hears("ana", "start", "Welcome back.")
        desk.hears("ana", "ping 2", "pong 2")
        desk.hears("bob", "ping 3 and don't stop", "pong 3")
        equal({row["kind"] for row in desk.rows("SELECT kind FROM event")} >= {"opt_out", "opt_in"}, True, "ledger")
        desk.do("audit")


@test("opt-out withholds what waits: nothing but the confirmation goes out afterwards")
def opt_out_withholds():
    with Desk() as desk:
        desk.sandbox.fault("status", status=503, times=0)
        desk.say("ana", "ping 1")
        desk.say("ana", "ping 2")
        desk.say("ana", "stop")
        eventually(lambda: [r["state"] for r in desk.outbox("ana")][:2] == ["withheld", "withheld"],
                   lambda: f"withheld: {desk.outbox('ana')}")
        desk.sandbox.unscript()
        desk.wait_drained()
        equal(desk.sandbox.texts("ana"), ["You will hear no more from us."], "heard")
        desk.do("audit")


@test("a hand-over says its sentence, then the bot is silent; the queue shows who waits")
def handoff():
    with Desk() as desk:
        desk.hears("ana", "I want a human", "A colleague is coming.")
        desk.say("ana", "ping 1")
        desk.say("ana", "hours")
        never(lambda: len(desk.sandbox.texts("ana")) > 1, "the bot spoke after the hand-over", 0.5)
        row = desk.rows("SELECT owner, team, epoch FROM conversation")[0]
        equal((row["owner"], row["team"]), ("agent", "support"), "owner")
        true(row["epoch"] > 1, "the epoch was raised")
        equal([r["state"] for r in desk.rows("SELECT state FROM turn ORDER BY id")][1:], ["agent", "agent"], "fates")
        contains(desk.do("conversations", "--owner", "agent", "--json").out, "ana", "listed")
        desk.do("audit")


@test("a queued bot reply dies with the hand-over: only what was said under the new epoch goes out")
def handoff_withholds():
    with Desk() as desk:
        desk.sandbox.fault("status", status=503, times=0)
        desk.say("ana", "ping 1")
        desk.say("ana", "a person please")
        eventually(lambda: desk.outbox("ana")[0]["state"] == "withheld", "withheld")
        desk.sandbox.unscript()
        desk.wait_drained()
        equal(desk.sandbox.texts("ana"), ["A colleague is coming."], "heard")


@test("opt-out works while a person holds the conversation")
def opt_out_with_agent():
    with Desk() as desk:
        desk.hears("ana", "human", "A colleague is coming.")
        desk.hears("ana", "stop", "You will hear no more from us.")


@test("take, say, release, close from the command line")
def by_hand():
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        desk.do("take", "ana")
        desk.say("ana", "ping 2")
        desk.do("say", "ana", "Hello, Mia here.")
        equal(desk.sandbox.wait_texts("ana", 2), ["pong 1", "Hello, Mia here."], "a person speaks")
        equal(desk.rows("SELECT owner FROM conversation"), [{"owner": "agent"}], "owner")
        desk.do("release", "ana")
        desk.hears("ana", "ping 3", "pong 3")
        desk.do("close", "ana")
        equal(desk.value("SELECT owner FROM conversation"), "closed", "closed")
        desk.hears("ana", "ping 4", "pong 4")
        equal(desk.value("SELECT count(*) FROM conversation"), 2, "a message after the close opens a new one")
        kinds = [row["kind"] for row in desk.rows("SELECT kind FROM event WHERE conversation IS NOT NULL ORDER BY id")]
        equal([k for k in kinds if k in ("take", "say", "release", "close")], ["take", "say", "release", "close"],
              "ledger")
        equal(desk.cli("take", "nobody-of-that-name").code, 3, "nobody")
        desk.do("audit")


@test("say takes a bot's conversation first")
def say_takes():
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        lacks(desk.do("say", desk.conversation("ana"), "It's me.").out, "too long", "said in one message")
        equal(desk.value("SELECT owner FROM conversation"), "agent", "owner")
        desk.say("ana", "ping 2")
        desk.wait_drained()
        equal(desk.sandbox.texts("ana"), ["pong 1", "It's me."], "heard")
        contains(desk.do("say", "ana", "word " * 1700).out, "the customer gets it in 3, one after", "8,500 letters: told of")
        equal(len(desk.sandbox.wait_texts("ana", 5)), 5, "and so it is")


@test("a person's answer cancels what the bot still had to say")
def say_cancels():
    with Desk() as desk:
        desk.sandbox.fault("status", status=503, times=0)
        desk.say("ana", "ping 1")
        eventually(lambda: desk.attempts("ana"), "tried in vain")
        desk.do("say", "ana", "I am here.")
        desk.sandbox.unscript()
        desk.wait_outbox("ana", "withheld", "accepted")
        equal(desk.sandbox.texts("ana"), ["I am here."], "heard")
        equal(desk.value("SELECT state FROM turn"), "withheld", "the message's fate")
        desk.do("audit")


@test("a person's acts work while no daemon runs, and go out when it runs again")
def by_hand_without_daemon():
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        equal(desk.stop(), 0, "exit")
        desk.do("say", "ana", "Back at nine.")
        desk.start()
        equal(desk.sandbox.wait_texts("ana", 2)[1], "Back at nine.", "heard")
        desk.do("audit")


@test("a person's text is text: nothing in it is a template")
def text_is_text():
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        desk.do("say", "ana", "use {{ first_name }} like this")
        heard = desk.sandbox.wait_texts("ana", 2)[1]
        lacks(heard, "{{", "broken apart on its way to Braze")
        contains(heard, "first_name", "but said")


@test("customers' conversations do not touch each other, nor do channels")
def apart():
    rules = texts.SHOP + f"""INSERT INTO campaign (name, channel, campaign_id, layout)
                             VALUES ('text', 'sms', '{texts.OTHER}', 'response');"""
    with Desk(rules) as desk:
        desk.hears("ana", "human", "A colleague is coming.")
        desk.hears("bob", "ping 1", "pong 1")
        desk.post({"user_id": "ana", "message": "ping 2", "dispatch_id": "s"}, channel="sms")
        equal(desk.sandbox.wait_texts("ana", 2)[1], "pong 2", "ana by sms")
        equal(desk.sandbox.messages("ana")[-1]["campaign"], texts.OTHER, "the channel's campaign")


if __name__ == "__main__":
    main(lanes=2)
