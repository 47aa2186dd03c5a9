"""book: a book with as many recorded messages as a test wants.

    desk.say(…)                 # a few real ones, decided by the daemon
    desk.stop()
    book.multiply(desk, 2000)   # copies of them until the book has 2,000 decided messages

A copy is a contact, its conversation, turns, messages and decisions once more, under other numbers and a second
later each, so that what is recorded about a copy is what the daemon wrote about the original.
"""
import sqlite3

# Everything about the first contacts, moved on by :by numbers; the texts and states stay as they were decided.
COPY = [
    "INSERT INTO contact (id, created_at, first_name, language, time_zone, profile_name, address_kind, address,"
    " opted_out_at, seq) SELECT id + :by, created_at, first_name, language, time_zone, profile_name, address_kind,"
    " address || '-' || :number, opted_out_at, seq FROM contact WHERE id <= :first",
    "INSERT INTO identity SELECT kind, value || '-' || :number, contact + :by, added_at FROM identity WHERE contact <= :first",
    "INSERT INTO conversation (id, contact, channel, owner, epoch, team, agent, opened_at, last_in_at, closed_at,"
    " message_count, last_rule, variables, idle_at) SELECT id + :by, contact + :by, channel, owner, epoch, team, agent, opened_at, last_in_at,"
    " closed_at, message_count, last_rule, variables, idle_at FROM conversation WHERE id <= :first",
    "INSERT INTO turn SELECT id + :by, conversation + :by, ruleset, epoch, state, opened_at, closed_at, due_at,"
    " deadline_at FROM turn WHERE id <= :first",
    "INSERT INTO message SELECT id + :by, conversation + :by, turn + :by, at + 1000 * :number, kind, text, actor, NULL,"
    " campaign, sent_at, media, fields, flags, buttons, tags, properties FROM message WHERE id <= :first",
    "INSERT INTO decision SELECT message + :by, at + 1000 * :number, ruleset, rule, action, state, trace"
    " FROM decision WHERE message <= :first",
]


def multiply(desk, wanted):
    """The number of decided messages in the end: the least multiple of those there are that is not below `wanted`."""
    assert not desk.runs(), "the daemon is the one writer"
    book = sqlite3.connect(desk.db)
    try:
        with book:
            have, = book.execute("SELECT count(*) FROM decision").fetchone()
            highest = max(book.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]
                          for table in ("contact", "conversation", "turn", "message"))
            copies = -(-wanted // have) - 1
            for number in range(1, copies + 1):
                for statement in COPY:
                    book.execute(statement, {"by": highest * number, "number": number, "first": highest})
            return have * (copies + 1)
    finally:
        book.close()
