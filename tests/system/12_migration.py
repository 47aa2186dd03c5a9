#!/usr/bin/python3
"""The book's version: what a fresh one is marked with, and that a migration is all or nothing."""
import os
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from desk import Desk, binary
from sandbox import ROOT, TRACK
from tap import contains, equal, eventually, main, test, true


def newest_schema():
    return max(int(name.split("-")[0]) for name in os.listdir(os.path.join(ROOT, "schema")) if name.endswith(".sql"))


def tables(path):
    book = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return sorted(book.execute("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'").fetchall())
    finally:
        book.close()


@test("a fresh book carries application_id and user_version, and is in WAL mode")
def marks():
    with Desk() as desk:
        equal(desk.value("PRAGMA user_version"), newest_schema(), "user_version")
        true(desk.value("PRAGMA application_id") != 0, "application_id")
        equal(desk.value("PRAGMA journal_mode"), "wal", "journal_mode")
        equal([name for name in os.listdir(desk.folder) if ".before-" in name], [], "nothing to copy before the first")


@test("its tables are those of schema/, all of them STRICT")
def same_tables():
    with Desk() as desk:
        desk.stop()
        twin = os.path.join(desk.folder, "twin.db")
        book = sqlite3.connect(twin)
        for name in sorted(os.listdir(os.path.join(ROOT, "schema"))):
            with open(os.path.join(ROOT, "schema", name), encoding="utf-8") as file:
                book.executescript(file.read())
        book.close()
        equal([row[:2] for row in tables(desk.db)], [row[:2] for row in tables(twin)], "names")
        loose = [name for kind, name, sql in tables(desk.db) if kind == "table" and "STRICT" not in sql]
        equal(loose, [], "tables that are not STRICT")


@test("the schema refuses illegal states, and a webhook cannot be changed")
def guards():
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        desk.stop()
        for statement in ("UPDATE outbox SET state = 'lost'", "UPDATE turn SET state = 'lost'",
                          "UPDATE webhook SET body = x'00'", "UPDATE conversation SET owner = 'nobody'",
                          "UPDATE contact SET address_kind = 'pigeon'", "UPDATE outbox SET due_at = 'soon'"):
            try:
                desk.edit(statement)
            except sqlite3.IntegrityError:
                continue
            raise AssertionError(f"the book took: {statement}")


def book_of(path, version):
    """A book as the program of that schema left it: one contact with a conversation and its message."""
    now = int(time.time() * 1000) - 3600000
    os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    book = sqlite3.connect(path)
    names = sorted(os.listdir(os.path.join(ROOT, "schema")))[:version]
    for name in names:
        with open(os.path.join(ROOT, "schema", name), encoding="utf-8") as file:
            book.executescript(file.read())
    book.executescript(f"""
        PRAGMA journal_mode = WAL;
        PRAGMA application_id = {0x66726473};
        PRAGMA user_version = {version};
        INSERT INTO contact (created_at, address_kind, address) VALUES (1, 'external', 'ana');
        INSERT INTO identity VALUES ('external', 'ana', 1, 1);
        INSERT INTO conversation (contact, channel, owner, opened_at, last_in_at, message_count)
          VALUES (1, 'whatsapp', 'bot', {now}, {now}, 1);
        INSERT INTO turn (conversation, ruleset, epoch, state, opened_at, closed_at) VALUES (1, 1, 1, 'unanswered', 1, 1);
        INSERT INTO webhook (received_at, channel, content_type, body, state, message) VALUES (1, 'whatsapp', '', x'7b7d', 'read', 1);
        INSERT INTO message (conversation, turn, at, kind, text, webhook) VALUES (1, 1, {now}, 'in', 'ping from the past', 1);
    """)
    book.close()


def dump(path):
    book = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return sorted(line for line in book.iterdump() if "sqlite_sequence" not in line)
    finally:
        book.close()


@test("an older book is copied, then upgraded; what it held is there, and the copy is the book as it was")
def upgrade():
    for version in range(1, newest_schema()):
        with Desk(start=False) as desk:
            book_of(desk.db, version)
            before = dump(desk.db)
            desk.start()
            copy = f"{desk.db}.before-{version + 1:03d}"
            equal([name for name in sorted(os.listdir(desk.folder)) if ".before-" in name], [os.path.basename(copy)],
                  "one copy, under its final name")
            equal(desk.rows("PRAGMA user_version", path=copy)[0]["user_version"], version, "the copy's version")
            true(dump(copy) == before, "the copy holds what the book held")
            equal(os.stat(copy).st_mode & 0o077, 0, "nobody else may read it")
            equal(desk.value("PRAGMA user_version"), newest_schema(), "the book's version")
            equal(desk.value("PRAGMA integrity_check"), "ok", "the book")
            desk.hears("ana", "ping 1", "pong 1")
            equal(desk.value("SELECT count(*) FROM contact"), 1, "the contact is still known")
            equal([row["text"] for row in desk.rows("SELECT text FROM message WHERE kind = 'in' ORDER BY id")],
                  ["ping from the past", "ping 1"], "one conversation goes on")
            equal(desk.value("SELECT max(message_count) FROM conversation"), 2, "so does its count")
            desk.do("transcript", "ana")
            desk.restart()
            equal(len([name for name in os.listdir(desk.folder) if ".before-" in name]), 1, "no copy without an upgrade")


