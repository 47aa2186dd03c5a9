#!/usr/bin/python3
"""What goes to Braze: the shape of each carrier's call, batches, order, the 24-hour window, splitting, Liquid."""
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
from desk import Desk
from recorder import Recorder
from sandbox import KEY, SEND
from tap import Skip, contains, equal, eventually, lacks, main, never, test, true
from verdict import Client, judge

PROPERTY = "external_system_msg_body"


def with_carrier(columns, values):
    return (f"INSERT INTO campaign (name, channel, layout, {columns}) VALUES ('reply', 'whatsapp', 'response', {values});\n"
            + texts.ECHO)


def the_call(rules, path, **who):
    """One message answered through a recorder; the body of the one call, after a look at what all calls share."""
    with Desk(rules, start=False) as desk, Recorder(desk.sandbox) as recorder:
        desk.env["BRAZE_REST_URL"] = recorder.url
        desk.start()
        desk.say(who.pop("user", "ana"), "ping 1", **who)
        eventually(lambda: desk.value("SELECT state FROM outbox") == "accepted", "accepted")
        equal([(call["method"], call["path"]) for call in recorder.calls], [("POST", path)], "calls")
        headers = recorder.calls[0]["headers"]
        equal(headers["content-type"].split(";")[0], "application/json", "Content-Type")
        equal(headers["authorization"], "Bearer " + KEY, "Authorization")
        lacks(headers, "expect", "no wait for 100-continue")
        lacks(headers, "accept-encoding", "nothing compressed is asked for")
        return recorder.calls[0]["body"]


ALIAS = {"alias_name": "+821012345678", "alias_label": "phone"}


@test("a campaign's call: campaign_id, recipients with trigger properties, nothing else")
def campaign_shape():
    for who, recipient in (({}, {"external_user_id": "ana"}),
                           ({"user": "", "phone_number": "+82 10 1234 5678"}, {"user_alias": ALIAS})):
        equal(the_call(texts.SHOP, SEND, **who), {"campaign_id": texts.REPLY, "recipients": [
            recipient | {"trigger_properties": {PROPERTY: "pong 1"}}]}, "body")


@test("a canvas's call carries context, not trigger properties")
def canvas_shape():
    equal(the_call(with_carrier("canvas_id", f"'{texts.CANVAS}'"), "/canvas/trigger/send"),
          {"canvas_id": texts.CANVAS, "recipients": [{"external_user_id": "ana", "context": {PROPERTY: "pong 1"}}]}, "body")


@test("/messages/send carries a whats_app text, to ids and to aliases")
def messages_shape():
    rules = with_carrier("app_id, subscription_group_id", f"'{texts.APP}', '{texts.GROUP}'")
    for who, key, value in (({}, "external_user_ids", ["ana"]),
                            ({"user": "", "phone_number": "+82 10 1234 5678"}, "user_aliases", [ALIAS])):
        body = the_call(rules, "/messages/send", **who)
        equal(body[key], value, key)
        message = body["messages"]["whats_app"]
        equal((message["app_id"], message["subscription_group_id"], message["message_type"]),
              (texts.APP, texts.GROUP, "text_response_message"), "message")
        equal(message["message"]["body"], "pong 1", "text")


@test("the text's property can be named by the campaign row")
def text_property():
    body = the_call(with_carrier("campaign_id, text_property", f"'{texts.OWN_PROPERTY}', 'body'"), SEND)
    equal(body["recipients"][0]["trigger_properties"], {"body": "pong 1"}, "property")


@test("a rule's own campaign carries its reply")
def own_campaign():
    rules = texts.CARRIERS + f"""
        INSERT INTO campaign (name, channel, campaign_id, layout) VALUES ('menu', 'whatsapp', '{texts.OTHER}', 'response');
        INSERT INTO rule (name, words, say, campaign) VALUES ('menu', 'menu', 'Cake or pie?', 'menu');"""
    with Desk(rules) as desk:
        desk.hears("ana", "menu", "Cake or pie?")
        equal(desk.sandbox.messages("ana")[0]["campaign"], texts.OTHER, "campaign")
        equal(desk.outbox("ana")[0]["sent_by"], "menu", "sent by")


ONE_AT_A_TIME = "INSERT INTO setting (name, value) VALUES ('calls_in_flight', '1');"


@test("while a call is slow, a batch grows; it has at most 50 contacts, each once, and nobody waits for it")
def batches():
    with Desk(texts.SHOP + ONE_AT_A_TIME) as desk, ThreadPoolExecutor(8) as pool:
        client = Client(desk)
        desk.sandbox.slow(4000, times=1)
        client.send("first", "b-first")
        eventually(desk.sandbox.batches, "the first left at once", 3)
        list(pool.map(lambda number: client.send(f"user-{number}", f"b{number}"), range(120)))
        desk.wait_drained()
        sizes = [len(users) for users in desk.sandbox.batches()]
        true(sizes[0] == 1 and max(sizes) > 20, f"batches formed: {sizes}")
        true(max(sizes) <= 50, f"at most 50: {sizes}")
        for users in desk.sandbox.batches():
            equal(len(set(users)), len(users), "each user once")
        equal(judge(client, desk), [], "complaints")


