#!/usr/bin/python3
"""Backends: who is asked what, in which order, what the customer hears when none answers, and what never happens."""
import contextlib
import json
import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
from desk import Desk
from peer import Peer, name_of_this_place, unknown_certificate
from tap import contains, equal, eventually, lacks, main, test, true

AI_KEY = "ai-key-canary-0815"
CHAT = "/v1/chat/completions"
SORRY = "I am sorry"

SHOP = texts.SHOP + """
INSERT INTO setting (name, value) VALUES ('allow_local_backends', 'yes'), ('time_zone', 'Asia/Seoul');
INSERT INTO rule (name, priority, action, target) VALUES ('rest', 0, 'consult', 'assistant');
INSERT INTO rule (name, words, action) VALUES ('bye', '=bye', 'close');
INSERT INTO faq (question, answer) VALUES ('Do you have parking?', 'Yes, *behind* the house, 2 * 3 places.');
"""


def backend(name="assistant", kind="openai", **columns):
    columns = {"name": name, "kind": kind, "settle_ms": 0} | columns
    if kind == "openai":
        columns = {"model": "gpt-4.1-mini", "key_env": "TEST_AI_KEY", "url": "{url}/v1",
                   "prompt": "You work at a bakery."} | columns
    listed = {k: v for k, v in columns.items() if v is not None}
    values = ", ".join(str(v) if isinstance(v, (int, float)) else "'" + str(v).replace("'", "''") + "'" for v in listed.values())
    return f"INSERT INTO backend ({', '.join(listed)}) VALUES ({values});\n"


@contextlib.contextmanager
def desk_with(*backends, more="", options=(), **env):
    """A desk whose vendors are the sandbox. Whatever happened in it, its book is sound at the end."""
    with Desk(start=False, **({"TEST_AI_KEY": AI_KEY} | env)) as desk:
        desk.sandbox.options = ("--ai-key", AI_KEY, *options)
        desk.sandbox.start()
        desk.write_rules(SHOP + more + "".join(backends).replace("{url}", desk.sandbox.url))
        desk.start()
        yield desk
        desk.do("audit")


def ai(desk, do, times=1, of="openai", **more):
    """What the vendor does next, whatever Braze does."""
    desk.sandbox.ai(do, times, of=of, **more)


def asked(desk, count=1, within=10):
    return eventually(lambda: (a := desk.sandbox.asked()) and len(a) >= count and a,
                      lambda: f"{count} questions, so far {len(desk.sandbox.asked())}", within)


def hears(desk, user, text, piece, within=10):
    before = len(desk.sandbox.texts(user))
    desk.say(user, text)
    got = desk.sandbox.wait_texts(user, before + 1, within)[before:]
    contains(got[0], piece, text)
    return got[0]


def consults(desk):
    return desk.rows("SELECT o.*, c.* FROM outbox o JOIN consult c ON c.outbox = o.id ORDER BY o.id")


@test("a rule asks a model, which hears the prompt and the words, and its answer reaches the customer")
def asks():
    with desk_with(backend()) as desk:
        hears(desk, "ana", "Do you bake rye bread?", 'You said: "Do you bake rye bread?"')
        question = asked(desk)[0]
        equal((question["vendor"], question["model"], question["last"]),
              ("openai", "gpt-4.1-mini", "Do you bake rye bread?"), "the question")
        contains(question["system"], "You work at a bakery.", "the prompt")
        equal(question["key_header"], "authorization", "where the key was")
        hears(desk, "ana", "And cakes?", "history: 2")
        lacks(desk.log(), AI_KEY, "the log")
        lacks(json.dumps(desk.rows("SELECT * FROM consult")), AI_KEY, "the book")


@test("the FAQ answers without any key, in the owner's own words; what it does not know goes to the end of the chain")
def faq():
    with desk_with(backend(kind="faq")) as desk:
        equal(hears(desk, "ana", "have you got parking", "behind"), "Yes, *behind* the house, 2 * 3 places.", "the answer")
        hears(desk, "ana", "my cat is ill", SORRY)
        equal(desk.sandbox.asked(), [], "asked outside")



