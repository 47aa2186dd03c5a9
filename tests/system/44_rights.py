#!/usr/bin/python3
"""A person's rights: what is exported is all there is, and who is erased is nowhere any more: not in the book's file, its log or a
fresh backup, at whatever moment the daemon is killed; and nobody says done before it is."""
import json
import os
import shutil
import sqlite3
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
from desk import Desk
from profiles import wait_written
from sandbox import SEND, TRACK
from tap import contains, equal, eventually, lacks, main, never, test, true

RULES = texts.SHOP + f"""
INSERT INTO campaign (name, channel, campaign_id, layout) VALUES ('owner', 'whatsapp', '{texts.OTHER}', 'template');
INSERT INTO rule (name, priority, pattern, say) VALUES ('name', 700, 'my name is (?<who>\\w+)', 'Hello {{{{ who }}}}.');
INSERT INTO rule (name, priority, words, action, say) VALUES ('bye', 800, 'bye', 'close', 'See you.');
INSERT INTO attribute (name, at, value, type) VALUES
  ('shop_who',   'rule:name',    '{{{{ who }}}}',     'text'),
  ('shop_words', 'reply',        '{{{{ message }}}}', 'text');
INSERT INTO notice (name, at, to, campaign, say) VALUES
  ('told', 'rule:name', 'owner-1', 'owner', '{{{{ message }}}} says {{{{ first_name }}}}');
"""
WORD, HANGUL = "kumquat", "망고스틴"
HER = "ana-Zx81"    # where bytes are looked for: "ana" is found in the last byte of a time, an "a", before a rule's "name"


def marks(user, phone, name):
    """All that the person may be known by, as bytes, in every writing."""
    plain = [user, phone.lstrip("+"), name, WORD + user, HANGUL + user]
    return {form.encode() for text in plain
            for form in (text, text.lower(), json.dumps(text)[1:-1], json.dumps(text)[1:-1].upper().replace("\\U", "\\u"))}


def live(desk, user, phone, name):
    """A life in the book: words in several scripts, an escaped body, a duplicate, an unreadable call, a summary, a notice."""
    who = {"phone_number": phone, "first_name": name}
    desk.say(user, f"my name is {WORD}{user}", **who)
    body = json.dumps({"user_id": user, "message": f"ping {HANGUL}{user}", "dispatch_id": "once-" + user} | who)
    for status in (202, 200):
        equal(desk.post(body.encode(), Content_Type="application/json").status, status, "once, and once more")
    desk.post(b'\x00{{{ "user_id": "' + user.encode() + b'", ' + phone.encode(), Content_Type="application/json")
    desk.do("say", user, f"Dear {name}, {WORD}{user} is here")
    desk.do("release", user)
    desk.say(user, f"bye {WORD}{user}", **who)


def where(desk, wanted):
    """Which of the marks stand in which file, and among what; and in two backups."""
    if desk.runs():
        source = sqlite3.connect(f"file:{desk.db}?mode=ro", uri=True)
    else:
        source = sqlite3.connect(desk.db)
    try:
        for name in ("copy.db", "vacuumed.db"):
            if os.path.exists(os.path.join(desk.folder, name)):
                os.unlink(os.path.join(desk.folder, name))
        copy = sqlite3.connect(os.path.join(desk.folder, "copy.db"))
        source.backup(copy)
        copy.close()
        source.execute("VACUUM INTO ?", (os.path.join(desk.folder, "vacuumed.db"),))
    finally:
        source.close()
    found = []
    for name in ("desk.db", "desk.db-wal", "desk.db-shm", "copy.db", "vacuumed.db"):
        path = os.path.join(desk.folder, name)
        if os.path.exists(path):
            with open(path, "rb") as file:
                content = file.read()
            places = [(mark, content.lower().find(mark.lower())) for mark in wanted]
            found += [(name, mark, content[max(0, at - 60):at + 60]) for mark, at in places if at >= 0]
    return found


def open_erasures(desk):
    return desk.rows("SELECT id, phase, stage, waits_for FROM erasure WHERE done_at IS NULL")


def wait_erased(desk, within=60):
    eventually(lambda: not open_erasures(desk), lambda: f"erased: {open_erasures(desk)}", within, 0.05)