@test("one contact's texts leave strictly one after another, whoever else writes")
def order():
    with Desk() as desk:
        desk.sandbox.slow(60, times=40)
        client = Client(desk)
        for number in range(20):
            client.send("ana", f"a{number}")
            client.send(f"user-{number}", f"u{number}")
        desk.wait_drained()
        equal(desk.sandbox.texts("ana"), [f"pong a{number}" for number in range(20)], "ana")
        equal(sum("ana" in users for users in desk.sandbox.batches()), 20, "a call for each")
        equal(judge(client, desk), [], "complaints")


@test("order holds over carriers: a slow campaign is not overtaken by another")
def order_over_carriers():
    rules = texts.CARRIERS + texts.ECHO + f"""
        INSERT INTO campaign (name, channel, canvas_id, layout) VALUES ('canvas', 'whatsapp', '{texts.CANVAS}', 'response');
        INSERT INTO rule (name, words, say, campaign) VALUES ('menu', 'menu', 'Cake or pie?', 'canvas');"""
    with Desk(rules) as desk:
        desk.sandbox.slow(600)
        desk.say("ana", "ping 1")
        desk.say("ana", "menu")
        desk.say("ana", "ping 2")
        equal(desk.sandbox.wait_texts("ana", 3), ["pong 1", "Cake or pie?", "pong 2"], "order")


LONG = "".join(f"Paragraph {n}. " + "All is well that ends well. " * 20 + "\n\n" for n in range(20)).strip()


@test("a reply beyond 4,096 characters goes out in parts, in order, none cut inside a word")
def split():
    sql = LONG.replace("'", "''")
    rules = texts.CARRIERS + texts.ECHO + f"INSERT INTO rule (name, words, say) VALUES ('long', 'long', '{sql}');"
    with Desk(rules) as desk:
        desk.say("ana", "long")
        desk.say("ana", "ping 1")
        desk.wait_drained()
        heard = desk.sandbox.texts("ana")
        true(len(heard) >= 4, f"{len(heard)} texts")
        equal(heard[-1], "pong 1", "the next reply follows all parts")
        true(all(len(text) <= 4096 for text in heard), f"lengths {[len(text) for text in heard]}")
        equal(" ".join(" ".join(heard[:-1]).split()), " ".join(LONG.split()), "nothing is lost, no word is cut")
        equal([row["part"] for row in desk.outbox("ana")], [*range(1, len(heard)), 1], "parts")
        equal(desk.value("SELECT state FROM turn ORDER BY id LIMIT 1"), "answered", "one fate")


@test("3-byte text without spaces is counted in characters and split between them")
def split_korean():
    rules = texts.CARRIERS + f"INSERT INTO rule (name, words, say) VALUES ('long', 'long', '{'가나다라' * 1500}');"
    with Desk(rules) as desk:
        desk.say("ana", "long")
        heard = desk.sandbox.wait_texts("ana", 2)
        equal("".join(heard), "가나다라" * 1500, "text")
        true(len(heard) == 2 and max(map(len, heard)) <= 4096, f"{[len(text) for text in heard]}")


def age(desk, hours):
    """Makes the newest message of everybody older, as if the desk had been away."""
    assert desk.stop() == 0
    desk.edit(f"UPDATE conversation SET last_in_at = last_in_at - {int(hours * 3600 * 1000)}")
    desk.start()


@test("24 hours after the customer's last message the template campaign carries the text, on one line")
def window_template():
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        desk.do("take", "ana")
        age(desk, 25)
        desk.do("say", "ana", "Your cake\nis ready.\tCome      in.")
        heard = desk.sandbox.wait_texts("ana", 2)[1]
        equal(desk.sandbox.messages("ana")[-1]["campaign"], texts.REOPEN, "campaign")
        equal(desk.outbox("ana")[-1]["sent_by"], "reopen", "sent by")
        true("\n" not in heard and "\t" not in heard and "     " not in heard, f"one line: {heard!r}")


@test("inside the window, with its margin, free text goes out")
def window_open():
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        desk.do("take", "ana")
        age(desk, 22)
        desk.do("say", "ana", "Still\nopen.")
        equal(desk.sandbox.wait_texts("ana", 2)[1], "Still\nopen.", "text")
        equal(desk.sandbox.messages("ana")[-1]["campaign"], texts.REPLY, "campaign")