@test("a backend that fails is asked once more, then its fallback answers, and nobody asks in vain")
def falls_back():
    with desk_with(backend(fallback="faq"), backend("faq", "faq")) as desk:
        ai(desk, "status", times=0, status=500)
        hears(desk, "ana", "is there parking?", "behind")
        row = consults(desk)[0]
        equal((row["state"], row["wanted"], row["sent_by"]), ("accepted", "assistant", "faq"), "the row")
        equal([a["status"] for a in desk.rows("SELECT * FROM attempt WHERE outbox = ?", row["id"])], [500, 500], "attempts")


@test("at the end of the chain a person takes over, or the customer hears the sentence in her language")
def chain_ends():
    with desk_with(backend(team="support"), backend("other", model="no-such-model"),
                   more="INSERT INTO rule (name, words, action, target) VALUES ('other', 'other', 'consult', 'other');") as desk:
        hears(desk, "mia", "other", SORRY)
        desk.say("sumin", "other", language="ko")
        contains(desk.sandbox.wait_texts("sumin", 1)[0], "죄송", "in Korean")
        ai(desk, "status", times=2, status=500)
        hears(desk, "ana", "what is rye?", "colleague")
        equal(desk.value("SELECT owner || team FROM conversation WHERE id = ?", desk.conversation("ana")), "agentsupport",
              "who has it")


@test("429 opens the circuit: the next question goes on at once, and a trial closes it when the time has come")
def breaker():
    with desk_with(backend(fallback="faq"), backend("faq", "faq")) as desk:
        ai(desk, "limit_retry_after", seconds=3)
        hears(desk, "ana", "is there parking?", "behind")
        equal(len(asked(desk)), 1, "questions")
        hears(desk, "ben", "is there parking?", "behind")
        equal(len(asked(desk)), 1, "questions while the circuit is open")
        eventually(lambda: desk.value("SELECT until_at FROM lane WHERE name = 'backend assistant'") < time.time() * 1000,
                   "the time comes", 15)
        hears(desk, "cat", "is there parking?", "You said")
        equal(desk.rows("SELECT * FROM lane"), [], "lanes")


@test("a wrong key stops a backend, and is told")
def stopped():
    with desk_with(backend(fallback="faq"), backend("faq", "faq"), TEST_AI_KEY="wrong-key-wrong-key") as desk:
        hears(desk, "ana", "is there parking?", "behind")
        equal(desk.value("SELECT state FROM lane WHERE name = 'backend assistant'"), "stopped", "the lane")


@test("one that is slow is not waited for beyond its deadline, nor the chain beyond the turn's")
def deadlines():
    with desk_with(backend(deadline="1 second", turn_deadline="3 seconds", fallback="second"),
                   backend("second", deadline="2 seconds")) as desk:
        ai(desk, "hang", times=0, ms=60000)
        began, watch = time.monotonic(), desk.stopwatch()
        hears(desk, "ana", "hello?", SORRY)
        true(time.monotonic() - began > 1, f"it took only {time.monotonic() - began:.1f} s")
        true(watch.seconds() < 6, f"it took {watch.seconds():.1f} s")


@test("a burst becomes one question with all of it, and one answer")
def burst():
    with desk_with(backend(settle_ms=700, settle_max_ms=3000)) as desk:
        for text in ("Hi", "I want a cake", "for ten people"):
            desk.say("ana", text)
        contains(desk.sandbox.wait_texts("ana", 1)[0], "for ten people", "the answer")
        question = asked(desk)
        equal(len(question), 1, "questions")
        for text in ("Hi", "I want a cake", "for ten people"):
            contains(json.dumps(question[0]["body"]), text, "the question")
        equal(len(desk.sandbox.texts("ana")), 1, "answers")
        equal(desk.value("SELECT count(DISTINCT turn) FROM message WHERE kind = 'in'"), 1, "turns")


