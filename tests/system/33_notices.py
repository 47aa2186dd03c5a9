#!/usr/bin/python3
"""Notices: they leave like texts, once; and a transcript tells how it ended, what went into the profile, and whom a notice told."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
from desk import Desk
from sandbox import SEND
from tap import contains, equal, eventually, lacks, main, test, true

RULES = texts.SHOP + f"""
INSERT INTO campaign (name, channel, campaign_id, layout) VALUES
  ('owner', 'whatsapp', '{texts.REOPEN}', 'template');
INSERT INTO rule (name, priority, words, action, say) VALUES ('bye', 800, 'bye', 'close', 'See you.');
"""
DUE = 4102444800000  # 2100: a deadline far away


def put_notice(number, user, text, properties="{}", campaign="owner", due_at=0):
    """A notice to somebody who has never written, as the desk puts one that tells of conversation 1."""
    kept = (number, user, text, properties, campaign, due_at)
    return [
        (f"INSERT INTO contact (id, created_at, address_kind, address, seq) VALUES ({number}, 1, 'external', ?, 1)", (user,)),
        (f"INSERT INTO identity (kind, value, contact, added_at) VALUES ('external', ?, {number}, 1)", (user,)),
        f"INSERT INTO conversation (id, contact, channel, owner, opened_at, last_in_at, closed_at, closed_by)"
        f" VALUES ({number}, {number}, 'whatsapp', 'closed', 1, 0, 1, 'notice')",
        (f"INSERT INTO message (id, conversation, at, kind, text, actor, properties) VALUES ({number}, {number}, 1, 'out', ?,"
         " 'notice summary', ?)", (text, properties)),
        (f"INSERT INTO outbox (id, kind, contact, seq, conversation, message, campaign, epoch, state, created_at, due_at,"
         f" expires_at) VALUES ({number}, 'send', {number}, 1, {number}, {number}, ?, 1, 'due', 1, ?, {DUE})",
         (kept[4], kept[5])),
        f"INSERT INTO notice (message, name, conversation, contact, at) VALUES ({number}, 'summary', 1, {number}, 1)",
    ]


@test("a notice leaves by its own campaign, with or without a text, and what a customer wrote in it stays text")
def leaves():
    with Desk(RULES) as desk:
        desk.hears("ana", "hours", "We are open until six.")
        desk.stop()
        desk.edit(*put_notice(100, "owner-1", "Ana\u202e asked: {\u2066{${email_address}}}\nhours", '{"who": "{% x %}"}'),
                  *put_notice(101, "owner-2", "", '{"rating": 5}'))
        desk.start()
        equal(desk.sandbox.wait_texts("owner-1", 1), ["Ana asked: { {${email_address} } } hours"], "its text")
        row, = desk.wait_outbox("owner-2", "accepted")
        equal(row["sent_by"], "owner", "what has no text goes by its own campaign")
        sent = {one["user"]: one["text"] for request in desk.sandbox.requests(SEND) for one in request["recipients"]}
        true(not sent["owner-2"], f"no text is sent where there is none: {sent}")
        desk.do("audit")


@test("what a limit withholds is told of by status for an hour, with the limit's name")
def withheld():
    rules = RULES + """
