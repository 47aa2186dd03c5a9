#!/usr/bin/python3
"""Backends: who is asked what, in which order, what the customer hears when none answers, and what never happens."""
import contextlib
import json
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
from desk import Desk
from tap import contains, equal, eventually, lacks, main, test, true

AI_KEY = "ai-key-canary-0815"
CHAT = "/v1/chat/completions"
SORRY = "I am sorry"

SHOP = texts.SHOP + """
INSERT INTO setting (name, value) VALUES ('allow_local_backends', 'yes'), ('time_zone', 'Asia/Seoul');
INSERT INTO rule (name, priority, action, target) VALUES ('rest', 0, 'consult', 'assistant');
INSERT INTO rule (name, words, action) VALUES ('bye', '=bye', 'close');
INSERT INTO faq (question, answer) VALUES ('Do you have parking?', 'Yes, *behind* the house, 2 * 3 places.');
"""


def backend(name="assistant", kind="openai", **columns):
    columns = {"name": name, "kind": kind, "settle_ms": 0} | columns
    if kind == "openai":
        columns = {"model": "gpt-4.1-mini", "key_env": "TEST_AI_KEY", "url": "{url}/v1", "prompt": "You work at a bakery."} | columns
    listed = {k: v for k, v in columns.items() if v is not None}
    values = ", ".join(str(v) if isinstance(v, (int, float)) else "'" + str(v).replace("'", "''") + "'" for v in listed.values())
    return f"INSERT INTO backend ({', '.join(listed)}) VALUES ({values});\n"


@contextlib.contextmanager
def desk_with(*backends, more="", options=(), **env):
    """A desk whose vendors are the sandbox. Whatever happened in it, its book is sound at the end."""
    with Desk(start=False, TEST_AI_KEY=AI_KEY, **env) as desk:
        desk.sandbox.options = ("--ai-key", AI_KEY, *options)
        desk.sandbox.start()
        desk.write_rules(SHOP + more + "".join(backends).replace("{url}", desk.sandbox.url))
        desk.start()
        yield desk
        desk.do("audit")


def asked(desk, count=1, within=10):
    return eventually(lambda: (a := desk.sandbox.asked()) and len(a) >= count and a,
                      lambda: f"{count} questions, so far {len(desk.sandbox.asked())}", within)


def hears(desk, user, text, piece, within=10):
    before = len(desk.sandbox.texts(user))
    desk.say(user, text)
    got = desk.sandbox.wait_texts(user, before + 1, within)[before:]
    contains(got[0], piece, text)
    return got[0]


def consults(desk):
    return desk.rows("SELECT o.*, c.* FROM outbox o JOIN consult c ON c.outbox = o.id ORDER BY o.id")


@test("a rule asks a model, which hears the prompt and the words, and its answer reaches the customer")
def asks():
    with desk_with(backend()) as desk:
        hears(desk, "ana", "Do you bake rye bread?", 'You said: "Do you bake rye bread?"')
        question = asked(desk)[0]
        equal((question["vendor"], question["model"], question["last"]), ("openai", "gpt-4.1-mini", "Do you bake rye bread?"), "the question")
        contains(question["system"], "You work at a bakery.", "the prompt")
        equal(question["key_header"], "authorization", "where the key was")
        hears(desk, "ana", "And cakes?", "history: 2")
        lacks(desk.log(), AI_KEY, "the log")
        lacks(json.dumps(desk.rows("SELECT * FROM consult")), AI_KEY, "the book")


@test("the FAQ answers without any key, in the owner's own words; what it does not know goes to the end of the chain")
def faq():
    with desk_with(backend(kind="faq")) as desk:
        equal(hears(desk, "ana", "have you got parking", "behind"), "Yes, *behind* the house, 2 * 3 places.", "the answer")
        hears(desk, "ana", "my cat is ill", SORRY)
        equal(desk.sandbox.asked(), [], "asked outside")


main()