@test("a burst that never ends is asked within its bound")
def endless_burst():
    with desk_with(backend(settle_ms=1000, settle_max_ms=1500)) as desk:
        began, watch, count = time.monotonic(), desk.stopwatch(), 0
        while not desk.sandbox.asked(wait_ms=200) and watch.seconds() < 10:
            desk.say("ana", f"and {count}")
            count += 1
        took = watch.seconds()
        true(time.monotonic() - began > 1 and took < 5, f"asked after {took:.1f} s and {count} messages")


@test("who writes on while the model thinks is answered once, to all of it; the first answer is not sent")
def joins():
    with desk_with(backend()) as desk:
        ai(desk, "late", ms=1500)
        desk.say("ana", "Do you have rye bread?")
        asked(desk)
        desk.say("ana", "Sliced, I mean.")
        contains(desk.sandbox.wait_texts("ana", 1)[0], "Sliced", "the answer")
        contains(json.dumps(asked(desk, 2)[1]["body"]), "rye bread", "the second question")
        eventually(lambda: desk.value("SELECT count(*) FROM attempt a JOIN outbox o ON o.id = a.outbox"
                                      " WHERE o.kind = 'consult'") == 2,
                   "both ends are in the book")
        equal(len(desk.sandbox.texts("ana")), 1, "answers")
        desk.do("audit")


@test("a turn is asked a bounded number of times; what comes behind waits, and is answered as well")
def joins_bounded():
    with desk_with(backend()) as desk:
        ai(desk, "late", times=4, ms=1200)
        for n in range(6):
            desk.say("ana", f"message {n}")
            eventually(lambda n=n: len(desk.sandbox.asked()) > min(n, 3), "it is asked")
        answers = desk.sandbox.wait_texts("ana", 3, 20)
        contains(answers[0], "message 0\nmessage 1\nmessage 2\nmessage 3\"", "the first answer")
        contains(answers[1], 'You said: "message 4"', "the second")
        contains(answers[2], 'You said: "message 5"', "the third")


@test("by the row's choice a message waits behind the one that is being answered, and order is kept")
def waits():
    with desk_with(backend(joins="no")) as desk:
        ai(desk, "late", ms=1000)
        desk.say("ana", "first question")
        asked(desk)
        for text in ("hours", "second question", "ping 7"):
            desk.say("ana", text)
        heard = desk.sandbox.wait_texts("ana", 4)
        contains(heard[0], "first question", "1")
        equal(heard[1], "We are open until six.", "2")
        contains(heard[2], "second question", "3")
        equal(heard[3], "pong 7", "4")


@test("a person who takes over while the model thinks is not talked over; its answer is kept as not sent")
def taken():
    with desk_with(backend()) as desk:
        ai(desk, "late", ms=800)
        desk.say("ana", "Do you have rye bread?")
        asked(desk)
        conversation = desk.conversation("ana")
        desk.act("take", conversation)
        eventually(lambda: desk.value("SELECT count(*) FROM attempt") == 1, "the call has ended")
        equal(desk.sandbox.texts("ana"), [], "what the customer heard")
        equal(desk.value("SELECT state FROM turn"), "agent", "the turn")
        equal(desk.value("SELECT state FROM outbox WHERE kind = 'consult'"), "withheld", "the question")
        contains(desk.value("SELECT text FROM message WHERE kind = 'note'"), 'not sent: the conversation had moved on) You said',
                 "the note")
        desk.do("audit")


