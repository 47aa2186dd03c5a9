#!/usr/bin/python3
"""Another desk: what it is told, how it answers, and what neither a kill, a dead endpoint nor a stranger may do to that."""
import contextlib
import http.client
import json
import os
import random
import re
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
import web
from desk import TOKEN, Desk
from otherdesk import KEY, OLD_KEY, OLD_SECRET, SECRET, OtherDesk
from peer import name_of_this_place
from recorder import Recorder
from sandbox import ROOT
from tap import contains, equal, eventually, lacks, main, test, true

AGENT_TOKEN = "agent-token-canary-1"
LOCAL = "INSERT INTO setting (name, value) VALUES ('allow_local_backends', 'yes');\n"
RACES = int(os.environ.get("RACES", "200"))
BATCH = 2000    # races with one desk: so many answers an hour it gives
SANITIZED = "SANITIZED" in os.environ
LANES = 4


def rules(notify, relay, local=LOCAL):
    def column(url):
        return f"'{url}', 'DESK_SECRET'" if url else "NULL, NULL"
    return texts.SHOP + local + (
        "INSERT INTO team (name, notify_url, notify_secret_env, relay_url, relay_secret_env) VALUES\n"
        f"  ('night', {column(notify)}, {column(relay)});\n"
        "INSERT INTO rule (name, priority, words, action, target, say) VALUES\n"
        "  ('night', 950, 'night', 'handoff', 'night', 'The night desk is coming.');\n")


@contextlib.contextmanager
def business(notify="/notify", relay="/relay", secret=SECRET, tokens=AGENT_TOKEN, sound=True, key=KEY, **env):
    """A desk and another one; whatever happened between them, the book is sound at the end."""
    with OtherDesk(key) as other, Desk(start=False, DESK_SECRET=secret, FRONTDESK_AGENT_TOKENS=tokens, **env) as desk:
        desk.write_rules(rules(notify and other.url(notify), relay and other.url(relay)))
        desk.start()
        yield desk, other
        if sound:
            desk.do("audit")


def ask(desk, verb, body, token=AGENT_TOKEN, connection=None, **headers):
    named = {"Content-Type": "application/json"} | {n.replace("_", "-"): v for n, v in headers.items()}
    if token is not None:
        named["Authorization"] = "Bearer " + token
    body = body if isinstance(body, (bytes, str)) else json.dumps(body)
    if connection is not None:
        return web.ask(connection, "POST", "/v1/agent/" + verb, body, named)
    return web.call(desk.port, "POST", "/v1/agent/" + verb, body, named, timeout=40)


def act(desk, verb, conversation, agent="Ann", **more):
    """An act that must succeed."""
    answer = ask(desk, verb, {"conversation": conversation, "agent": agent} | more)
    equal(answer.status, 200, f"{verb}: {answer}")
    return answer.json()


def refused(desk, status, verb, body, **more):
    """The sentence."""
    answer = ask(desk, verb, body, **more)
    equal(answer.status, status, f"{verb} {body!r}: {answer}")
    return answer.json()["error"]


def hand_over(desk, user, text="night please"):
    desk.say(user, text)
    desk.sandbox.wait_texts(user, 1)
    return desk.conversation(user)


def tellings(desk):
    return desk.rows("SELECT o.id, o.state, o.reason, o.failures, o.sent_by, n.type, n.body FROM outbox o"
                     " JOIN notification n ON n.outbox = o.id ORDER BY o.id")


def lane(desk, name):
    found = desk.rows("SELECT * FROM lane WHERE name = ?", name)
    return found[0] if found else None


# What is told.

