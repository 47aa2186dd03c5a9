#!/usr/bin/python3
"""A generated book of 100,000 messages: it is whole, the daemon works on with it, and reading it does not walk all of it.

Nothing here is judged by time but for being stuck; `make bench` has the figures, of 10,000,000 messages.
"""
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
from desk import Desk, binary
from sandbox import BUILD, ROOT
from tap import contains, equal, lacks, main, test, true

MESSAGES = 100000
UNTIL = 1780000000000
FATES = {"answered", "silenced", "unanswered", "agent", "withheld", "expired", "dead", "unknown", "held"}


def generate(path, messages, *options):
    done = subprocess.run([binary("frontdesk-generate"), "--db", path, "--messages", str(messages),
                           "--rules", os.path.join(ROOT, "rules"), *map(str, options)],
                          capture_output=True, text=True, timeout=300, check=False)
    equal(done.returncode, 0, f"frontdesk-generate: {done.stderr}")
    return json.loads(done.stdout)


def dump(path):
    book = sqlite3.connect(path)
    try:
        return list(book.iterdump())
    finally:
        book.close()


@test("the same seed and end make the same rows, another seed others; a book that is there is not written over")
def seeds():
    with tempfile.TemporaryDirectory() as folder:
        one, same, other = (os.path.join(folder, name) for name in ("one", "same", "other"))
        generate(one, 2000, "--until", UNTIL, "--seed", 3, "--days", 20)
        generate(same, 2000, "--until", UNTIL, "--seed", 3, "--days", 20)
        generate(other, 2000, "--until", UNTIL, "--seed", 4, "--days", 20)
        true(dump(one) == dump(same), "the same")
        true(dump(one) != dump(other), "others")
        done = subprocess.run([binary("frontdesk-generate"), "--db", one, "--messages", "2000"],
                              capture_output=True, text=True, timeout=60, check=False)
        equal(done.returncode, 1, "refused")
        contains(done.stderr, "is there already", "why")


@test("a measurement leaves alone the desk that the shell's own variables speak of")
def measured_elsewhere():
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        desk.wait_drained()
        secrets = os.path.join(desk.folder, "secrets")
        os.mkdir(secrets)
        with open(os.path.join(secrets, "FRONTDESK_RULES"), "w", encoding="ascii") as file:
            file.write(desk.rules_folder)
        before = (desk.rows("SELECT * FROM message"), desk.rows("SELECT * FROM ruleset"), desk.sandbox.report())
        done = subprocess.run(["sh", os.path.join(ROOT, "tools", "bench.sh")], capture_output=True, text=True, timeout=120, check=False,
                              env=desk.env | {"FRONTDESK_ADMIN": desk.db + ".sock", "CREDENTIALS_DIRECTORY": secrets,
                                              "BENCH_PARTS": "long", "BENCH_MESSAGES": "50", "BENCH_USERS": "5",
                                              "BENCH_DIR": desk.folder, "BUILD": BUILD})
        equal(done.returncode, 0, f"it measured: {done.stdout} {done.stderr}")
        for what in (r"memory after 50 messages +[1-9][\d.]* MB resident", r"disk per message, log included +[1-9][\d,]* bytes"):
            true(re.search(what, done.stdout), f"{what}: {done.stdout}")
        lacks(done.stdout, "64 connections", "what was not run")
        desk.do("status")
        equal((desk.rows("SELECT * FROM message"), desk.rows("SELECT * FROM ruleset"), desk.sandbox.report()), before,
              "the desk, and what its Braze has heard")
        equal([name for name in os.listdir(desk.folder) if name.startswith("frontdesk-bench")], [], "nothing is left of it")


def check_shape(desk, made):
    """Believable: ids rise with time, all fates but the rare ones, several languages, rules, backends and people."""
    true(abs(made["messages"] - MESSAGES) < MESSAGES / 50, f"about as many as asked for: {made}")
    equal(desk.value("SELECT count(*) FROM message"), made["messages"], "messages")
    equal(desk.value("SELECT count(*) FROM (SELECT at < lag(at) OVER (ORDER BY id) AS back FROM message) WHERE back"), 0,
          "ids rise with time")
    states = {row["state"] for row in desk.rows("SELECT DISTINCT state FROM turn")}
    true(states >= FATES - {"held"}, f"fates: {states}")
    for what, least in ("rule) FROM decision", 15), ("language) FROM contact", 5), ("backend) FROM usage", 3), \
                       ("actor) FROM message WHERE kind = 'agent'", 3), ("channel) FROM conversation", 2):
        true(desk.value(f"SELECT count(DISTINCT {what}") >= least, what)
    true(desk.value("SELECT count(*) FROM conversation WHERE owner <> 'closed'") > 3, "some are open")