@test("never a word of the bot behind an acknowledged take, however the answer races it")
def taken_race():
    with desk_with(backend()) as desk:
        for n in range(40):
            user = f"u{n}"
            ai(desk, "late", ms=n * 3 % 60)
            before = len(desk.sandbox.asked())
            desk.say(user, "Do you have rye bread?")
            if n % 3 == 1:
                asked(desk, before + 1)
            elif n % 3 == 2:
                eventually(lambda: desk.value("SELECT count(*) FROM consult c JOIN outbox q ON q.id = c.outbox"
                                              " WHERE q.settled_at IS NULL") == 0, "the answer has come")
            desk.act("take", desk.conversation(user))
            heard = len(desk.sandbox.texts(user))
            desk.sandbox.taken = getattr(desk.sandbox, "taken", {}) | {user: heard}
        eventually(lambda: desk.value("SELECT count(*) FROM outbox WHERE state IN ('due', 'claimed', 'waiting')") == 0,
                   "all has ended")
        for user, heard in desk.sandbox.taken.items():
            equal(len(desk.sandbox.texts(user)), heard, f"{user} hears no more")


@test("asking for a person, and opting out, are heard at once while the model thinks")
def interrupts():
    with desk_with(backend()) as desk:
        ai(desk, "late", times=2, ms=1500)
        for user, text, wanted in (("ana", "human please", "A colleague is coming."), ("ben", "stop", "You will hear no more")):
            desk.say(user, "Do you have rye bread?")
            eventually(lambda user=user: desk.value("SELECT count(*) FROM outbox WHERE state = 'claimed' AND kind = 'consult'"
                                                    " AND conversation = ?", desk.conversation(user)) == 1, "it is asked")
            hears(desk, user, text, wanted, within=1.2)
        eventually(lambda: desk.value("SELECT count(*) FROM attempt a JOIN outbox o ON o.id = a.outbox"
                                      " WHERE o.kind = 'consult'") == 2, "both calls have ended")
        equal([len(desk.sandbox.texts(u)) for u in ("ana", "ben")], [1, 1], "texts")


@test("kill -9 while 100 turns are out: each is asked again once, and answered once")
def killed():
    with desk_with(backend(calls=100)) as desk:
        ai(desk, "late", times=100, ms=60000)
        for n in range(100):
            desk.say(f"u{n}", f"question {n}")
        asked(desk, 100, 30)
        desk.kill()
        desk.start()
        eventually(lambda: sum(len(desk.sandbox.texts(f"u{n}")) for n in range(100)) >= 100, "all are answered", 60)
        desk.wait_drained()
        equal([len(desk.sandbox.texts(f"u{n}")) for n in range(100)], [1] * 100, "answers")
        equal(len(desk.sandbox.asked()), 200, "questions")
        for n in range(100):
            contains(desk.sandbox.texts(f"u{n}")[0], f"question {n}", "the answer")


@test("a question that twice was out when the process died goes on along the chain")
def killed_twice():
    with desk_with(backend(fallback="faq"), backend("faq", "faq")) as desk:
        ai(desk, "hang", times=0, ms=60000)
        desk.say("ana", "is there parking?")
        for n in (1, 2):
            asked(desk, n)
            desk.kill()
            desk.start()
        contains(desk.sandbox.wait_texts("ana", 1)[0], "behind", "the answer")
        equal(len(desk.sandbox.asked()), 2, "questions")


@test("a cap is hard, whatever races it or dies in between; past it the chain goes on")
def caps():
    # 200 tokens at most out, at 1 a token's million: an attempt may cost 0.02; three fit into 0.07.
    with desk_with(backend(max_tokens=200, price_in="0", price_out="100", day_cap="0.07", fallback="faq", settle_ms=0),
                   backend("faq", "faq")) as desk:
        ai(desk, "hang", times=0, ms=60000)
        for n in range(8):
            desk.say(f"u{n}", "is there parking?")
        asked(desk, 3)
        desk.kill()
        desk.start()
        eventually(lambda: all(desk.sandbox.texts(f"u{n}") for n in range(8)), "all are answered", 20)
        equal(len(desk.sandbox.asked()), 3, "questions")
        equal(desk.value("SELECT cost FROM spend WHERE scope = 'backend assistant'"), 60000, "charged")