@test("a hand-over is told to both endpoints, signed, with who, by what rule, the summary and what was said before")
def case():
    with business() as (desk, other):
        desk.hears("mia", "ping 1", "pong 1", first_name="Mia", language="ko")
        conversation = hand_over(desk, "mia", "night, my cake melts")
        for path in ("/notify", "/relay"):
            told = other.wait_type("handoff", path)
            true(told.is_signed(), f"signed: {told.headers}")
            equal(told.headers["Content-Type"], "application/json", "its type")
            data = told.json["data"]
            equal({k: data[k] for k in ("conversation", "channel", "team", "by", "user", "user_kind", "first_name", "language",
                                        "earlier")},
                  {"conversation": conversation, "channel": "whatsapp", "team": "night", "by": "rule night", "user": "mia",
                   "user_kind": "external", "first_name": "Mia", "language": "ko", "earlier": 0}, "the case")
            contains(data["summary"], "ping 1", "the summary")
            equal([(m["from"], m["text"]) for m in data["messages"]],
                  [("customer", "ping 1"), ("bot", "pong 1"), ("customer", "night, my cake melts"),
                   ("bot", "The night desk is coming.")], "what was said")


@test("of a long talk the last twenty messages are told, and how many there were before")
def long_talk():
    with business(notify=None) as (desk, other):
        for number in range(15):
            desk.hears("mia", f"ping {number}", f"pong {number}")
        hand_over(desk, "mia")
        data = other.wait_type("handoff").data
        equal((len(data["messages"]), data["earlier"]), (20, 12), "messages")
        equal(data["messages"][-1]["text"], "The night desk is coming.", "the newest stands last")


@test("the customer's words during a hand-over are relayed whole, in order, once each; before and after it none")
def relay():
    with business() as (desk, other):
        desk.hears("mia", "ping 1", "pong 1")
        conversation = hand_over(desk, "mia")
        words = ["first", "둘째 \u202e {{ x }} <b>", "x" * 9000, "last"]
        numbers = [desk.say("mia", text) for text in words]
        other.wait(5, "/relay")
        act(desk, "release", conversation)
        desk.hears("mia", "ping 2", "pong 2")
        for path in ("/relay", "/notify"):
            other.wait_type("released", path)
        equal(other.texts(), words, "relayed")
        equal([t.data["message"]["message"] for t in other.taken("/relay") if t.type == "message"], numbers, "their numbers")
        equal([t.type for t in other.taken("/relay")], ["handoff"] + ["message"] * 4 + ["released"], "in order")
        equal([t.type for t in other.taken("/notify")], ["handoff", "released"], "a notification alone")
        true(all(t.is_signed() for t in other.told), "all are signed")


@test("a secret that takes over from another: both sign meanwhile")
def rotation():
    with business(secret=SECRET + "," + OLD_SECRET) as (desk, other):
        hand_over(desk, "mia")
        told = other.wait_type("handoff")
        equal(len(told.signatures), 2, "signatures")
        true(told.is_signed(KEY) and told.is_signed(OLD_KEY), "either fits")


@test("what the other desk does not take is told again with the same id and body, and nothing overtakes it")
def again():
    with business(notify=None) as (desk, other):
        answers = iter([500, 302, None, (503, {"Retry-After": "1"}), 204])
        other.answer = lambda told: next(answers, 204)
        hand_over(desk, "mia")
        desk.say("mia", "are you there?")
        other.wait(2, within=60)
        first = [t for t in other.told if t.type == "handoff"]
        equal([t.status if not isinstance(t.status, tuple) else t.status[0] for t in first], [500, 302, None, 503, 204],
              "tries")
        equal(len({t.id for t in first}), 1, "webhook-ids")
        equal(len({t.body for t in first}), 1, "bodies")
        equal(other.told.index(first[-1]), 4, "nothing overtook it")
        equal(other.texts(), ["are you there?"], "and then it goes on")
        equal(lane(desk, "relay night"), None, "the lane is well again")
        eventually(lambda: all(t["state"] == "accepted" for t in tellings(desk)), "all are accepted")
        equal([t["body"] for t in tellings(desk)], [None, None], "what was sent is not kept twice")