INSERT INTO setting (name, value) VALUES ('notices_per_hour', '1');
INSERT INTO notice (name, at, to, campaign, say) VALUES ('asked', 'rule:hours', 'owner-1', 'owner', 'asked');
"""
    with Desk(rules) as desk:
        desk.hears("ana", "hours", "We are open until six.")
        lacks(desk.do("status").out, "withheld", "one is within the limit")
        desk.hears("ana", "hours", "We are open until six.")
        desk.hears("bob", "hours", "We are open until six.")
        need, = [row for row in desk.do("status", "--json").json()["needs"] if row["kind"] == "notice"]
        equal(need["text"], "2 notices were withheld in the last hour: more than 1 notice an hour (the setting notices_per_hour)",
              "status")
        equal(need["remedy"], "frontdesk outbox list --state withheld", "what to type")
        desk.stop()
        desk.edit("UPDATE message SET at = at - 3600000")
        desk.start()
        lacks(desk.do("status").out, "withheld", "an hour later")


@test("killed while they are under way, each goes out once more at the most, and is marked")
def killed():
    with Desk(RULES) as desk:
        desk.hears("ana", "hours", "We are open until six.")
        desk.stop()
        people = [f"owner-{number}" for number in range(100, 160)]
        for number, user in enumerate(people, 100):
            desk.edit(*put_notice(number, user, f"for {user}"))
        desk.sandbox.slow(300, times=20)
        desk.start()
        eventually(lambda: desk.value("SELECT count(*) FROM outbox WHERE state = 'claimed'"), "some are under way")
        desk.kill()
        desk.start()
        desk.wait_drained()
        again = 0
        for user in people:
            row, = desk.outbox(user)
            got = len(desk.sandbox.texts(user))
            equal(row["state"], "accepted", user)
            true(got == 1 or (got == 2 and row["is_ambiguous"]), f"{user} got {got}, ambiguous {row['is_ambiguous']}")
            again += row["is_ambiguous"]
        true(again > 0, "nothing was under way when it was killed")
        desk.do("audit")


def ended(desk):
    """ana's conversation, closed and summed up, with all that can follow."""
    desk.hears("ana", "hours", "We are open until six.")
    desk.hears("ana", "bye", "See you.")
    desk.stop()
    desk.edit(
        "UPDATE conversation SET closed_by = 'rule', outcome = 'answered', summary = 'Asked: \x1b[2Jhours', "
        "summary_by = 'frontdesk', summary_at = 1800000000000 WHERE id = 1",
        "INSERT INTO profile (contact, name, wanted, wanted_at, rule, accepted, accepted_at) VALUES"
        " (1, 'chat_last', '\"hours\"', 1800000000000, 'close', '\"hours\"', 1800000005000)",
        "INSERT INTO entry (contact, conversation, kind, name, value, at, wanted_by, state, settled_at, reason) VALUES"
        " (1, 1, 'increment', 'chat_count', '1', 1800000000000, 'close', 'unknown', 1800000005000, 'no answer came')",
        *put_notice(100, "owner-1", "ana asked for hours", due_at=DUE))


@test("transcript: how it ended, that a machine wrote the summary, what went into the profile, whom a notice told")
def transcript():
    with Desk(RULES) as desk:
        ended(desk)
        told = desk.do("transcript", "ana").out
        for piece in ("closed by ", "answered", "machine summary by frontdesk  Asked: \\x1b[2Jhours", "chat_last", '"hours"',
                      "accepted", "chat_count", "increment", "unknown", "no answer came", "owner-1", "ana asked for hours"):
            contains(told, piece, "transcript")
        lacks(told, "\x1b", "escapes of a summary")
        true(told.index("See you.") < told.index("closed by") < told.index("chat_last") < told.index("owner-1"), told)
        document = desk.do("transcript", "ana", "--json").json()
        end = document["end"]
        equal((end["closed_by"], end["outcome"], end["summary_by"], end["summary_at"]),
              ("rule", "answered", "frontdesk", 1800000000000), "end")
        equal([(row["name"], row["kind"], row["value"], row["state"]) for row in document["written"]],
              [("chat_last", "set", "hours", "accepted"), ("chat_count", "increment", 1, "unknown")], "written")
        notice, = document["notices"]
        equal((notice["name"], notice["user"], notice["state"], notice["is_to_business"], notice["conversation"]),
              ("summary", "owner-1", "due", True, 100), "notices")
        csv = desk.do("transcript", "ana", "--csv").out
        lacks(csv, "chat_last", "a CSV is one table")
        hers = desk.do("transcript", "owner-1").out
        contains(hers, "notice summary · about conversation 1 · due", "in her own conversation it stands as what it is")
        lacks(hers, "closed by", "which has not ended, for it never began")


@test("a conversation that goes on has no end to show, and conversations lists the outcomes of the others")
def listed():
    with Desk(RULES) as desk:
        ended(desk)
        desk.start()
        desk.hears("bob", "hours", "We are open until six.")
        told = desk.do("transcript", "bob").out
        for piece in ("closed", "machine summary", "into the profile", "notice"):
            lacks(told, piece, "transcript of what goes on")
        true("end" not in desk.do("transcript", "bob", "--json").json(), "no end in JSON")
        rows = {row["user"]: row["outcome"] for row in desk.do("conversations", "--json").json()["conversations"]}
        equal(rows, {"ana": "answered", "bob": None, "owner-1": None}, "conversations --json")
        contains(desk.do("conversations").out, "outcome", "conversations")


if __name__ == "__main__":
    main(lanes=3)