def check_figures(desk):
    """stats, against the plain question."""
    found = desk.do("stats", "--json", "--since", "2026-05-01", "--until", "2026-05-20").json()
    heard = desk.value("SELECT count(*) FROM message WHERE kind = 'in' AND at >= ? AND at < ?", found["since"], found["until"])
    true(heard > 2000, f"{heard} messages are enough")
    equal(found["heard"], heard, "heard")
    equal(sum(row["messages"] for row in found["answered_by"]), heard, "each has one who answered it, or nobody")
    asked = desk.value("SELECT count(*) FROM message m JOIN decision d ON d.message = m.id WHERE m.at >= ? AND m.at < ?"
                       " AND d.rule = ?", found["since"], found["until"], found["rules"][0]["rule"])
    equal(found["rules"][0]["messages"], asked, "the first of the rules")
    example = found["unanswered"][0]
    state = desk.value("SELECT t.state FROM message m JOIN turn t ON t.id = m.turn WHERE m.id = ?", example["message"])
    true(example["count"] > 1 and state in ("unanswered", "answered", "dead", "expired"), f"{example} is {state}")


def found(desk, *words):
    return {row["message"] for row in desk.do("search", *words, "--limit", "0", "--json").json()["messages"]}


def check_search(desk):
    """search, by the index and behind it, against every text of the book."""
    texts_said = [(row["id"], row["text"].casefold()) for row in desk.rows("SELECT id, text FROM message")]
    both = {number for number, text in texts_said if {"bread", "coffee"} <= set(re.findall(r"\w+", text))}
    refund = {number for number, text in texts_said if "환불" in text}
    true(len(both) > 20 and len(refund) > 20, f"{len(both)} and {len(refund)} are enough")
    true(desk.value("SELECT value + 0 FROM book WHERE name = 'search_next'") > MESSAGES // 2, "there is an index")
    equal(found(desk, "bread", "coffee"), both, "two words")
    equal(found(desk, "환불"), refund, "two Korean syllables")


def check_damage(desk):
    """What is written last is looked at in a large book as well."""
    broken = os.path.join(desk.folder, "broken.db")
    shutil.copy(desk.db, broken)
    os.chmod(broken, 0o600)
    with open(broken, "r+b") as file:
        root, = desk.rows("SELECT rootpage FROM sqlite_schema WHERE name = 'message'")[0].values()
        file.seek((root - 1) * 4096)
        file.write(b"\xff" * 4096)
    code, said = desk.try_start(FRONTDESK_DB=broken, FRONTDESK_ADMIN=broken + ".sock")
    equal(code, 1, f"refused: {said}")
    contains(said, "damaged", "why")


@test("100,000 messages: the audit balances, the daemon starts and answers, lists, transcripts and words are found")
def large():
    with Desk(texts.SHOP, start=False) as desk:
        made = generate(desk.db, MESSAGES, "--until", UNTIL)
        check_shape(desk, made)
        contains(desk.do("audit", within=300).out, "The book adds up", "before")
        check_figures(desk)
        open_one = desk.rows("SELECT v.id, c.address FROM conversation v JOIN contact c ON c.id = v.contact"
                             " WHERE v.owner = 'bot' AND v.channel = 'whatsapp' ORDER BY v.id DESC LIMIT 1")[0]
        contains(desk.do("transcript", open_one["id"]).out, "2026", "the transcript")
        equal(len(desk.do("conversations", "--json", "--limit", "7").json()["conversations"]), 7, "a list")
        desk.start()
        check_search(desk)
        desk.hears(open_one["address"], "ping 1", "pong 1")
        desk.hears("somebody-new", "ping 2", "pong 2")
        equal(desk.stop(), 0, "it stops")
        check_damage(desk)
        contains(desk.do("audit", within=300).out, "The book adds up", "after")


if __name__ == "__main__":
    main()