@test("one that is refused for good ends visibly and does not keep the others waiting; a person may ask for it once more")
def refusals():
    with business(notify=None) as (desk, other):
        other.answer = lambda told: 422 if told.text == "bad" else 204
        hand_over(desk, "mia")
        desk.say("mia", "bad")
        desk.say("mia", "good")
        eventually(lambda: other.texts() == ["good"], lambda: f"the next is told: {other.told}", 30)
        row = next(t for t in tellings(desk) if t["state"] == "dead")
        equal((row["reason"], row["type"]), ("it answered 422", "message"), "why")
        contains(desk.do("outbox", "list", "--state", "dead").out, "bad", "the list")
        contains(desk.do("status").out, "not told to another desk", "status")
        other.answer = None
        desk.do("outbox", "retry", row["id"])
        eventually(lambda: other.texts() == ["good", "bad"], "it is told after all")
        contains(desk.cli("outbox", "retry", row["id"]).err, "has been told already", "not twice")


@test("a relay that is down holds nothing up: status says so, another customer is answered, and all is told when it is back")
def outage():
    with business(notify=None) as (desk, other):
        other.answer = lambda told: 503
        hand_over(desk, "mia")
        hand_over(desk, "ana")
        for number in range(10):
            desk.say(("mia", "ana")[number % 2], f"word {number}")
        eventually(lambda: (l := lane(desk, "relay night")) and l["failures"] > 3, "the lane backs off", 60)
        desk.hears("bob", "ping 7", "pong 7")
        status = desk.do("status").out
        contains(status, "relay night", "status names it")
        contains(status, "to tell another desk", "and counts what waits")
        other.answer = None
        began = time.monotonic()
        other.wait(12, within=70)
        for user, parity in (("mia", 0), ("ana", 1)):
            said = [t.text for t in other.taken() if t.type == "message" and t.data["user"] == user]
            equal(said, [f"word {n}" for n in range(10) if n % 2 == parity], f"{user}'s words")
        true(time.monotonic() - began < 62, "within a minute of its return")


@test("a row that nobody wants any more, since its team has no address now, ends visibly")
def stray():
    with business(notify=None) as (desk, other):
        other.answer = lambda told: 500
        hand_over(desk, "mia")
        eventually(lambda: other.told, "it was tried")
        desk.reload(rules(None, None))
        eventually(lambda: [t["state"] for t in tellings(desk)] == ["dead"], lambda: f"it ends: {tellings(desk)}", 30)
        contains(tellings(desk)[0]["reason"], "no team of the rules in force", "why")


@test("without its secret nothing leaves, and all of it once the secret is there")
def without_secret():
    with business(secret="None") as (desk, other):
        hand_over(desk, "mia")
        eventually(lambda: (l := lane(desk, "relay night")) and l["state"] == "stopped", "the lane stops")
        contains(lane(desk, "relay night")["reason"], "DESK_SECRET", "why")
        contains(desk.do("status").out, "DESK_SECRET", "status")
        desk.kill()
        desk.env["DESK_SECRET"] = "whsec_tooshort"
        desk.start()
        contains(eventually(lambda: (l := lane(desk, "relay night")) and "whsec_" in l["reason"] and l, "it is no secret",
                            30)["reason"], "DESK_SECRET: a secret is written whsec_", "why")
        equal(other.told, [], "nothing has left")
        lacks(desk.log(), "tooshort", "the log keeps secrets")
        desk.kill()
        desk.env["DESK_SECRET"] = SECRET
        desk.start()
        other.wait(2, within=90)