@test("the copy of a book that is named by a link lies beside the book itself, where an erasure looks for it")
def upgrade_by_link():
    with Desk(start=False) as desk:
        volume = os.path.join(desk.folder, "volume")
        os.mkdir(volume, 0o700)
        book_of(os.path.join(volume, "real.db"), newest_schema() - 1)
        os.symlink(os.path.join(volume, "real.db"), desk.db)
        desk.start()
        copy = f"real.db.before-{newest_schema():03d}"
        equal(sorted(name for folder in (desk.folder, volume) for name in os.listdir(folder) if ".before-" in name), [copy], "copies")
        equal(os.path.exists(os.path.join(volume, copy)), True, "beside the book")
        desk.hears("ana", "ping 1", "pong 1")
        erased = desk.cli("erase", "ana", "--yes", "--copies")
        equal((erased.code, os.path.exists(os.path.join(volume, copy))), (0, False), f"the copy is gone with her: {erased}")


@test("what waits for profiles in a book of schema 9 stands in order: what was set since is not done any more")
def upgrade_order():
    with Desk(start=False) as desk:
        book_of(desk.db, 9)
        book = sqlite3.connect(desk.db)
        book.executescript("""
            INSERT INTO outbox (id, kind, contact, seq, conversation, epoch, state, created_at, due_at, expires_at, settled_at)
              VALUES (1, 'track', 1, 0, 1, 1, 'accepted', 1, 1, 9, 2), (2, 'track', 1, 0, 1, 1, 'due', 1, 1, 9, NULL);
            INSERT INTO track (outbox, addressee, attributes) VALUES (1, 'external:ana', '{}');
            INSERT INTO attempt (outbox, at, took_ms, class, status, batch) VALUES (1, 1, 1, 'accepted', 201, 1);
            INSERT INTO profile (contact, name, wanted, wanted_at, rule, accepted, accepted_at, outbox, addressee) VALUES
              (1, 'both',  '["b"]',  20, 'r', NULL,    NULL, NULL, ''),
              (1, 'back',  '["z"]',  20, 'r', '["z"]', 5,    1,    'external:ana'),
              (1, 'grown', '["z"]',  10, 'r', '["z"]', 12,   1,    'external:ana'),
              (1, 'still', '1',      10, 'r', '1',     12,   1,    'external:ana');
            INSERT INTO entry (contact, conversation, kind, name, value, at, wanted_by, state, outbox, settled_at) VALUES
              (1, 1, 'array_add', 'both',  '["a"]', 19, 'r', 'waiting',  NULL, NULL),
              (1, 1, 'event',     'both',  '{}',    19, 'r', 'waiting',  NULL, NULL),
              (1, 1, 'array_add', 'both',  '["c"]', 21, 'r', 'waiting',  NULL, NULL),
              (1, 1, 'array_add', 'back',  '["a"]', 19, 'r', 'waiting',  2,    NULL),
              (1, 1, 'array_add', 'grown', '["a"]', 15, 'r', 'accepted', 1,    16),
              (1, 1, 'increment', 'alone', '1',     15, 'r', 'waiting',  NULL, NULL);
        """)
        book.close()
        desk.start()
        eventually(lambda: desk.value("SELECT count(*) FROM outbox WHERE kind = 'track' AND settled_at IS NULL") == 0, "written")
        sent = [entry["object"] for request in desk.sandbox.requests(TRACK) for entry in request["objects"]]
        equal([one["both"] for one in sent if "both" in one], [["b"], {"add": ["c"]}], "set, then added to")
        equal([one["back"] for one in sent if "back" in one], [["z"]], "set once more: it may have been added to")
        equal([one["alone"] for one in sent if "alone" in one], [{"inc": 1}], "what is counted only")
        equal([one for one in sent if "grown" in one or "still" in one], [], "what stands there")
        equal(len([one for one in sent if one.get("name") == "both"]), 1, "the event of the same name")
        equal(desk.rows("SELECT name, wanted_after, is_changed FROM profile WHERE name IN ('grown', 'still') ORDER BY name"),
              [{"name": "grown", "wanted_after": 0, "is_changed": 1}, {"name": "still", "wanted_after": 0, "is_changed": 0}],
              "a list that has grown since, and a number that is what was set")