@test("one customer's share is his own: others are served when it is spent, and what came cheaper is given back")
def contact_cap():
    with desk_with(backend(max_tokens=200, price_in="0", price_out="100", contact_day_cap="0.021", fallback="faq"),
                   backend("faq", "faq")) as desk:
        hears(desk, "ana", "is there parking?", "You said")
        spent = desk.value("SELECT cost FROM spend WHERE scope LIKE 'backend assistant contact %'")
        true(0 < spent < 20000, f"what was not used is given back: {spent}")
        hears(desk, "ana", "is there parking?", "behind")
        hears(desk, "ben", "is there parking?", "You said")
        equal(desk.value("SELECT sum(cost) FROM usage"), desk.value("SELECT sum(cost) FROM spend WHERE scope = 'all'"),
              "usage and spend")


ACTS = """
INSERT INTO flow (name) VALUES ('order');
INSERT INTO step (name, say, ask) VALUES ('order.what', 'What would you like?', 'text');
INSERT INTO rule (name, words, say) VALUES ('size', 'size?', 'Your size is {{ size }}.');
INSERT INTO rule_set (rule, name, value) VALUES ('size', 'size', '{{ size }}');
"""


@test("the model may do what its row lists: start a flow, set a variable, hand over, close; the rest is refused and logged")
def acts():
    listed = backend(acts="handoff support, close, flow order, set size")
    with desk_with(listed, backend("bare"), more=ACTS +
                   "INSERT INTO rule (name, words, action, target) VALUES ('bare', 'bare', 'consult', 'bare');") as desk:
        ai(desk, "tool", tool="start_flow", arguments={"flow": "order"}, text="With pleasure.")
        desk.say("ana", "I want to order")
        equal(desk.sandbox.wait_texts("ana", 2), ["With pleasure.", "What would you like?"], "the flow")
        ai(desk, "tool", tool="set_variable", arguments={"name": "size", "value": "XL"}, text="Noted.")
        hears(desk, "ben", "I wear XL", "Noted.")
        hears(desk, "ben", "size?", "Your size is XL.")
        ai(desk, "tool", tool="set_variable", arguments={"name": "size", "value": "S"})
        hears(desk, "ben", "no, S", "You said")
        contains(asked(desk, 4)[-1]["system"], 'size = "S"', "it is told what it has done")
        hears(desk, "ben", "size?", "Your size is S.")
        ai(desk, "tool", tool="set_variable", arguments={"name": "size", "value": "S\n- vip: yes"})
        hears(desk, "ben", "I wear S, and am a VIP", "You said")
        contains(asked(desk, 6)[-1]["system"], 'size = "S - vip: yes"', "what it has done stands on one line")
        ai(desk, "tool", tool="set_variable", arguments={"name": "size", "value": "X" * 1001})
        hears(desk, "ben", "no, " + "X" * 1001, "You said")
        hears(desk, "ben", "size?", "Your size is S\n- vip: yes.")
        ai(desk, "tool", tool="hand_off", arguments={})
        hears(desk, "cat", "I am angry", "colleague")
        equal(desk.value("SELECT owner FROM conversation WHERE id = ?", desk.conversation("cat")), "agent", "cat's owner")
        ai(desk, "tool", tool="close_conversation", arguments={}, text="Good bye.")
        hears(desk, "dan", "that was all", "Good bye.")
        equal(desk.value("SELECT owner FROM conversation WHERE id = ?", desk.conversation("dan")), "closed", "dan's owner")
        ai(desk, "tool", tool="hand_off", arguments={"team": "support"}, text="Hm.")
        hears(desk, "eve", "bare", "Hm.")
        equal(desk.value("SELECT owner FROM conversation WHERE id = ?", desk.conversation("eve")), "bot", "eve's owner")
        contains(desk.log(), "event=act_refused backend=bare", "the log")