@test("addresses of a private network are barred where no rule allows them, however they are named")
def barred():
    with Desk(start=False, DESK_SECRET=SECRET) as desk:
        def check(url, local=""):
            desk.write_rules(rules(None, url, local))
            return desk.cli("rules", "check", desk.rules_folder)
        for url, why in (("http://192.0.2.9/x", "plain http"), ("https://10.0.0.1/x", "private network"),
                         ("https://127.0.0.1/x", "this machine"), ("https://[::1]/x", "this machine"),
                         ("https://169.254.169.254/latest", "169.254.169.254"), ("https://2130706433/x", "write it out"),
                         ("https://user:pw@shop.example.com/", "key before its host"),
                         ("https://{{ first_name }}.example.com/", "one address for every customer"),
                         ("ftp://shop.example.com/", "begins with https://")):
            result = check(url)
            equal(result.code, 1, f"{url} is refused")
            contains(result.out, "10-rules.sql:", f"{url}: where")
            contains(result.out, "relay_url", f"{url}: which column")
            contains(result.out, why, f"{url}: why")
        equal(check("https://desk.example.com/hook").code, 0, "an ordinary one is fine")


@test("the team that README shows is taken; each mistake in it is told with its place")
def columns():
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        shown = re.search(r"^## Another desk\n.*?^```\n(INSERT.*?)^```$", file.read(), re.MULTILINE | re.DOTALL).group(1)
    rule = "INSERT INTO rule (name, words, action, target) VALUES ('night', 'night', 'handoff', 'night');\n"
    with Desk(start=False) as desk:
        def check(row):
            desk.write_rules({"10-rules.sql": texts.SHOP, "20-night.sql": row + rule})
            return desk.cli("rules", "check", desk.rules_folder)
        equal(check(shown).code, 0, "README's row")
        for old, new, sentence in (
                (", 'PAGER_SECRET'", ", NULL", "notify_url needs notify_secret_env, the environment variable"),
                ("'https://desk.example.com/frontdesk'", "NULL", "relay_secret_env is for relay_url, which is missing"),
                ("'DESK_SECRET'", "'whsec_abc'", "relay_secret_env is the name of the environment variable that holds the secret"),
                ("'DESK_SECRET'", "'BRAZE_API_KEY'", "relay_secret_env: BRAZE_API_KEY is frontdesk's own, and goes to no team"),
                ("relay_url", "relay_uri", "did you mean 'relay_url'?")):
            contains(check(shown.replace(old, new, 1)).out, "20-night.sql:", "where")
            contains(check(shown.replace(old, new, 1)).out, sentence, f"{old} → {new}")


@test("a name that leads into this place is found out when it is called")
def rebinding():
    with Desk(start=False, DESK_SECRET=SECRET) as desk:
        desk.write_rules(rules(None, f"https://{name_of_this_place()}/x", ""))
        desk.start()
        desk.say("mia", "night")
        row = eventually(lambda: (t := tellings(desk)) and t[0]["failures"] > 0 and t[0], "it was tried", 20)
        contains(row["reason"], "allow_local_backends", "why")


@test("the sandbox as the other desk: it looks at signatures, and what it took and denied comes once more as the same")
def sandbox():
    with Desk(start=False, DESK_SECRET=SECRET) as desk:
        desk.sandbox.options = ("--desk-secret", SECRET)
        desk.sandbox.start()
        desk.write_rules(rules(None, desk.sandbox.url + "/desk/relay"))
        desk.start()
        desk.sandbox.fault("reset_after", path="/desk")
        hand_over(desk, "mia")
        desk.say("mia", "are you there?")

        def told():
            return web.call(desk.sandbox.port, "GET", "/_sandbox/told?path=/desk/relay").json()["told"]
        eventually(lambda: len(told()) == 3, lambda: f"three came: {told()}", 20)
        equal([(t["event"]["type"], t["taken"], t["repeated"]) for t in told()],
              [("handoff", True, False), ("handoff", True, True), ("message", True, False)], "what it made of them")
        equal(told()[0]["id"], told()[1]["id"], "the id")
        equal(desk.sandbox.report()["desk"], {"requests": 3, "refused": 0, "faults": 1, "taken": 2, "repeated": 1}, "counts")
        desk.stop()
        desk.env["DESK_SECRET"] = OLD_SECRET
        desk.start()
        desk.say("mia", "hello?")
        eventually(lambda: (l := lane(desk, "relay night")) and l["reason"] == "it answered 401", "another secret is found out")


