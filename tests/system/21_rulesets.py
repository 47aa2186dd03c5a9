#!/usr/bin/python3
"""Whole rule sets of three shops, held to what their customers write: particles, typos, accents left out, negation.

Each folder of tests/data/rules is checked by the real command line. Its examples are worth something only if they
can fail, so each rule is spoiled once, and each `unless` is taken away once, and the check has to notice.
"""
import glob
import os
import re
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from desk import Desk
from sandbox import ROOT
from tap import contains, equal, main, test, true

SHOPS = ["korean-cosmetics", "spanish-restaurant", "us-plumber"]
RULES = "30-rules.sql"


def folder(shop):
    return os.path.join(ROOT, "tests", "data", "rules", shop)


def files(shop):
    found = {}
    for path in glob.glob(os.path.join(folder(shop), "*.sql")):
        with open(path, encoding="utf-8") as file:
            found[os.path.basename(path)] = file.read()
    return found


def tables(text):
    """The statements of a rule file in a database of our own, whose tables have the columns that are named there."""
    book = sqlite3.connect(":memory:")
    columns = {}
    for table, names in re.findall(r"^INSERT INTO (\w+) \(([^)]*)\)", text, re.MULTILINE):
        known = columns.setdefault(table, [])
        known += [name for name in re.split(r"\s*,\s*", names) if name not in known]
    for table, names in columns.items():
        book.execute(f"CREATE TABLE {table} ({', '.join(names)})")
    book.executescript(text)
    return book


def literal(value):
    return "NULL" if value is None else str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def written(rows):
    """Rules as a file again. A column that is NULL is left out, as where the rule was typed."""
    lines = []
    for row in rows:
        given = {name: value for name, value in row.items() if value is not None}
        lines.append(f"INSERT INTO rule ({', '.join(given)}) VALUES ({', '.join(map(literal, given.values()))});")
    return "\n".join(lines)


def rules(shop):
    book = tables(files(shop)[RULES])
    book.row_factory = sqlite3.Row
    return [dict(row) for row in book.execute("SELECT * FROM rule ORDER BY rowid")]


def deaf(row):
    """A pattern that no customer hits, with the named groups that the rule's texts ask for."""
    return "zzyzx" + "".join(f"({name})" for name in re.findall(r"\?<\w+>", row.get("pattern") or ""))


def spoiled(rows, name, **changes):
    return [row | changes if row["name"] == name else row for row in rows]


def check(desk, shop, rows):
    """rules check of the shop with these rules in place of its own."""
    desk.write_rules(files(shop) | {RULES: written(rows)})
    return desk.cli("rules", "check", desk.rules_folder)


for shop in SHOPS:
    @test(f"{shop}: loads without a warning, and each example and counterexample holds")
    def loads(shop=shop):
        with Desk(start=False) as desk:
            contains(desk.do("rules", "check", "--strict", folder(shop)).out, "All is well", shop)
            true(20 <= len(rules(shop)) <= 40, f"{len(rules(shop))} rules")
            book = tables("\n".join(files(shop).values()))
            for table in ("rule_example", "rule_counterexample"):
                count, = book.execute(f"SELECT count(DISTINCT text) FROM {table}").fetchone()
                true(count >= 40, f"{table}: {count} texts")

    @test(f"{shop}: a rule that is spoiled fails the check, whichever it is")
    def spoil(shop=shop):
        with Desk(start=False) as desk:
            rows = rules(shop)
            equal(check(desk, shop, rows).code, 0, "the rules as they are, written anew")
            for row in rows:
                result = check(desk, shop, spoiled(rows, row["name"], words=None, pattern=deaf(row)))
                equal(result.code, 1, f"without the words of {row['name']}")
                contains(result.out, row["name"], "the complaint")

    @test(f"{shop}: no unless can be taken away unnoticed")
    def careless(shop=shop):
        with Desk(start=False) as desk:
            rows = rules(shop)
            kept_back = [row for row in rows if row.get("unless") is not None]
            true(len(kept_back) >= 5, "rules with unless")
            unnoticed = [row["name"] for row in kept_back
                         if check(desk, shop, spoiled(rows, row["name"], unless=None)).code == 0]
            equal(unnoticed, [], "rules whose unless no example needs")


if __name__ == "__main__":
    main(lanes=2)