@test("an export is all that the book holds about a person, and of nobody else; it can be read by any program")
def exported():
    with Desk(RULES) as desk:
        live(desk, "ana", "+821055501234", "Anneliese\u202e")
        live(desk, "bob", "+821055509999", "Bobbington")
        desk.wait_drained()
        wait_written(desk)
        result = desk.do("export", "ana")
        document = result.json()
        equal(document["format"], 1, "format")
        equal(document["contact"]["first_name"], "Anneliese\u202e", "the contact")
        lacks(result.out, "\u202e", "what turns a terminal around is escaped")
        equal(sorted((i["kind"], i["value"]) for i in document["identities"]),
              [("external", "ana"), ("phone", "+821055501234")], "identities")
        equal([m["text"] for m in document["messages"] if m["kind"] == "in"],
              [f"my name is {WORD}ana", f"ping {HANGUL}ana", f"bye {WORD}ana"], "her words")
        equal(sorted(w["state"] for w in document["webhooks"]), ["duplicate", "read", "read", "read"], "calls, as they came")
        equal(json.loads(document["webhooks"][1]["body"])["message"], f"ping {HANGUL}ana", "to the byte")
        equal(len(document["turns"]), 3, "turns")
        equal({d["rule"] for d in document["decisions"]}, {"name", None, "bye"}, "decisions")
        true(isinstance(document["decisions"][0]["trace"], dict), "a trace is JSON in JSON")
        outbox = {row["id"] for row in document["outbox"]}
        equal(outbox, {row["id"] for row in desk.rows("SELECT id FROM outbox WHERE contact ="
                                                      " (SELECT contact FROM identity WHERE value = 'ana')")}, "all that went out")
        true({a["outbox"] for a in document["attempts"]} <= outbox and document["attempts"], "attempts")
        equal({p["name"] for p in document["profile"]}, {"shop_who", "shop_words"}, "the profile")
        equal([n["name"] for n in document["notices"]], ["told"], "what others were told about her")
        for member in ("events", "entries", "runs", "service_calls", "consults", "usage", "keys", "profile_calls"):
            true(isinstance(document[member], list), member)
        lacks(result.out, "Bobbington", "nobody else's")
        equal(desk.cli("export", "nobody").code, 3, "nobody")
        body = {"user_id": "", "braze_id": "cas-before", "phone_number": "+821055502222", "message": "ping by her phone"}
        desk.say("cas", "ping as cas")
        equal(desk.post(json.dumps(body).encode(), Content_Type="application/json").status, 202, "nobody knows whose phone")
        desk.say("cas", "ping with both", phone_number="+821055502222")
        document = desk.do("export", "cas").json()
        equal(sorted(m["text"] for m in document["messages"] if m["kind"] == "in"),
              ["ping as cas", "ping by her phone", "ping with both"], "what she wrote before it was known who she is")
        equal([c["address"] for c in document["former_contacts"]], ["+821055502222"], "as whom")
        replies = [row for row in document["outbox"] if row["kind"] == "send"]
        equal((len(document["webhooks"]), len(replies), len(document["keys"])), (3, 3, 2), "and what hangs on it")


@test("a person with very much is exported in pieces, whole and in order; and is erased, from the search index as well")
def exported_much():
    with Desk(RULES) as desk:
        desk.hears("ana", "ping 1", "pong 1")
        desk.stop()
        desk.edit("INSERT INTO message (id, conversation, at, kind, text) WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1"
                  " FROM n WHERE i < 2600) SELECT i, 1, i, 'note', 'note xylophon' || i FROM n")
        document = desk.do("export", "ana").json()
        equal([m["text"] for m in document["messages"] if m["kind"] == "note"], [f"note xylophon{i}" for i in range(1000, 2601)],
              "all")
        desk.start()
        eventually(lambda: desk.value("SELECT count(*) FROM search_leaf") > 0, "they are indexed", 20, 0.05)
        desk.do("erase", "ana", within=100)
        equal(where(desk, {b"xylophon"}), [], "no piece of a word is left")