# A kill.

@test("kill -9 again and again: no word is lost or overtaken, none is taken as new twice, each say reaches the customer once")
def kills():
    dice = random.Random(43)
    with business(notify=None) as (desk, other):
        other.answer = lambda told: dice.choice([204, 204, 204, 500, None])
        users = [f"u{n}" for n in range(6)]
        conversations = {user: hand_over(desk, user) for user in users}
        said, asked = {user: [] for user in users}, []

        def insist(call):
            """Until it is answered, as Braze and another desk do."""
            def taken():
                with contextlib.suppress(OSError, http.client.HTTPException):
                    answer = call()
                    return answer if answer.status != 503 else None

            return eventually(taken, "it is answered", 60, 0.02)

        def write(user, number):
            text = f"{user} says {number}"
            body = {"user_id": user, "message": text, "dispatch_id": text}
            true(insist(lambda: desk.post(body)).status in (200, 202), "it is taken")
            said[user].append(text)

        def answer(user, number):
            text = f"{user} is told {number}"
            got = insist(lambda: ask(desk, "say", {"conversation": conversations[user], "agent": "Ann", "id": f"{user}-{number}",
                                                    "text": text}))
            equal(got.status, 200, f"{text}: {got}")
            asked.append((user, text))

        def talk(user):
            for number in range(12):
                write(user, number)
                answer(user, number)

        threads = [threading.Thread(target=talk, args=(user,)) for user in users]
        for thread in threads:
            thread.start()
        kills = 0
        while any(thread.is_alive() for thread in threads) or kills < 4:
            wanted = len(asked) + dice.randint(1, 5)
            eventually(lambda: len(asked) >= wanted or not any(thread.is_alive() for thread in threads), "it goes on", 60)
            desk.kill()
            kills += 1
            desk.start()
        for thread in threads:
            thread.join()
        other.answer = None
        desk.wait_drained(90)
        for user in users:
            equal([t.text for t in other.taken() if t.type == "message" and t.data["user"] == user], said[user],
                  f"{user} after {kills} kills")
            heard = desk.sandbox.texts(user)
            lost = {r["text"] for r in desk.outbox(user) if r["state"] == "unknown"}  # under way at two kills, and told as that
            for text in {text for whose, text in asked if whose == user}:
                true((text not in lost) <= heard.count(text) <= 2, f"{text}: {heard.count(text)} times")
            rows = [r for r in desk.outbox(user) if r["text"].startswith(f"{user} is told")]
            equal([r["text"] for r in rows], [f"{user} is told {n}" for n in range(12)], "one row for each say")
            doubled = [text for text in heard if heard.count(text) > 1]
            true(set(doubled) <= {r["text"] for r in rows if r["is_ambiguous"]} | {"The night desk is coming."},
                 f"only what was under way at a kill may have gone twice, as promise 6 has it: {doubled}")
        for told in other.told:
            same = [t for t in other.told if t.id == told.id]
            equal(len({t.body for t in same}), 1, "one id, one body")


# The other desk answers.

@test("another desk's agent answers, notes, gives back; the customer hears her words alone, the ledger says who")
def agents():
    with business() as (desk, other):
        conversation = hand_over(desk, "mia")
        said = act(desk, "say", conversation, id="1", text="Hello, this is Ann. *Bold* {{ x }}")
        equal(said["owner"], "agent", "whose it is")
        act(desk, "note", conversation, id="2", text="sounds angry")
        desk.say("mia", "ping 5")
        act(desk, "release", conversation)
        desk.hears("mia", "ping 6", "pong 6")
        heard = desk.sandbox.texts("mia")
        equal(len(heard), 3, "texts")
        contains(heard[1], "this is Ann", "her words")
        lacks("".join(heard), "angry", "a note stays inside")
        equal(desk.rows("SELECT kind, actor FROM event WHERE conversation = ? AND actor LIKE 'agent %' ORDER BY id",
                        conversation),
              [{"kind": k, "actor": "agent Ann via relay"} for k in ("take", "say", "note", "release")], "the ledger")
        equal(other.wait_type("taken").data["by"], "agent Ann via relay", "and the endpoints")
        equal(desk.value("SELECT actor FROM message WHERE id = ?", said["message"]), "agent Ann via relay", "the transcript")