@test("the copy before an upgrade is its owner's alone also when the command line makes it, and is on the disk before it has its name")
def copy_by_hand():
    import trace
    trace.need_strace()
    with Desk(start=False) as desk:
        book_of(desk.db, newest_schema() - 1)
        copy, calls = f"{desk.db}.before-{newest_schema():03d}", os.path.join(desk.folder, "calls")
        former = os.umask(0o022)    # a shell's; the daemon has its own
        try:
            done = subprocess.run(["strace", "-f", "-y", "-o", calls, "-e", "trace=fsync,fdatasync,rename", binary("frontdesk"), "rules",
                                   "load", desk.rules_folder], env=desk.env | {"ASAN_OPTIONS": "detect_leaks=0"}, capture_output=True, text=True, timeout=60, check=False)
        finally:
            os.umask(former)
        equal(done.returncode, 0, f"the load: {done.stderr}")
        equal(oct(os.stat(copy).st_mode & 0o777), "0o600", "nobody else may read it")
        equal(desk.rows("PRAGMA user_version", path=copy)[0]["user_version"], newest_schema() - 1, "the copy is the older book")
        with open(calls, encoding="utf-8") as file:
            lines = file.read().splitlines()
        named = next(i for i, line in enumerate(lines) if f'rename("{copy}.new"' in line)
        true(any(f"<{copy}.new>" in line for line in lines[:named]), f"the copy is written out before it has its name: {lines[:named]}")
        true(any(f"<{desk.folder}>" in line for line in lines[named:named + 2]), f"and its name behind it: {lines[named:named + 2]}")


@test("an upgrade that cannot be preceded by its copy does not happen, and says why")
def no_copy_no_upgrade():
    with Desk(start=False) as desk:
        book_of(desk.db, 1)
        before = dump(desk.db)
        os.makedirs(f"{desk.db}.before-002.new/occupied")
        code, said = desk.try_start()
        true(code not in (0, None), f"the start fails: {code}")
        contains(said, "copying the book before its upgrade", "the sentence")
        equal(desk.rows("PRAGMA user_version")[0]["user_version"], 1, "the book's version")
        true(dump(desk.db) == before, "the book is as it was")
        true(not os.path.exists(f"{desk.db}.before-002"), "no copy under the final name")
        result = desk.cli("status")
        true(result.code != 0, "the command line does not read an old book")
        contains(result.err, "start frontdeskd once", "and says what to do")
        os.rmdir(f"{desk.db}.before-002.new/occupied")
        os.rmdir(f"{desk.db}.before-002.new")
        desk.start()
        equal(desk.value("PRAGMA user_version"), newest_schema(), "once there is room for the copy")


@test("ids of a numbered desk start at desk << 40")
def desk_numbers():
    with Desk(FRONTDESK_DESK=3) as desk:
        number = desk.say("ana", "ping 1")
        equal(number >> 40, 3, "the message's id")
        for table in ("webhook", "contact", "conversation", "turn", "outbox"):
            equal(desk.value(f"SELECT id FROM {table}") >> 40, 3, table)
        desk.sandbox.wait_texts("ana", 1)
        parsed = desk.do("why", number, "--json").json()
        equal(parsed["format"], 1, "large ids pass through --json")


@test("a lower number for a book that has counted as another desk is refused; without one it goes on as that; a higher one is taken")
def lowered_number():
    with Desk(FRONTDESK_DESK=3) as desk:
        desk.hears("ana", "ping 1", "pong 1")
        desk.wait_drained()
        desk.stop()
        code, said = desk.try_start(FRONTDESK_DESK="2")
        equal(code, 1, said)
        true("FRONTDESK_DESK is 2, but this book has counted as desk 3" in said and "FRONTDESK_DESK=3" in said, said)
        del desk.env["FRONTDESK_DESK"]
        desk.start()
        equal(desk.say("ana", "ping 2") >> 40, 3, "without a number")
        desk.wait_drained()
        desk.stop()
        desk.env["FRONTDESK_DESK"] = "5"
        desk.start()
        equal(desk.say("ana", "ping 3") >> 40, 5, "with a higher one")


@test("kill -9 while a fresh book is made: the next start makes it whole")
def killed_while_migrating():
    import trace
    trace.need_strace()
    for when in (1, 2, 3, 5, 8, 13, 21, 34):
        with Desk(start=False) as desk:
            desk.launch(trace.inject("pwrite64", "signal=KILL", when))
            try:
                desk.wait_ready()
                desk.kill()
            except AssertionError:
                pass
            desk.process.wait()
            desk.start()
            desk.hears("ana", "ping 1", "pong 1")
            equal(desk.value("PRAGMA integrity_check"), "ok", f"killed at {when}")


if __name__ == "__main__":
    main(lanes=2)