@test("who is erased is nowhere: not in the file, the log or a backup; the audit adds up, and others lose nothing")
def erased():
    with Desk(RULES) as desk:
        for user, phone, name in ((HER, "+821055501234", "Anneliese"), ("bob", "+821055509999", "Bobbington")):
            live(desk, user, phone, name)
        desk.wait_drained()
        wait_written(desk)
        wanted = marks(HER, "+821055501234", "Anneliese")
        true(len({mark for _, mark, _ in where(desk, wanted)}) > 5, "she is found while she is there")
        true("shop_who" in desk.sandbox.profile(HER), "Braze knows her word")
        result = desk.do("erase", HER, "--json")
        receipt = result.json()
        equal((receipt["phase"], receipt["contacts"], receipt["uncleared"]), ("done", 1, 0), "the receipt")
        true(receipt["cleared"] >= 2 and receipt["rows"] > 10, f"it counts: {receipt}")
        equal(where(desk, wanted), [], "nothing is left of her")
        again = {"user_id": HER, "message": f"ping {HANGUL}ana-Zx81", "dispatch_id": "once-ana-Zx81"}
        equal(desk.post(json.dumps(again).encode(), query={"user": HER}, Content_Type="application/json").status, 200,
              "Braze repeats a call of hers")
        equal(where(desk, wanted), [], "and nothing is left of that")
        lacks(result.out, HER, "the receipt does not know her")
        equal({k: v for k, v in desk.sandbox.profile(HER).items() if k.startswith("shop_")}, {}, "nor does Braze")
        audit = desk.do("audit", "--json").json()
        fates = {row["fate"]: row["messages"] for row in audit["fates"]}
        equal(fates["erased"], 3, "her messages count as erased")
        true(len(where(desk, marks("bob", "+821055509999", "Bobbington"))) > 5, "another has lost nothing")
        contains(desk.do("transcript", "bob").out, WORD + "bob", "nor his transcript")
        equal(desk.cli("transcript", HER).code, 3, "she is not found")
        equal(desk.cli("erase", HER).code, 3, "and cannot be erased twice")
        hers = desk.value("SELECT min(id) FROM conversation")
        shown = desk.do("transcript", hers).out
        contains(shown, "erased", "of what is left it is said that it was hers")
        lacks(shown, "own text", "nobody's campaign has said what she heard")
        contains(desk.do("transcript", hers, "--html").out, "<title>Transcript: somebody erased</title>", "the page as well")
        desk.hears(HER, "ping new", "pong new", phone_number="+821055501234")
        equal(desk.value("SELECT count(DISTINCT contact) FROM identity WHERE value = 'ana-Zx81'"), 1, "she is somebody new")
        desk.do("audit")
        contains(desk.do("erasures", "show", receipt["erasure"]).out, "It is done.", "the receipt can be printed later")


@test("killed at any moment, it goes on where it was, and says done only when all is gone")
def killed():
    with Desk(RULES) as desk:
        people = [(f"person-{n}-Zq", f"+82105551{n:04}", f"Nomen{n}x") for n in range(8)]
        for person in people:
            live(desk, *person)
        desk.wait_drained()
        wait_written(desk)
        for n, (user, _, _) in enumerate(people):
            asked = threading.Thread(target=lambda: desk.cli("erase", user, within=120))
            asked.start()
            eventually(lambda: desk.value("SELECT count(*) FROM erasure") > n, "it is asked for", 20, 0.001)
            time.sleep((0, 0.01, 0.03, 0.06, 0.1, 0.3, 1, 5.2)[n])
            desk.kill()
            desk.start()
            asked.join()
        wait_erased(desk, 90)
        for person in people:
            equal(where(desk, marks(*person)), [], f"of {person[0]}")
        desk.do("audit")