@test("the same id does nothing twice, is answered as before, also by the header; another act under it is a conflict")
def twice():
    with business() as (desk, other):
        conversation = hand_over(desk, "mia")
        body = {"conversation": conversation, "agent": "Ann", "text": "Hello."}
        first = ask(desk, "say", body | {"id": "a-1"})
        for answer in (ask(desk, "say", body | {"id": "a-1"}), ask(desk, "say", body, Idempotency_Key="a-1"),
                       ask(desk, "say", body | {"id": "a-1"}, Idempotency_Key="a-1")):
            equal((answer.status, answer.body), (200, first.body), "the same answer")
        contains(refused(desk, 409, "say", body | {"id": "a-1", "text": "Hello!"}), "used before", "another text")
        contains(refused(desk, 409, "note", body | {"id": "a-1"}), "used before", "another act")
        contains(refused(desk, 400, "say", body | {"id": "a-1"}, Idempotency_Key="a-2"), "differently", "two ids")
        desk.kill()
        desk.start()
        equal(ask(desk, "say", body | {"id": "a-1"}).body, first.body, "after a kill")
        act(desk, "close", conversation)
        equal(ask(desk, "say", body | {"id": "a-1"}).body, first.body, "when the conversation is closed")
        desk.wait_drained()
        equal(desk.sandbox.texts("mia"), ["The night desk is coming.", "Hello."], "heard")


@test("only what is with an agent takes her words: the bot's, a closed one, another's and the house's are conflicts")
def ownership():
    with business() as (desk, other):
        desk.hears("mia", "ping 1", "pong 1")
        conversation = desk.conversation("mia")
        say = {"conversation": conversation, "agent": "Ann", "id": "1", "text": "Hello."}
        contains(refused(desk, 409, "say", say), "is the bot's; take it first", "the bot's")
        contains(refused(desk, 409, "close", say), "is the bot's; take it first", "nor closed")
        act(desk, "take", conversation)
        act(desk, "say", conversation, id="1", text="Hello.")
        contains(refused(desk, 409, "say", say | {"agent": "Bob", "id": "2"}), "with agent Ann via relay; take it first", "Ann's")
        act(desk, "take", conversation, agent="Bob")
        contains(refused(desk, 409, "say", say | {"id": "3"}), "with agent Bob via relay", "Bob's now")
        act(desk, "release", conversation, agent="Bob")
        desk.do("take", "mia")
        for verb in ("say", "take", "release", "close"):
            contains(refused(desk, 409, verb, say | {"id": verb}), "is with cli", f"{verb}: the house's")
        desk.do("close", "mia")
        for verb in ("say", "take", "release", "close"):
            contains(refused(desk, 409, verb, say | {"id": verb + "2"}), "closed", f"{verb}: closed")
        contains(refused(desk, 404, "take", {"conversation": 4711, "agent": "Ann"}), "no conversation 4711", "nobody's")
        desk.wait_drained()
        equal(desk.sandbox.texts("mia"), ["pong 1", "Hello."], "nothing of what was refused was heard")


@test("a conversation that an agent takes from the bot is relayed to her desk from then on")
def taken_unasked():
    with business() as (desk, other):
        desk.hears("mia", "ping 1", "pong 1")
        contains(refused(desk, 400, "take", {"conversation": desk.conversation("mia"), "agent": "Ann", "team": "moon"}),
                 "no team moon", "an unknown team")
        act(desk, "take", desk.conversation("mia"))
        equal(other.wait_type("taken", "/relay").data["team"], "night", "the only relay")
        desk.say("mia", "who is there?")
        eventually(lambda: other.texts() == ["who is there?"], lambda: f"relayed: {other.told}")


