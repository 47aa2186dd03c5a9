#!/usr/bin/python3
"""The book's version: what a fresh one is marked with, and that a migration is all or nothing."""
import os
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from desk import Desk
from sandbox import ROOT
from tap import equal, main, test, true


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
