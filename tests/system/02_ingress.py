#!/usr/bin/python3
"""The door: who may come in, what is read out of what arrives, and what happens once."""
import gzip
import json
import os
import sys
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
import web
from desk import TOKEN, Desk, is_sanitized
from tap import contains, equal, eventually, main, test, true

TYPELESS = {"Content_Type": "application/octet-stream"}


def newest(desk):
    """The customer's message that was stored last."""
    return desk.rows("SELECT m.*, i.kind AS by, i.value AS who FROM message m"
                     " JOIN conversation c ON c.id = m.conversation JOIN identity i ON i.contact = c.contact"
                     " WHERE m.kind = 'in' ORDER BY m.id DESC, i.kind LIMIT 1")[0]


@test("401 without the right bearer token, and nothing is stored")
def tokens():
    with Desk(FRONTDESK_WEBHOOK_TOKENS=TOKEN + ", the-second-token") as desk:
        body = {"user_id": "ana", "message": "hours"}
        for token in (None, "", "x", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), f"{TOKEN},the-second-token", ", "):
            equal(desk.post(body, token=token).status, 401, f"token {token!r}")
        for header in ("Basic " + TOKEN, TOKEN, "Bearer", f"Bearer {TOKEN} {TOKEN}"):
            answer = web.call(desk.port, "POST", "/v1/inbound", json.dumps(body), {"Authorization": header})
            equal(answer.status, 401, header)
        equal(desk.value("SELECT count(*) FROM webhook"), 0, "stored")
        equal(desk.post(body, token="the-second-token").status, 202, "the second token")
        lower = web.call(desk.port, "POST", "/v1/inbound", json.dumps(body), {"Authorization": "bearer " + TOKEN})
        equal(lower.status, 202, "the scheme is caseless")
        for header in (f"Bearer {TOKEN} ", f"Bearer  {TOKEN} \t"):
            answer = web.call(desk.port, "POST", "/v1/inbound", json.dumps(body), {"Authorization": header})
            equal(answer.status, 202, f"{header!r}: blanks at a header's end are no part of it")


@test("405 with Allow for other methods, 404 for other paths")
def methods():
    with Desk() as desk:
        for method in ("GET", "PUT", "DELETE", "PATCH"):
            answer = web.call(desk.port, method, "/v1/inbound/whatsapp", None, {"Authorization": "Bearer " + TOKEN})
            equal(answer.status, 405, method)
            contains(answer.headers.get("allow", ""), "POST", "Allow")
        equal(web.call(desk.port, "POST", "/healthz", b"").status, 405, "POST /healthz")
        equal(web.call(desk.port, "GET", "/v2").status, 404, "another path")
        for target, status in (("http://desk.example.com/healthz", 200), ("HTTPS://desk.example.com:443/healthz?x=/", 200),
                               ("http://desk.example.com", 404), ("ftp://desk.example.com/healthz", 404)):
            answer = web.call(desk.port, "GET", target)
            equal(answer.status, status, f"{target}: some proxies send the whole address")


def chunked(desk, chunk, count):
    """A body without a Content-Length; the answer."""
    head = (f"POST /v1/inbound HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
            "Transfer-Encoding: chunked\r\n\r\n").encode()
    piece = b"%x\r\n%s\r\n" % (len(chunk), chunk)
    return web.send_bytes(desk.port, head + piece * count + b"0\r\n\r\n")


@test("413 beyond 256 KiB, counted and not believed")
def size():
    with Desk() as desk:
        frame = len(json.dumps({"user_id": "ana", "message": ""}))
        fits = {"user_id": "ana", "message": "a" * (256 * 1024 - frame)}
        equal(desk.post(fits).status, 202, "256 KiB")
        equal(desk.post(fits | {"message": fits["message"] + "a"}).status, 413, "one byte more")
        answer = chunked(desk, b"x" * 4096, 65)
        true(answer is None or answer.status == 413, f"chunked: {answer}")
        equal(chunked(desk, b'{"user_id":"ana","message":"ping 1"}', 1).status, 202, "a small chunked one")
        equal(desk.value("SELECT count(*) FROM webhook"), 2, "stored")
        equal(web.call(desk.port, "GET", "/readyz").status, 200, "still ready")