@test("hostile bodies are told what is wrong and change nothing; the daemon lives")
def hostile():
    with business() as (desk, other):
        conversation = hand_over(desk, "mia")
        good = {"conversation": conversation, "agent": "Ann", "id": "1", "text": "x"}
        cases = [(b"", 400), (b"{", 400), (b"[]", 400), (b"null", 400), (b'"say"', 400), (b"\xff\xfe", 400),
                 (b'{"conversation":1,"conversation":2,"agent":"A","id":"1","text":"x"}', 400),
                 (b"[" * 60000, 400), (b'{"text":"' + b"x" * (65 * 1024) + b'"}', 413),
                 (good | {"conversation": "eins"}, 400), (good | {"conversation": -1}, 400), (good | {"conversation": 0}, 400),
                 (good | {"conversation": 1.5}, 400), (good | {"conversation": 10 ** 30}, 400), (good | {"conversation": None}, 400),
                 (good | {"conversation": 9223372036854775807}, 404),
                 (good | {"agent": ""}, 400), (good | {"agent": 7}, 400), (good | {"agent": "A\nB"}, 400),
                 (good | {"agent": "A" * 65}, 400), (good | {"id": ""}, 400), (good | {"id": "a b"}, 400),
                 (good | {"id": "a" * 129}, 400), (good | {"id": ["1"]}, 400), (good | {"text": " \n"}, 400),
                 (good | {"text": {"a": 1}}, 400), ({k: v for k, v in good.items() if k != "id"}, 400),
                 (json.dumps(good).replace('"x"', '"\\u0000"').encode(), 400)]
        for body, status in cases:
            answer = ask(desk, "say", body)
            equal(answer.status, status, f"{body!r:.80}: {answer}")
            true(answer.json()["error"], "a sentence")
        equal(ask(desk, "say", good, Content_Type="text/plain").status, 415, "another type")
        equal(ask(desk, "dance", good).status, 404, "another act")
        equal(ask(desk, "", good).status, 404, "none")
        equal(web.call(desk.port, "GET", "/v1/agent/say").status, 405, "another method")
        equal(ask(desk, "say", good | {"actor": "cli root", "id": "9"}).status, 200, "an actor of one's own choice …")
        equal(desk.value("SELECT actor FROM event WHERE kind = 'say'"), "agent Ann via relay", "… is nothing")
        desk.wait_drained()
        equal(desk.sandbox.texts("mia"), ["The night desk is coming.", "x"], "heard")


@test("the door is shut without tokens, to webhooks' tokens and to wrong ones; ten thousand of these cost nothing")
def strangers():
    with business(tokens="None") as (desk, _):
        answer = ask(desk, "say", {"conversation": 1})
        equal(answer.status, 404, "no door")
        contains(answer.json()["error"], "FRONTDESK_AGENT_TOKENS", "why")
    with business(tokens=f"{AGENT_TOKEN}, another-token-123") as (desk, _):
        conversation = hand_over(desk, "mia")
        body = {"conversation": conversation, "agent": "Ann", "id": "1", "text": "x"}
        for token in (None, "", TOKEN, AGENT_TOKEN[:-1], AGENT_TOKEN + "1", AGENT_TOKEN.upper()):
            answer = ask(desk, "say", body, token=token)
            equal(answer.status, 401, f"{token!r}")
            contains(answer.headers["www-authenticate"], "Bearer", "how")
            lacks(answer.body.decode(), AGENT_TOKEN, "no token is told")
        equal(ask(desk, "say", body, token="another-token-123").status, 200, "the second token")
        equal(desk.post({"user_id": "x", "message": "y"}, token=AGENT_TOKEN).status, 401, "no webhooks by it")
        before = memory(desk)
        connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=30)
        for number in range(10000):
            answer = ask(desk, "say", body, token=f"wrong-{number:09}", connection=connection)
            equal(answer.status, 401, f"number {number}")
        most = 20 if not SANITIZED else 300    # MiB; ASan keeps for a while what was freed
        true(memory(desk) - before < most * 1024, f"{memory(desk) - before} KiB more")
        equal(desk.value("SELECT count(*) FROM event WHERE kind = 'say'"), 1, "nothing was done")
        desk.hears("mia2", "ping 1", "pong 1")
        lacks(desk.log(), AGENT_TOKEN, "the log keeps tokens")