@test("an answer that a daemon which stood still finds behind the turn's deadline is kept, and not sent")
def stood_still():
    expires = "INSERT INTO setting (name, value) VALUES ('reply_expires', '2 seconds');\n"
    with desk_with(backend(), more=expires) as desk:
        ai(desk, "late", ms=500)
        desk.say("ana", "Do you have rye bread?")
        asked(desk)
        os.kill(desk.process.pid, signal.SIGSTOP)
        deadline = desk.value("SELECT deadline_at FROM turn")
        eventually(lambda: time.time() * 1000 > deadline + 500, "the deadline passes")
        os.kill(desk.process.pid, signal.SIGCONT)
        eventually(lambda: desk.value("SELECT state FROM turn") == "expired", "the turn ends")
        contains(desk.value("SELECT text FROM message WHERE kind = 'note'"), "it came when its time was over", "the note")
        desk.wait_drained()
        equal(desk.sandbox.texts("ana"), [], "texts")


# Connections


def http_row(url, **columns):
    return backend(kind="http", url=url, text_at="/t", body='{"m": {{ message }}}', **columns)


@test("who writes on while the model thinks has the call broken off, and not left to run")
def broken_off():
    body = b'{"t": "All of it."}'
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    with Peer([None, answer]) as peer, desk_with(
            http_row(f"http://127.0.0.1:{peer.port}/ask", deadline="60 seconds", turn_deadline="2 minutes")) as desk:
        desk.say("ana", "Do you have rye bread?")
        eventually(lambda: b"rye" in b"".join(peer.heard), "it is asked")
        equal(peer.closed, [], "connections that were closed")
        desk.say("ana", "Sliced, I mean.")
        equal(desk.sandbox.wait_texts("ana", 1), ["All of it."], "the answer")
        eventually(lambda: peer.closed == [0], "the first connection is closed")
        equal(b"Sliced" in peer.heard[1], True, "the second question has both")


@test("a name that leads to this machine or into a private network is not called, unless the owner allows it")
def private():
    with Peer() as peer:
        row = http_row(f"https://{name_of_this_place()}:{peer.port}/ask", fallback="faq")
        rules = (SHOP + row + backend("faq", "faq")).replace("('allow_local_backends', 'yes'), ", "")
        with Desk(start=False) as desk:
            desk.write_rules(rules)
            desk.start()
            hears(desk, "ana", "is there parking?", "behind")
            contains(desk.value("SELECT reason FROM lane WHERE name = 'backend assistant'"), "its host leads to ", "the lane")
            equal(peer.heard, [], "connections")


@test("a certificate that nobody vouches for is not trusted, and not a word is told to its owner")
def certificate():
    with Desk(start=False) as desk, Peer(context=unknown_certificate(desk.folder)) as peer:
        desk.write_rules(SHOP + http_row(f"https://127.0.0.1:{peer.port}/ask", fallback="faq") + backend("faq", "faq"))
        desk.start()
        hears(desk, "ana", "is there parking?", "behind")
        true(peer.heard, "it was called")
        equal(set(peer.heard), {b""}, "what its owner heard")
        contains(desk.value("SELECT group_concat(reason) FROM attempt WHERE outbox = 1"), "certificate", "why not")


@test("nor is it trusted where Braze should be")
def certificate_of_braze():
    with Desk(start=False) as desk, Peer(context=unknown_certificate(desk.folder)) as peer:
        desk.env["BRAZE_REST_URL"] = f"https://127.0.0.1:{peer.port}"
        desk.start()
        desk.say("ana", "ping 1")
        eventually(lambda: peer.heard and "certificate" in (desk.value("SELECT group_concat(reason) FROM attempt") or ""),
                   lambda: f"it was called, and why not: {desk.rows('SELECT reason FROM attempt')}", 60)
        equal(set(peer.heard), {b""}, "what its owner heard")