SMUGGLED = {
    "two lengths": "Content-Length: 2\r\nContent-Length: 40\r\n",
    "length and chunked": "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
    "another coding": "Transfer-Encoding: gzip, chunked\r\n",
    "a blank in a name": "Content-Length : 2\r\n",
    "no number": "Content-Length: 0x2\r\n",
    "two hosts": "Host: y\r\nContent-Length: 2\r\n",
}


@test("requests that smuggle are refused with 400 and the connection closes")
def smuggling():
    with Desk() as desk:
        for what, lines in SMUGGLED.items():
            answer = web.send_bytes(desk.port, (f"POST /v1/inbound HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}"
                                                f"\r\n{lines}\r\n{{}}").encode(), timeout=5)
            true(answer is None or answer.status == 400, f"{what}: {answer}")
        for target in ("/v1/inbound%00x", "/healthz%00", "/v1\\inbound", "/v1/inbound/what%01sapp"):
            answer = web.send_bytes(desk.port, f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            true(answer is None or answer.status == 400, f"{target}: {answer}")
        equal(desk.value("SELECT count(*) FROM webhook"), 0, "stored")


def form(**fields):
    return urllib.parse.urlencode(fields)


READABLE = [  # (what, body, Content-Type or None, user, text)
    ("JSON", '{"user_id":"u1","message":"hi 1"}', "application/json", "u1", "hi 1"),
    ("JSON without a type", '{"user_id":"u2","message":"hi 2"}', None, "u2", "hi 2"),
    ("JSON called text", ' \n{"user_id":"u3","message":"hi 3"}', "text/plain; charset=latin-1", "u3", "hi 3"),
    ("JSON called a form", '{"user_id":"u4","message":"a=b&c"}', "application/x-www-form-urlencoded", "u4", "a=b&c"),
    ("a BOM", '\ufeff{"user_id":"u5","message":"hi 5"}', "application/json", "u5", "hi 5"),
    ("a form", form(user_id="u6", message="50% & more = 6 +é"), "application/x-www-form-urlencoded", "u6",
     "50% & more = 6 +é"),
    ("a form without a type", form(user_id="u7", message="hi 7"), None, "u7", "hi 7"),
    ("quotes unescaped", '{"user_id":"u8","phone_number":"","message":"say "hi", she said"}', "application/json", "u8",
     'say "hi", she said'),
    ("a raw line break", '{"user_id":"u9","phone_number":"+4912","message":"one\ntwo"}', "application/json", "u9",
     "one\ntwo"),
    ("a backslash at the end", '{"user_id":"u10","phone_number":"","message":"dir C:\\"}', "application/json", "u10",
     "dir C:\\"),
    ("emoji and Korean", '{"user_id":"u11","message":"👩‍👩‍👧 영업시간?"}', "application/json", "u11", "👩‍👩‍👧 영업시간?"),
    ("other scalars", '{"user_id":12,"message":true}', "application/json", "12", "true"),
]


@test("JSON by any name, forms, and broken templates are read; the bytes stay as they came")
def reading():
    with Desk() as desk:
        for what, body, kind, user, text in READABLE:
            headers = {"Content_Type": kind} if kind else TYPELESS
            answer = desk.post(body, **headers)
            equal(answer.status, 202, what)
            equal(answer.json().get("status"), "accepted", what)
            row = newest(desk)
            equal((row["who"], row["text"]), (user, text), what)
            equal(desk.value("SELECT body FROM webhook ORDER BY id DESC LIMIT 1"), body.encode(), what)


@test("bytes that are no UTF-8, NUL and lone surrogates are repaired, never refused")
def repair():
    with Desk() as desk:
        cases = [(b'{"user_id":"ana","message":"caf\xe9 ping 1"}', "caf\ufffd ping 1"),
                 (b'{"user_id":"ana","message":"a\\u0000b"}', "a\ufffdb"),
                 (b'{"user_id":"ana","message":"a\\ud800b"}', "a\ufffdb")]
        for body, text in cases:
            equal(desk.post(body).status, 202, repr(body))
            equal(newest(desk)["text"], text, repr(body))


@test("a second user_id in the text does not pass for the customer")
def posing():
    with Desk() as desk:
        desk.post('{"user_id":"ana","phone_number":"","message":"x","user_id":"victim"}')
        equal(newest(desk)["who"], "ana", "the first occurrence counts")
        why = desk.rows("SELECT flags FROM message ORDER BY id LIMIT 1")[0]
        true(why["flags"] & 2, "flagged")
        equal(desk.rows("SELECT * FROM identity WHERE value = 'victim'"), [], "the victim")


@test("identity by header or query outranks the body, an empty one too")
def identity():
    with Desk() as desk:
        body = {"user_id": "body", "phone_number": "+49 (170) 12-34", "message": "hi"}
        desk.post(body | {"dispatch_id": "1"}, X_Frontdesk_User="header")
        equal((newest(desk)["by"], newest(desk)["who"]), ("external", "header"), "header")
        desk.post(body | {"dispatch_id": "2"}, query={"user": "query"})
        equal((newest(desk)["by"], newest(desk)["who"]), ("external", "query"), "query")
        desk.post({"user_id": "body", "phone_number": "+49 (170) 99-99", "message": "hi"}, X_Frontdesk_User="")
        equal((newest(desk)["by"], newest(desk)["who"]), ("phone", "+491709999"), "an empty answer is a newcomer")
        equal(desk.rows("SELECT * FROM identity WHERE value = 'body'"), [], "the body's claim")


@test("a newcomer known by phone gets replies by alias and is promoted by the first external id")
def newcomer():
    with Desk() as desk:
        desk.say("", "ping 1", phone_number="+82 10-1234-5678")
        row = eventually(lambda: desk.rows("SELECT * FROM outbox WHERE state = 'accepted'"), "answered")[0]
        desk.say("ana", "ping 2", phone_number="+821012345678")
        equal(desk.wait_outbox("ana", "accepted", "accepted")[0]["contact"], row["contact"], "promoted, not doubled")
        desk.say("bob", "ping 3", phone_number="+821012345678")
        true(desk.wait_outbox("bob", "accepted")[0]["contact"] != row["contact"], "two external ids never merge")
        recipients = [(r["recipients"][0]["kind"], r["recipients"][0]["user"]) for r in desk.sandbox.requests()]
        equal(recipients, [("phone", "+821012345678"), ("external", "ana"), ("external", "bob")], "recipients")


UNREADABLE = [b"", b"   ", b"hello there", b"[1,2,3]", b'{"message":"who am I?"}', b'{"user_id":"ana"}', b"\x00\xff" * 50,
              b"[" * 5000, gzip.compress(b"\0" * 10_000_000), b'{"user_id":{"a":["ana"]},"message":["hi"]}']


@test("what cannot be read is 202 unreadable: kept, listed, replayable")
def unreadable():
    with Desk() as desk:
        for body in UNREADABLE:
            answer = desk.post(body)
            equal((answer.status, answer.json()["status"]), (202, "unreadable"), repr(body[:40]))
            kept = desk.rows("SELECT * FROM webhook WHERE id = ?", answer.json()["webhook"])[0]
            equal((kept["state"], kept["body"]), ("unreadable", body), "kept")
            true(kept["reason"], "with a reason")
        listed = desk.do("webhooks", "list", "--json").out
        contains(listed, "unreadable", "listed")
        desk.do("webhooks", "show", "1")
        replayed = desk.cli("webhooks", "replay", "1")
        equal(replayed.code, 1, f"still unreadable: {replayed}")
        equal(desk.value("SELECT state FROM webhook WHERE id = 1"), "unreadable", "and stays listed")
        desk.do("audit")


@test("what is not kept any more cannot be read again, and that is said in place of a fault of the template")
def emptied():
    with Desk() as desk:
        desk.post(b"neither JSON nor a form")
        desk.stop()
        reason = desk.value("SELECT reason FROM webhook")
        desk.edit("UPDATE webhook SET body = x''")    # as keep_webhooks does it
        for start in desk.start, desk.stop:
            start()
            replayed = desk.cli("webhooks", "replay", "1")
            equal(replayed.code, 1, f"nothing to read: {replayed}")
            contains(replayed.err, "not kept any more (the setting keep_webhooks, or the person was erased)", "why")
            equal(desk.rows("SELECT state, reason FROM webhook"), [{"state": "unreadable", "reason": reason}], "it stays what it was")


BOMBS = {
    "many keys": '{"user_id":"u","message":"ping 1",' + ",".join(f'"k{n}":{n}' for n in range(15000)) + "}",
    "deep": '{"user_id":"u","message":"ping 2","x":' + "[" * 4000 + "]" * 4000 + "}",
    "a giant number": '{"user_id":"u","message":"ping 3","x":' + "9" * 200_000 + "e999999}",
    "one key over and over": '{"user_id":"u","message":"ping 4"' + ',"message":"x"' * 15000 + "}",
    "escapes": '{"user_id":"u","message":"' + "\\u0041" * 40000 + '"}',
    "broken behind megabytes of quotes": '{"user_id":"u","phone_number":"","message":"' + '"' * 250_000,
}


@test("bombs of keys, depth, digits, quotes: 202 after less than a second's work, and the next message is answered")
def bombs():
    with Desk() as desk:
        for what, body in BOMBS.items():
            before = desk.processor_seconds()
            equal(desk.post(body).status, 202, what)
            desk.hears("ana", "hours", "We are open until six.")
            worked = desk.processor_seconds() - before
            true(is_sanitized() or worked < 1, f"{what}: {worked:.1f} s")
        desk.do("audit")


@test("hostile names and ids are data: in the book, on the road, in the log")
def hostile_names():
    with Desk(FRONTDESK_LOG="debug") as desk:
        for user in ("ana'; DROP TABLE contact; --", "ana\nts=1 level=error event=forged", 'ana" level=error x="', "{{ana}}",
                     "-ana", "%s%n", "../../etc/passwd", "<b>ana</b>", "아나 \u202e"):
            number = desk.say(user, "ping 1", first_name=user, field_one=user)
            eventually(lambda: desk.value("SELECT t.state FROM message m JOIN turn t ON t.id = m.turn WHERE m.id = ?",
                                          number) == "answered", f"{user!r} is answered")
        for line in desk.log().splitlines():
            true(line.startswith("ts=2") and " level=" in line and " event=" in line, f"no fact of ours: {line!r}")
        equal([line for line in desk.log().splitlines() if "level=error" in line.split()], [], "forged errors")
        desk.do("audit")


@test("a message for an unknown channel is held, visibly, and not lost")
def unknown_channel():
    with Desk() as desk:
        equal(desk.post({"user_id": "ana", "message": "ping 1"}, channel="telepathy").status, 202, "taken")
        row = eventually(lambda: desk.outbox("ana"), "a row")[0]
        equal(row["state"], "held", "held")
        contains(row["reason"], "telepathy", "the reason")
        equal(desk.value("SELECT state FROM turn"), "held", "the message's fate")
        desk.do("audit")


@test("no path names a channel: whatsapp; another letter case is not another channel")
def default_channel():
    with Desk() as desk:
        equal(desk.post({"user_id": "ana", "message": "ping 1"}, channel="").status, 202, "taken")
        equal(desk.sandbox.wait_texts("ana", 1), ["pong 1"], "answered")
        equal(desk.value("SELECT channel FROM conversation"), "whatsapp", "channel")


@test("the same dispatch_id again: 200 with the number of the first, one effect, also after a restart")
def duplicates():
    with Desk() as desk:
        number = desk.say("ana", "ping 1", dispatch_id="same")
        for _ in range(3):
            answer = desk.post({"user_id": "ana", "message": "ping 1", "dispatch_id": "same"})
            equal((answer.status, answer.json()), (200, {"status": "duplicate", "message": number}), "again")
        other = desk.say("bob", "ping 1", dispatch_id="same")
        true(other != number, "another person's dispatch is another message")
        desk.restart()
        answer = desk.post({"user_id": "ana", "message": "ping 1", "dispatch_id": "same"})
        equal((answer.status, answer.json()["message"]), (200, number), "after a restart")
        desk.wait_drained()
        equal(desk.sandbox.texts("ana"), ["pong 1"], "one effect")
        equal(desk.value("SELECT count(*) FROM webhook WHERE state = 'duplicate'"), 4, "kept as duplicates")
        desk.do("audit")


@test("Braze's preview value is no key: test sends are never duplicates")
def preview():
    with Desk() as desk:
        for count in (1, 2):
            desk.say("ana", "ping 1", dispatch_id="dispatch_id_for_unsent_campaign", campaign="c")
            equal(len(desk.sandbox.wait_texts("ana", count)), count, "each is answered")


@test("the same text through two campaigns within 10 s is one message; through one campaign it is two")
def two_campaigns():
    with Desk() as desk:
        first = desk.say("ana", "ping 1", campaign="one", dispatch_id="a1")
        again = desk.say("ana", "ping 1", campaign="two", dispatch_id="a2", status=200)
        equal(again, first, "the first message's number")
        desk.say("ana", "ping 2", campaign="one", dispatch_id="a3")
        desk.say("ana", "ping 2", campaign="one", dispatch_id="a4")
        desk.say("bob", "ping 1", campaign="two", dispatch_id="a5")
        desk.wait_drained()
        equal(desk.sandbox.texts("ana"), ["pong 1", "pong 2", "pong 2"], "ana")
        equal(desk.sandbox.texts("bob"), ["pong 1"], "bob")


@test("30 simultaneous copies have one effect: one 202, 29 times 200")
def thirty_copies():
    with Desk() as desk, ThreadPoolExecutor(30) as pool:
        for turn in range(5):
            body = {"user_id": "ana", "message": f"ping {turn}", "dispatch_id": f"copy-{turn}"}
            answers = list(pool.map(lambda _: desk.post(body), range(30)))
            equal(sorted(a.status for a in answers), [200] * 29 + [202], "statuses")
            equal(len({a.json()["message"] for a in answers}), 1, "one number")
        desk.wait_drained()
        equal(desk.sandbox.texts("ana"), [f"pong {turn}" for turn in range(5)], "one reply each")
        equal(desk.value("SELECT count(*) FROM message WHERE kind = 'in'"), 5, "messages")
        desk.do("audit")


@test("other fields are kept; media, names and times are read")
def fields():
    with Desk(texts.CARRIERS + """
            INSERT INTO rule (name, words, say) VALUES ('f', 'field', '{{ first_name }} {{ field.order }} {{ language }}');
            """) as desk:
        desk.hears("ana", "field", "Ana 42 ko", first_name="Ana", order=42, language="ko", sent_at="1592427600",
                   media_urls="https://a.example/1.jpg,https://a.example/2.jpg", profile_name="A.")
        row = newest(desk)
        equal(json.loads(row["media"]), ["https://a.example/1.jpg", "https://a.example/2.jpg"], "media")
        equal(row["sent_at"], 1592427600000, "sent_at")
        equal(json.loads(row["fields"]).get("order"), 42, "fields")
        desk.say("ana", "", media_urls="https://a.example/3.jpg")
        equal(newest(desk)["text"], "", "media without text is a message")


@test("keep-alive, pipelined and many idle connections")
def connections():
    with Desk() as desk:
        body = b'{"user_id":"ana","message":"ping 1"}'
        head = (f"POST /v1/inbound HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode()
        idle = [web.open_socket(desk.port) for _ in range(200)]
        with web.open_socket(desk.port) as connection:
            connection.sendall((head + body) * 5)
            answers = web.read_answers(connection, 5)
        equal([answer and answer.status for answer in answers], [202] * 5, "five at once")
        equal(len({answer.json()["message"] for answer in answers}), 5, "five messages")
        for connection in idle:
            connection.close()


if __name__ == "__main__":
    main(lanes=2)