def memory(desk):
    with open(f"/proc/{desk.process.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


@test("tokens of agents are checked at the start: long enough, and none that webhooks have")
def tokens_at_start():
    with Desk(start=False) as desk:
        for tokens, why in (("short", "12 is the least"), (TOKEN, "stands in FRONTDESK_WEBHOOK_TOKENS as well"),
                            (",".join(f"token-number-{n:02}" for n in range(17)), "more than 16")):
            code, said = desk.try_start(FRONTDESK_AGENT_TOKENS=tokens)
            equal(code, 1, tokens)
            contains(said, "FRONTDESK_AGENT_TOKENS", tokens)
            contains(said, why, tokens)


class Racer(threading.Thread):
    """A customer writes; an agent takes the conversation at a random moment, and gives it back."""

    def __init__(self, desk, user, rounds, seed):
        super().__init__()
        self.desk, self.user, self.rounds, self.dice = desk, user, rounds, random.Random(f"{seed} {user}")
        self.complaints, self.seen = [], []

    def run(self):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.desk.port, timeout=40)
            self.desk.say(self.user, "warm up")
            conversation = self.desk.conversation(self.user)
            for number in range(self.rounds):
                for part in range(self.dice.choice((1, 2))):
                    self.desk.say(self.user, f"ping {self.user}-{number}-{part}")
                time.sleep(self.dice.uniform(0, 0.004))
                body = {"conversation": conversation, "agent": "Ann"}
                equal(ask(self.desk, "take", body, connection=connection).status, 200, "take")
                self.seen.append((number, self.desk.sandbox.texts(self.user)))
                self.desk.say(self.user, f"ping {self.user}-{number}-late")
                equal(ask(self.desk, "release", body, connection=connection).status, 200, "release")
        except Exception as error:
            self.complaints.append(repr(error))

    def judge(self):
        everything = self.desk.sandbox.texts(self.user)
        for number, heard in self.seen:
            late = [t for t in everything if t.startswith(f"pong {self.user}-{number}-") and t not in heard]
            if late:
                self.complaints.append(f"{self.user}: after take {number}: {late}")
        return sum(t.startswith("pong") for t in everything)


@test(f"{RACES} races of an agent's take against the bot's answers in flight: no text of the bot after it was answered")
def races():
    for begin in range(0, RACES, BATCH):
        race(min(BATCH, RACES - begin), begin)


def race(rounds, seed):
    with business() as (desk, _), Recorder(desk.sandbox, latency_ms=12) as network:
        desk.stop()
        desk.env["BRAZE_REST_URL"] = network.url
        desk.start()
        racers = [Racer(desk, f"u{n}", rounds // LANES, seed) for n in range(LANES)]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join()
        desk.wait_drained(60)
        heard = sum(racer.judge() for racer in racers)
        equal([c for racer in racers for c in racer.complaints][:5], [], "complaints")
        withheld = desk.value("SELECT count(*) FROM outbox WHERE state = 'withheld'")
        print(f"# {rounds} races: {heard} replies left before take, {withheld} were withheld")
        true(heard > 0 and withheld > 0, "both ends of the race were seen")


if __name__ == "__main__":
    main(lanes=2)