@test("no template campaign: held, visibly, and it goes out when the customer writes again")
def window_held():
    with Desk(texts.CARRIERS.replace(f",\n  ('reopen', 'whatsapp', '{texts.REOPEN}', 'template')", "") + texts.ECHO) as desk:
        desk.hears("ana", "ping 1", "pong 1")
        desk.do("take", "ana")
        age(desk, 25)
        said = desk.do("say", "ana", "Too late.").out
        row = desk.wait_outbox("ana", "accepted", "held")[1]
        contains(row["reason"], "24", "the reason")
        contains(said, f"It is held back: {row['reason']}. See frontdesk outbox show {row['id']}", "who says it hears of it")
        contains(desk.do("outbox", "retry", row["id"]).out, "It is held back: ", "and who sends it once more")
        equal(desk.sandbox.texts("ana"), ["pong 1"], "nothing was sent")
        desk.do("audit")
        lacks(desk.do("release", "ana").out + desk.do("take", "ana").out, "does not run", "while it runs")
        desk.stop()
        contains(desk.do("say", "ana", "Still late.").out, "frontdeskd does not run: it leaves once that does", "and when nothing leaves")


@test("Liquid in a customer's words or in ours never reaches Braze whole")
def liquid():
    rules = texts.CARRIERS + r"""
        INSERT INTO rule (name, pattern, say) VALUES ('parrot', 'parrot (?<what>.+)', 'You said {{ what }}');"""
    with Desk(rules) as desk:
        desk.say("ana", "parrot {{ ${email_address} }} {% connected_content http://evil.example/ %} {{{{x}}}} {%%}")
        heard = desk.sandbox.wait_texts("ana", 1)[0]
        for piece in ("{{", "}}", "{%", "%}"):
            lacks(heard, piece, "broken apart")
        contains(heard, "connected_content", "still there as text")
        equal(desk.sandbox.report()["liquid"], 0, "nothing in the whole call that Braze would evaluate")


@test("control characters and turns of direction are dropped, emoji and quotes arrive as they are")
def cleaning():
    with Desk(texts.CARRIERS + "INSERT INTO rule (name, words, say) VALUES"
                               " ('c', 'clean', 'a\x07b\x1bc \"q\" \\n 👩‍👩‍👧 \u202eline\nnext');") as desk:
        desk.say("ana", "clean")
        equal(desk.sandbox.wait_texts("ana", 1)[0], 'abc "q" \\n 👩‍👩‍👧 line\nnext', "text")


@test("equal texts share a call of /messages/send, unequal ones do not")
def equal_bodies():
    rules = with_carrier("app_id, subscription_group_id", f"'{texts.APP}', '{texts.GROUP}'") + \
        "INSERT INTO rule (name, words, say) VALUES ('hours', 'hours', 'Open until six.');"
    with Desk(rules) as desk:
        desk.sandbox.slow(600, path="/messages/send")
        desk.say("first", "ping 0")
        for number in range(12):
            desk.say(f"user-{number}", "hours" if number % 2 else f"ping {number}")
        desk.wait_drained()
        for number in range(12):
            equal(desk.sandbox.texts(f"user-{number}"), ["Open until six." if number % 2 else f"pong {number}"], "heard")
        sizes = [len(users) for users in desk.sandbox.batches("/messages/send")]
        true(max(sizes) > 1, f"equal ones share: {sizes}")
        true(len(sizes) >= 8, f"unequal ones do not: {sizes}")


@test("the hourly share is kept: calls beyond it wait for the next hour, visibly")
def hourly_share():
    if time.time() % 3600 > 3570:
        raise Skip("the hour is about to end")
    with Desk(texts.SHOP + "INSERT INTO setting (name, value) VALUES ('calls_per_hour', '3');") as desk:
        for number in range(5):
            desk.say("ana", f"ping {number}")
        desk.sandbox.wait_texts("ana", 3)
        never(lambda: len(desk.sandbox.requests()) > 3, "a fourth call", 0.7)
        equal([row["state"] for row in desk.outbox("ana")[3:]], ["due", "waiting"], "the rest stays")


@test("Braze's own count of what remains slows the desk down")
def remaining():
    if time.time() % 3600 > 3570:
        raise Skip("the hour is about to end")
    with Desk(start=False, sandbox=None) as desk:
        desk.sandbox.options = ("--hour-limit", "3")
        desk.sandbox.start()
        desk.start()
        for number in range(6):
            desk.say(f"user-{number}", f"ping {number}")
            eventually(lambda: desk.outbox(f"user-{number}"), "queued")
        eventually(lambda: len(desk.sandbox.requests()) >= 2, "some are sent")
        limited = eventually(lambda: [r for r in desk.sandbox.requests() if r["status"] == 429] or
                             desk.pending() > 0 and [0], "it slows down")
        true(len(limited) <= 4, f"{len(limited)} calls were limited")


if __name__ == "__main__":
    main(lanes=2)