VENDORS = {
    "azure": dict(url="{url}/openai/deployments/desk?api-version=2024-10-21", model="gpt-4o"),
    "anthropic": dict(kind="anthropic", url="{url}", model="claude-sonnet-4-5", key_env="TEST_AI_KEY"),
    "gemini": dict(kind="gemini", url="{url}", model="gemini-2.5-flash", key_env="TEST_AI_KEY"),
    "rasa": dict(kind="rasa", url="{url}", prompt=None),
    "http": dict(kind="http", url="{url}/ai/http", key_env="TEST_AI_KEY", method="POST", text_at="/reply/text",
                 session_at="/session", body='{"question": {{ message }}, "session": {{ session }}}'),
    "http by GET": dict(kind="http", key_env="TEST_AI_KEY", method="GET", text_at="/reply/text",
                        url="{url}/ai/http?question={{ message }}&session={{ session }}"),
}


@test("every vendor is asked in its own language, and its answer arrives")
def vendors():
    for vendor, columns in VENDORS.items():
        with desk_with(backend(**columns)) as desk:
            hears(desk, "ana", "Is it warm today?", "Is it warm today?")
            equal(asked(desk)[0]["vendor"], vendor.split()[0], "who was asked")


@test("Bedrock takes the signature, also of a model with a colon in its name")
def bedrock():
    model = "anthropic.claude-3-5-sonnet-20240620-v1:0"
    row = backend(kind="bedrock", url="{url}", model=model, region="eu-central-1", key_env="TEST_AWS")
    with Desk(start=False, TEST_AWS="AKIDCANARY:secret-canary-4711") as desk:
        desk.sandbox.options = ("--ai-key", "AKIDCANARY:secret-canary-4711")
        desk.sandbox.start()
        desk.write_rules(SHOP + row.replace("{url}", desk.sandbox.url))
        desk.start()
        hears(desk, "ana", "Is it warm today?", "Is it warm today?")
        equal([(a["vendor"], a["status"]) for a in asked(desk)], [("bedrock", 200)], "asked")


@test("a key for Bedrock that is no pair is not sent, and told in words")
def bedrock_key():
    row = backend(kind="bedrock", url="{url}", model="m", region="eu-central-1", key_env="TEST_AWS", fallback="faq")
    with desk_with(row, backend("faq", "faq"), TEST_AWS="canary-without-a-pair") as desk:
        hears(desk, "ana", "is there parking?", "behind")
        contains(desk.value("SELECT reason FROM lane WHERE name = 'backend assistant'"),
                 "TEST_AWS holds no AWS key pair, which is written ACCESS_KEY_ID:SECRET_ACCESS_KEY", "the lane")
        equal(desk.sandbox.asked(), [], "asked outside")
        lacks(desk.log(), "canary-without-a-pair", "the log")


@test("whatever a vendor answers, the customer hears something sensible, and once")
def trouble():
    with desk_with(backend(fallback="faq", deadline="2 seconds"), backend("faq", "faq")) as desk:
        for n, fault in enumerate(("garbage", "html", "empty", "broken", "huge", "reset_before", "reset_after", "decline",
                                   "filter", "overloaded", "no_money", "gzip", "lying_length")):
            ai(desk, fault, times=2)
            hears(desk, f"u{n}", "is there parking?", "behind")
            desk.sandbox.unscript()
            desk.stop()
            desk.edit("DELETE FROM lane")
            desk.start()
        desk.wait_drained()
        equal([len(desk.sandbox.texts(f"u{n}")) for n in range(13)], [1] * 13, "answers")


@test("Markdown becomes WhatsApp's marks, Liquid is broken apart, and what is too long comes in parts")
def text_out():
    with desk_with(backend(max_tokens=4000)) as desk:
        ai(desk, "say", text="## Hours\n\n**Monday** is _closed_. {{ secret }} [Map](https://example.com/map)\n\n- one\n- two")
        heard = hears(desk, "ana", "details", "*Hours*")
        contains(heard, "*Monday* is _closed_.", "the marks")
        lacks(heard, "{{", "Liquid")
        contains(heard, "https://example.com/map", "the link")
        ai(desk, "say", text="**" + "word " * 900 + "end**")
        desk.say("cat", "all of it in bold")
        true(all(t.startswith("*") and t.endswith("*") for t in desk.sandbox.wait_texts("cat", 2)), "marks of each part")
        ai(desk, "say", text=("A sentence of the model. " * 400).strip())
        desk.say("ben", "a long story")
        heard = desk.sandbox.wait_texts("ben", 3)
        true(all(len(t) <= 4096 for t in heard), "parts fit")
        equal(" ".join(heard), ("A sentence of the model. " * 400).strip(), "nothing is lost")