def gaps(path):
    """Pages of rows or of an index between whose list of cells and first cell anything stands."""
    with open(path, "rb") as file:
        content = file.read()
    size, dirty = int.from_bytes(content[16:18], "big"), []
    for number in range(1, len(content) // size + 1):
        page = content[(number - 1) * size:number * size]
        head = 100 if number == 1 else 0
        if page[head] not in (2, 10, 13) or (number >= 2 and (number - 2) % (size // 5 + 1) == 0):
            continue
        begin = head + (12 if page[head] == 2 else 8) + 2 * int.from_bytes(page[head + 3:head + 5], "big")
        end = int.from_bytes(page[head + 5:head + 7], "big") or 65536
        if begin < end <= size and any(page[begin:end]):
            dirty.append(number)
    return dirty


@test("where rows have moved, nothing is left behind in the pages of the file")
def moved():
    with Desk(RULES) as desk:
        for number in range(400):
            desk.say(f"{number * 7919 % 100003:05}-customer-{number}", f"ping {number}")
        desk.wait_drained()
        desk.stop()
        true(desk.value("PRAGMA page_count") > 100, "there are pages enough")
        equal(gaps(desk.db), [], "pages with something in their gaps")


@test("while somebody reads an older state it is not done, and says why")
def reader():
    with Desk(RULES) as desk:
        live(desk, HER, "+821055501234", "Anneliese")
        desk.wait_drained()
        wait_written(desk)
        book = sqlite3.connect(f"file:{desk.db}?mode=ro", uri=True, isolation_level=None)
        book.execute("BEGIN")
        book.execute("SELECT count(*) FROM message").fetchone()
        result = desk.cli("erase", HER, within=60)
        equal(result.code, 75, f"not done: {result!r}")
        contains(result.out + result.err, "somebody who has been reading the book", "why")
        desk.hears("bob", "ping 1", "pong 1")
        book.execute("COMMIT")
        book.close()
        wait_erased(desk)
        equal(where(desk, marks(HER, "+821055501234", "Anneliese")), [], "then it is")


@test("a copy of the book that an upgrade made is named, and deleted when that is asked for")
def copies():
    with Desk(RULES) as desk:
        live(desk, "ana", "+821055501234", "Anneliese")
        desk.wait_drained()
        wait_written(desk)
        copy = desk.db + ".before-012"
        shutil.copy(desk.db, copy)
        result = desk.cli("erase", "ana", within=60)
        equal(result.code, 75, f"not done: {result!r}")
        contains(result.out + result.err, "desk.db.before-012", "the copy is named")
        os.unlink(copy)
        wait_erased(desk)
        live(desk, "bob", "+821055509999", "Bobbington")
        desk.wait_drained()
        wait_written(desk)
        shutil.copy(desk.db, copy)
        desk.do("erase", "bob", "--copies", within=60)
        true(not os.path.exists(copy), "it is gone")
        time_of_copy = time.time() - 60
        shutil.copy(desk.db, copy)
        os.utime(copy, (time_of_copy, time_of_copy))
        desk.hears("eve", "ping 1", "pong 1")
        desk.do("erase", "eve", within=60)
        true(os.path.exists(copy), "one that is older than her first word holds nothing of hers, and stays")


@test("of the books that restores have put aside those go that hold who was erased, however soon they followed, and no other")
def aside():
    for words in ([], ["--copies"]):
        with Desk(RULES) as desk:
            live(desk, "bob", "+821055509999", "Bobbington")
            desk.wait_drained()
            backup = os.path.join(desk.folder, "backup.db")
            desk.do("backup", backup)
            desk.do("erase", "bob", *words, within=60)
            desk.hears("eve", "ping 7", "pong 7")
            desk.stop()
            first, second = (desk.do("restore", backup, "--json").json()["kept"] for _ in range(2))
            desk.start()
            if not words:
                told = eventually(lambda: [row["waits_for"] for row in desk.rows("SELECT waits_for FROM erasure")
                                           if second in row["waits_for"]], "who was erased is in it, and it is named")[0]
                lacks(told + " ", first + " ", "the real book knows nobody of that name any more, and is not")
                os.unlink(second)
            wait_erased(desk)
            true(not os.path.exists(second), "it is gone")
            equal([row["text"] for row in desk.rows("SELECT text FROM message WHERE text LIKE 'ping 7'", path=first)], ["ping 7"],
                  "what came after the backup is there still")


@test("an answer in flight is waited for, what waits behind it is withheld, and Braze that is away is waited for")
def flight():
    with Desk(RULES) as desk:
        desk.hears(HER, "my name is Kim", "Hello Kim.", phone_number="+821055501234")
        wait_written(desk)
        desk.sandbox.fault_line(f"hang=3000 on {SEND}")
        desk.say(HER, "ping late")
        eventually(lambda: desk.value("SELECT 1 FROM outbox WHERE state = 'claimed'"), "in flight", 10, 0.002)
        desk.say(HER, "ping later")
        for _ in range(3):
            desk.sandbox.fault_line(f"503 on {TRACK}")
        done = []
        asked = threading.Thread(target=lambda: done.append(desk.cli("erase", HER, within=120)))
        asked.start()
        eventually(lambda: (e := open_erasures(desk)) and "under way" in e[0]["waits_for"], "it waits for the call", 10, 0.02)
        eventually(lambda: (e := open_erasures(desk)) and "Braze" in e[0]["waits_for"], "then for Braze", 20, 0.02)
        wait_erased(desk, 90)
        asked.join()
        lacks("; ".join(desk.sandbox.texts(HER)), "pong later", "what had not left did not leave")
        equal(where(desk, marks(HER, "+821055501234", "Kim")), [], "nothing is left")
        desk.do("audit")


@test("a phone of several, or a number that is an id as well, names who is meant; nobody is erased by mistake")
def ambiguous():
    with Desk(RULES) as desk:
        desk.hears("ana", "ping 1", "pong 1", phone_number="+821055501234")
        desk.hears("bob", "ping 2", "pong 2", phone_number="+821055501234")
        desk.hears("1", "ping 3", "pong 3")
        result = desk.cli("erase", "+82 10 5550-1234")
        equal(result.code, 1, f"refused: {result!r}")
        contains(result.err, "external:ana, external:bob", "who it may be")
        result = desk.cli("erase", "1")
        contains(result.err, "external:ana, external:1", "a conversation's number and an id")
        equal(desk.value("SELECT count(*) FROM erasure"), 0, "nothing happened")
        equal(desk.do("erase", "external:1", "--json").json()["phase"], "done", "said in full")
        equal(desk.cli("erase", "nobody").code, 3, "nobody")
        desk.hears("ana", "ping 4", "pong 4")
        wait_written(desk)
        desk.sandbox.fault("status", times=0, path=TRACK, status=400)
        result = desk.cli("erase", "external:bob")
        equal(result.code, 1, "Braze will not empty his profile, ever")
        contains(result.out + result.err, "Braze has refused to empty 1 attribute", "and it says so")
        lacks(result.out + result.err, "It is done.", "that is not done")
        contains(desk.do("status").out, "Braze has refused to empty 1 attribute", "status says so, too")
        contains(desk.do("erasures", "show", 2).out, "has refused", "so does the receipt")


@test("what is too old goes while the daemon answers: told before, counted behind, and the file shrinks")
def retained():
    rules = RULES + ("INSERT INTO setting (name, value) VALUES ('keep_webhooks', '30 days'), ('keep_traces', '30 days'),"
                     " ('keep_messages', '1 year');")
    with Desk(rules) as desk:
        for number in range(60):
            live(desk, f"old-{number}", f"+8210555{number:05}", "Oldest")
        desk.wait_drained()
        wait_written(desk)
        eventually(lambda: desk.value("SELECT count(*) FROM parting") == 0, "all is summed up", 20, 0.05)
        desk.stop()
        past = 400 * 24 * 3600 * 1000
        book = sqlite3.connect(desk.db)
        book.execute("DROP TRIGGER webhook_is_immutable")
        for column in ("webhook.received_at", "decision.at", "message.at", "conversation.closed_at", "conversation.opened_at",
                       "conversation.summary_at", "conversation.last_in_at", "outbox.created_at", "seen.at"):
            table, name = column.split(".")
            book.execute(f"UPDATE {table} SET {name} = {name} - {past}")
        book.commit()
        book.close()
        desk.start()
        live(desk, "new", "+821055501234", "Newest")
        desk.wait_drained()
        wait_written(desk)
        due = {row["class"]: row["due"] for row in desk.do("retention", "--json").json()["classes"]}
        true(due["webhooks"] >= 240 and due["traces"] >= 180 and due["messages"] >= 60, f"told before: {due}")
        pages = desk.value("PRAGMA page_count")
        contains(desk.do("retention").out, "whole conversations", "what a row of messages is")
        desk.do("retention", "--now")
        eventually(lambda: desk.value("SELECT count(*) FROM conversation") <= 3, "old conversations are gone", 30, 0.05)
        desk.hears("new", "ping 9", "pong 9", phone_number="+821055501234")
        eventually(lambda: desk.value("PRAGMA page_count") < pages * 3 // 4, "the file shrinks", 30, 0.1)
        audit = desk.do("audit", "--json").json()
        true(audit["accepted"] >= 60 * 3 + 3, f"all is still counted: {audit}")
        contains(desk.do("export", "new").out, WORD + "new", "what is young stays")
        equal(desk.cli("transcript", "old-5").code, 3, "what is old is gone")
        gone = {row["class"]: row["removed"] for row in desk.do("retention", "--json").json()["classes"]}
        true(gone["messages"] >= 60 and gone["webhooks"] > 0 and gone["traces"] > 0, f"counted behind: {gone}")


@test("without a daemon the command line does it itself, but for Braze, which is asked once there is one")
def alone():
    with Desk(RULES) as desk:
        live(desk, HER, "+821055501234", "Anneliese")
        desk.hears("bob", "ping 1", "pong 1")
        desk.wait_drained()
        wait_written(desk)
        desk.stop()
        equal(desk.cli("erase", HER).code, 75, "Braze has to be asked")
        desk.start()
        wait_erased(desk)
        desk.stop()
        equal(where(desk, marks(HER, "+821055501234", "Anneliese")), [], "nothing is left")
        desk.do("audit")


main(lanes=2)
