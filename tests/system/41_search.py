#!/usr/bin/python3
"""search: what was said is found at once, by words of any script, and before and after the index has it; nothing that can be
typed is an error; hostile text stays text; a kill -9 in the middle of the filling loses and doubles nothing."""
import os
import sqlite3
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
from desk import Desk
from tap import contains, equal, eventually, lacks, main, test, true

HOSTILE = "\x1b]52;c;ZXZpbA==\x07 \x1b[2J \x9b31m \rfake \u202egnp.exe zebra <script>&amp; =1+1 \x7f end"


def found(desk, *words):
    """The texts that are found, in their order."""
    result = desk.cli("search", *words, "--json")
    true(result.code in (0, 3), result)
    return [row["text"] for row in result.json()["messages"]]


def marked(row):
    return [row["text"][start:end] for start, end in row["marks"]]


def stock(desk, count, text="stock {}"):
    """So many notes more, in the book of a desk that does not run."""
    book = sqlite3.connect(desk.db)
    with book:
        conversation, newest, at = book.execute("SELECT max(conversation), max(id), max(at) FROM message").fetchone()
        book.executemany("INSERT INTO message (id, conversation, at, kind, text) VALUES (?, ?, ?, 'note', ?)",
                         [(newest + 1 + i, conversation, at, text.format(i)) for i in range(count)])
    book.close()


def indexed(desk):
    rows = desk.rows("SELECT CAST(value AS INTEGER) AS next FROM book WHERE name = 'search_next'")
    return rows[0]["next"] if rows else 0


@test("what was said a moment ago is found, in any script, with its words marked")
def at_once():
    with Desk(texts.SHOP) as desk:
        said = desk.say("ana", "Do you sell Café crème to go?", first_name="Ana")
        desk.say("bob", "환불해주세요. 영수증은 있어요")
        desk.say("eve", "日本語テキスト検索")
        rows = desk.do("search", "cafe", "--json").json()["messages"]
        equal(len(rows), 1, "rows")
        equal((rows[0]["message"], rows[0]["user"], rows[0]["first_name"], rows[0]["kind"], rows[0]["channel"], marked(rows[0])),
              (said, "ana", "Ana", "in", "whatsapp", ["Café"]), "the row")
        for typed, text in (("환불", "환불해주세요. 영수증은 있어요"), ("영수증을", "환불해주세요. 영수증은 있어요"), ("検索", "日本語テキスト検索"),
                            ("語", "日本語テキスト検索"), ('"sell cafe"', "Do you sell Café crème to go?")):
            equal(found(desk, typed), [text], typed)
        equal(found(desk, "sell -cafe"), [], "minus")
        equal(found(desk, "sell*", "--user", "bob"), [], "of another customer")
        equal(found(desk, "sell*", "--user", "ana", "--channel", "whatsapp", "--since", "1h"), ["Do you sell Café crème to go?"],
              "filters")
        contains(desk.do("search", "환불").out, "환불해주세요", "for people")
        lines = desk.do("search", "cafe", "--csv").out.splitlines()
        contains(lines[1], "Do you sell Café crème to go?", "csv")


@test("nothing found ends with 3, nothing to look for as well, with a sentence; nothing that is typed is an error")
def anything():
    with Desk(texts.SHOP) as desk:
        desk.say("ana", "ping 1")
        equal(desk.cli("search", "zebra").code, 3, "nothing")
        for typed in ("", "!!", '"', '""', "*", "-", "(", "...", "-zebra", "- -", "\"*\"", "‮"):
            result = desk.cli("search", "--", typed)
            equal(result.code, 3, typed)
            equal(desk.cli("search", "--json", "--", typed).json()["messages"], [], typed)
            lacks(result.err.lower(), "sql", typed)
            true(len(result.err) > 20, f"no sentence for {typed!r}")
        for typed in ('ping AND NOT (x OR y)', 'NEAR(ping x)', 'text:ping', '^ping ', "ping'; DROP TABLE message; --", 'ping "x', "a" * 10000,
                      "p* " * 3000, "👩‍👧 ping", "ping\udcff", "%_ ping", "x'70696e67'"):
            result = desk.cli("search", "--", typed)
            true(result.code in (0, 3), f"{typed[:40]!r}: {result}")
            lacks(result.err.lower(), "sql", typed[:40])
        equal(desk.cli("search", "ping", "--by", "colour").code, 2, "--by")
        contains(desk.cli("search", "a " * 40).out, "16 words", "too many words")


@test("hostile text is found by its words and stays text on a terminal, in JSON and in CSV")
def hostile():
    with Desk(texts.SHOP) as desk:
        desk.say("eve", HOSTILE)
        for words in (("zebra",), ("zebra", "--csv")):
            shown = desk.do("search", *words).out
            for raw in ("\x1b", "\x07", "\x9b", "\u202e", "\x7f"):
                lacks(shown, raw, f"{words}: {raw!r}")
        row, = desk.do("search", "zebra", "--json").json()["messages"]
        equal(marked(row), ["zebra"], "marks")
        true(desk.do("search", "script").out, "its words are words")


@test("the index fills itself while the daemon runs, and what is found is the same before, meanwhile and after")
def filling():
    with Desk(texts.SHOP) as desk:
        desk.hears("ana", "ping 1", "pong 1")
        desk.stop()
        stock(desk, 3000, "stock {} refund")
        before = found(desk, "stock refund", "--limit", "0")
        equal(len(before), 3000, "read through without an index, while no daemon runs")
        desk.start()
        meanwhile = set()
        until = time.monotonic() + 60
        while indexed(desk) < 2000 and time.monotonic() < until:  # the last ones wait for more
            meanwhile.add(len(found(desk, "stock refund", "--limit", "0")))
        true(indexed(desk) >= 2000, "the index fills itself")
        equal(meanwhile or {3000}, {3000}, "meanwhile")
        equal(found(desk, "stock refund", "--limit", "0"), before, "after")
        equal(found(desk, "2999"), ["stock 2999 refund"], "one of them")
        equal(len(found(desk, "stock", "--by", "relevance")), 20, "ranked")
        contains(desk.do("search", "stock").out, "--limit", "there are more")
        equal(desk.do("audit").code, 0, "the book adds up")


@test("kill -9 while the index is filled: each message is in it once, and all are in the end")
def killed():
    with Desk(texts.SHOP) as desk:
        desk.say("ana", "ping 1")
        desk.stop()
        stock(desk, 20000, "stock {}")
        for _ in range(4):
            before = indexed(desk)
            desk.start()
            eventually(lambda: indexed(desk) > before + 500, "the index grows", 20)
            desk.kill()
        desk.start()
        eventually(lambda: indexed(desk) > 18900, "the index is full", 60)
        equal(len(found(desk, "stock", "--limit", "0")), 20000, "all")
        equal(found(desk, "12345"), ["stock 12345"], "one")
        missed = [number for number in range(0, 20000, 1999) if found(desk, f"stock {number}") != [f"stock {number}"]]
        equal(missed, [], "each is found")


@test("what is behind and not read is told, and the newest is found all the same")
def behind():
    with Desk(texts.SHOP) as desk:
        desk.say("ana", "ping 1")
        desk.stop()
        stock(desk, 25000, "stock {}")
        result = desk.cli("search", "24999")
        equal(result.code, 0, "the newest")
        contains(result.out, "not in the index yet", "told")
        equal(desk.cli("search", "stock 17").code, 3, "too far back")


if __name__ == "__main__":
    main()