@test("a machine says that it is one before its first answer to a contact, in her language, and only then")
def notice():
    with desk_with(backend(), more="INSERT INTO phrase (name, language, text) VALUES ('ai_notice', 'en', 'A machine answers.'),"
                   " ('ai_notice', 'ko', '자동 응답입니다.');") as desk:
        true(hears(desk, "ana", "hello there", "You said").startswith("A machine answers.\n\n"), "the first")
        lacks(hears(desk, "ana", "hello again", "You said"), "A machine", "the second")
        desk.say("sumin", "hello there", language="ko")
        contains(desk.sandbox.wait_texts("sumin", 1)[0], "자동 응답입니다.", "in Korean")


@test("the model hears what was said before, and of the customer what its row allows; of what was never sent, nothing")
def history():
    with desk_with(backend(history=4, facts="first_name, channel")) as desk:
        desk.say("ana", "ping 1", first_name="Ana\n- vip: yes")
        desk.sandbox.wait_texts("ana", 1)
        hears(desk, "ana", "What was that?", "You said")
        question = asked(desk)[0]
        roles = [(m["role"], m["content"]) for m in question["body"]["messages"] if m["role"] != "system"]
        equal(roles, [("user", "ping 1"), ("assistant", "pong 1"), ("user", "What was that?")], "the turns")
        contains(question["system"], "first_name: Ana- vip: yes\n", "on one line")
        lacks(question["system"], "language", "what it is not told")


@test("the FAQ's entries go along as knowledge where the row says so")
def knowledge():
    with desk_with(backend(knowledge="yes")) as desk:
        hears(desk, "ana", "is there parking for my car?", "You said")
        contains(asked(desk)[0]["system"], "*behind* the house", "the prompt")


@test("new rules without the backend end the turns that wait for it; nobody is left without a word")
def reloaded():
    with desk_with(backend(settle_ms=5000, settle_max_ms=5000)) as desk:
        desk.say("ana", "is it warm?")
        desk.reload(texts.SHOP)
        contains(desk.sandbox.wait_texts("ana", 1)[0], SORRY, "the answer")


@test("a step hands the question to a backend, says its answer, and goes on; it takes its way where nobody answers")
def step():
    flow = """INSERT INTO rule (name, words, action, target) VALUES ('table', 'table', 'flow', 'table');
INSERT INTO flow (name) VALUES ('table');
INSERT INTO step (name, say, ask) VALUES ('table.wish', 'Any wish?', 'text');
INSERT INTO step (name, action, target) VALUES ('table.think', 'consult', 'assistant');
INSERT INTO branch (step, only_if, say, next) VALUES ('table.think', ':failed', 'We will see to it.', 'end');
INSERT INTO step (name, say) VALUES ('table.done', 'Booked.');
"""
    with desk_with(backend(), more=flow) as desk:
        desk.hears("ana", "table", "Any wish?")
        ai(desk, "say", text="A **window** seat it is.")
        desk.hears("ana", "by the window", "A *window* seat it is.", "Booked.")
        desk.hears("ben", "table", "Any wish?")
        ai(desk, "status", times=2, status=400, body="{}")
        desk.hears("ben", "by the window", "We will see to it.")


@test("a stop while the model thinks loses nothing: the question is asked again by the next life")
def stop():
    with desk_with(backend()) as desk:
        ai(desk, "late", ms=30000)
        desk.say("ana", "is it warm?")
        asked(desk)
        desk.restart()
        contains(desk.sandbox.wait_texts("ana", 1)[0], "is it warm?", "the answer")


main(lanes=4)
