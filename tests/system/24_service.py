#!/usr/bin/python3
"""Calls of dialogues to services of the business: what leaves, what every kind of end does, what never happens twice."""
import contextlib
import os
import signal
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
import trace
from desk import Desk
from peer import name_of_this_place
from sandbox import Sandbox
from tap import contains, equal, eventually, lacks, main, test, true

ORDERS, TABLES = "/shop/orders", "/shop/tables"
KEY = "shop-key-canary-4711"

FLOWS = r"""
INSERT INTO rule (name, priority, pattern, action, target) VALUES
  ('order', 700, '^order (?<id>[0-9]+)$', 'flow', 'order'), ('table', 700, '^table (?<people>[0-9]+)$', 'flow', 'table');
INSERT INTO service (name, url, key_env, deadline) VALUES ('orders', '{shop}/shop/orders/{{{{ id }}}}', {key}, '{orders}');
INSERT INTO service (name, method, url, body, key_env, deadline) VALUES
  ('diary', 'POST', '{shop}/shop/tables', '{{"at": "2026-05-15 21:00", "people": {{{{ people }}}}}}', {key}, '{deadline}');
INSERT INTO service_value (service, name, pointer) VALUES
  ('orders', 'item', '/item'), ('orders', 'state', '/status'), ('diary', 'free', '/free'), ('diary', 'code', '/code');
INSERT INTO flow (name) VALUES ('order'), ('table');
INSERT INTO step (name, say, ask) VALUES ('order.id', 'Which?', 'text'), ('table.people', 'How many?', 'number');
INSERT INTO step (name, action, target) VALUES ('order.look', 'call', 'orders'), ('table.book', 'call', 'diary');
INSERT INTO branch (step, only_if, say, next) VALUES
  ('order.look', ':timed_out', 'Too late.', 'end'), ('order.look', ':status = 404', 'No such order.', 'end'),
  ('order.look', ':failed', 'It failed.', 'end'),
  ('table.book', ':timed_out', 'Too late.', 'end'), ('table.book', ':failed', 'It failed.', 'end'),
  ('table.book', '@free = 0', 'No table is free.', 'end');
INSERT INTO step (name, say) VALUES ('order.told', '{{{{ item }}}}: {{{{ state }}}}.'), ('table.done', 'Your code is {{{{ code }}}}.');
"""
LOCAL = "INSERT INTO setting (name, value) VALUES ('allow_local_backends', 'yes');\n"


def rules(shop, key="NULL", deadline="20 seconds", orders="20 seconds", local=LOCAL):
    """`deadline` of the diary, and that of the orders: short where a test wants to see one pass."""
    return texts.SHOP + local + FLOWS.format(shop=shop, key=key, deadline=deadline, orders=orders)


@contextlib.contextmanager
def business(options=(), url=None, env=None, **more):
    """A desk whose flows call the sandbox's shop. Whatever happened in it, its book is sound at the end."""
    with Desk(start=False, **(env or {})) as desk:
        if options:
            desk.sandbox.options = options
            desk.sandbox.start()
        desk.write_rules(rules(url or desk.sandbox.url, **more))
        desk.start()
        yield desk
        desk.do("audit")


def calls(desk):
    return desk.rows("SELECT * FROM outbox WHERE kind = 'call' ORDER BY id")


def wait_call(desk, state, number=0, within=15):
    return eventually(lambda: (c := calls(desk)) and len(c) > number and c[number]["state"] == state and c[number],
                      lambda: f"call {number} is {state}: {[(c['state'], c['reason']) for c in calls(desk)]}", within)


def calls_out(desk):
    return [call["id"] for call in calls(desk) if call["state"] == "claimed"]


def seen(desk, path=TABLES):
    """What the shop was asked by that path: (status, taken, key)."""
    return [(r["status"], r["taken"], r.get("idempotency_key")) for r in desk.sandbox.requests()
            if r["path"].startswith(path)]


def shop(desk):
    return desk.sandbox.report()["shop"]


@test("a step asks, and the customer hears what was answered; an unknown order takes its branch")
def asks():
    with business() as desk:
        desk.hears("ana", "order 12345", "Lemon cake: on its way.")
        desk.hears("ana", "order 777", "No such order.")
        equal([c["state"] for c in calls(desk)], ["accepted", "dead"], "rows")
        equal(calls(desk)[1]["reason"], "it answered 404", "why")
        equal(shop(desk)["requests"], 2, "requests")


@test("a booking brings an Idempotency-Key of its own; the shop's answers decide how the dialogue goes on")
def books():
    with business(options=("--shop-tables", "1")) as desk:
        desk.hears("ana", "table 4", "Your code is R1.")
        desk.hears("bob", "table 4", "No table is free.")
        keys = [key for _, _, key in seen(desk)]
        rows = calls(desk)
        equal(keys, [f"frontdesk-{row['id']}-{row['created_at']}" for row in rows], "keys")
        equal([(r["kind"], r["state"], r["sent_by"]) for r in rows], [("call", "accepted", "diary")] * 2, "rows")


# fault, said, heard, row, how often the shop was asked, booked
FAULTS = [
    (dict(do="status", status=503), "order 12345", "Lemon cake: on its way.", "accepted", 2, 0),
    (dict(do="status", status=503, times=2), "order 12345", "It failed.", "dead", 2, 0),
    (dict(do="status", status=503), "table 4", "It failed.", "dead", 1, 0),
    (dict(do="status", status=400), "order 12345", "It failed.", "dead", 1, 0),
    (dict(do="reset_before"), "order 12345", "Lemon cake: on its way.", "accepted", 2, 0),
    (dict(do="reset_before"), "table 4", "Your code is R1.", "accepted", 2, 1),
    (dict(do="reset_after"), "table 4", "Your code is R1.", "accepted", 2, 1),
    (dict(do="reset_after", times=2), "table 4", "It failed.", "unknown", 2, 1),
    (dict(do="garbage"), "table 4", "Your code is R1.", "accepted", 2, 1),
    (dict(do="lying_length", bytes=100), "table 4", "Your code is R1.", "accepted", 2, 1),
    (dict(do="html", status=200), "order 12345", "It failed.", "accepted", 1, 0),
    (dict(do="huge", bytes=3 * 1024 * 1024), "order 12345", "It failed.", "dead", 1, 0),
    (dict(do="gzip", bytes=5 * 1024 * 1024), "order 12345", "It failed.", "accepted", 1, 0),
    (dict(do="hang"), "order 12345", "Too late.", "expired", 1, 0),
    (dict(do="take_and_hang"), "table 4", "Too late.", "unknown", 1, 1),
    (dict(do="drip", bytes_per_s=5), "order 12345", "Too late.", "expired", 1, 0),
]


@test("whatever the service does, the customer hears of it within the deadline, and nothing is booked twice")
def faults():
    for fault, said, heard, state, asked, booked in FAULTS:
        short = {"deadline": "3 seconds", "orders": "2 seconds"} if heard == "Too late." else {}
        with business(**short) as desk:
            desk.sandbox.fault(path="/shop", **fault)
            watch = desk.stopwatch()
            try:
                desk.hears("ana", said, heard)
            except AssertionError as wrong:
                raise AssertionError(f"{fault}: {wrong}") from wrong
            took = watch.seconds()
            true(took < 3 + 2.5, f"{fault}: in {took:.1f} s")
            row = wait_call(desk, state)
            equal((len(seen(desk, "/shop")), shop(desk)["booked"]), (asked, booked), f"{fault}: asked, booked")
            equal(len({key for _, _, key in seen(desk, "/shop")}), 1, f"{fault}: one key")
            equal(desk.value("SELECT count(*) FROM attempt WHERE outbox = ?", row["id"]), asked, f"{fault}: attempts")


@test("a service that is down fails its calls; one that comes back is called again")
def down():
    with tempfile.TemporaryDirectory() as folder:
        elsewhere = Sandbox(folder)
        try:
            with business(url=elsewhere.url) as desk:
                elsewhere.stop()
                desk.hears("ana", "order 12345", "It failed.")
                equal(desk.value("SELECT count(*) FROM attempt WHERE class = 'not_sent'"), 2, "attempts")
                elsewhere.start()
                desk.hears("ana", "order 12345", "Lemon cake: on its way.")
        finally:
            elsewhere.stop()


@test("kill -9 while a booking is out: it is made once more by the same key, and booked once")
def kill_once():
    with business(deadline="20 seconds") as desk:
        desk.sandbox.fault("take_and_hang", path=TABLES, ms=30000)
        desk.say("ana", "table 4")
        eventually(lambda: len(seen(desk)) == 1, "the shop was asked")
        desk.kill()
        desk.start()
        equal(desk.sandbox.wait_texts("ana", 1), ["Your code is R1."], "heard")
        first, second = seen(desk)
        equal(first[2], second[2], "the same key")
        equal((shop(desk)["booked"], shop(desk)["repeated"]), (1, 1), "booked, repeated")
        equal(calls(desk)[0]["is_ambiguous"], 1, "marked")


@test("kill -9 twice: it is not made a third time, and the dialogue goes on without it")
def kill_twice():
    with business(deadline="20 seconds") as desk:
        desk.sandbox.fault("take_and_hang", path=TABLES, ms=30000, times=3)
        desk.say("ana", "table 4")
        for count in (1, 2):
            eventually(lambda: len(seen(desk)) == count, "the shop was asked")
            desk.kill()
            desk.start()
        equal(desk.sandbox.wait_texts("ana", 1), ["Too late."], "heard")
        equal(wait_call(desk, "unknown")["reason"], "nobody can tell whether it arrived, and its time is over", "why")
        equal(len(seen(desk)), 2, "asked")


@test("a stop waits for the call in the air")
def stop():
    with business() as desk:
        desk.sandbox.fault("late", path=TABLES, ms=700)
        desk.say("ana", "table 4")
        eventually(lambda: len(seen(desk)) == 1, "the shop was asked")
        equal(desk.stop(), 0, "exit")
        equal(calls(desk)[0]["state"], "accepted", "the row")
        desk.start()
        equal(desk.sandbox.wait_texts("ana", 1), ["Your code is R1."], "heard")


@test("a stop waits for a call that is entered and has not begun, since the disk is slow")
def stop_behind_the_disk():
    with business(env=trace.ends_traced()) as desk:
        desk.sandbox.fault("status", path=ORDERS, status=503)
        desk.say("ana", "order 12345")
        wait_call(desk, "due")
        desk.process.send_signal(signal.SIGSTOP)  # its second attempt is a second away, which an attachment may take
        with trace.attached(desk.process, "fdatasync", "delay_enter=700000", "1+"):
            desk.process.send_signal(signal.SIGCONT)
            wait_call(desk, "claimed")
            equal(desk.stop(), 0, "SIGTERM")
        equal(calls(desk)[0]["state"], "accepted", "the row")


@test("a service that hangs for many customers holds up neither replies nor another service")
def beside():
    with business(deadline="8 seconds") as desk:
        desk.sandbox.fault("hang", path=TABLES, times=0)
        for number in range(12):
            desk.say(f"user-{number}", "table 4")
        eventually(lambda: len(seen(desk)) == 4, "four calls are out")
        out, watch = calls_out(desk), desk.stopwatch()
        desk.hears("zoe", "ping 1", "pong 1")
        desk.hears("zoe", "order 12345", "Lemon cake: on its way.")
        true(watch.seconds() < 2, f"at once, and not in {watch.seconds():.1f} s")
        equal((len(out), calls_out(desk)), (4, out), "calls out, and the same ones still")
        for number in range(12):
            equal(desk.sandbox.wait_texts(f"user-{number}", 1, 20), ["Too late."], "heard")
        states = [c["state"] for c in calls(desk) if c["sent_by"] == "diary"]
        left = len(seen(desk))  # the last ones asked later, and may just have had the time
        equal((states.count("unknown"), states.count("expired")), (left, 12 - left), "what left, what did not")
        true(left >= 4, f"{left} left")


@test("a person who steps in while a call is out has the word; what comes of the call is entered, and not said")
def take():
    with business() as desk:
        desk.sandbox.fault("late", path=TABLES, ms=800)
        desk.say("ana", "table 4")
        eventually(lambda: len(seen(desk)) == 1, "the shop was asked")
        desk.act("take", desk.conversation("ana"))
        wait_call(desk, "accepted")
        equal(desk.sandbox.texts("ana"), [], "heard")


@test("the key comes from the environment, or a file, and stands nowhere else")
def key():
    for how in ("variable", "file"):
        with business(options=("--shop-key", KEY), key="'SHOP_KEY'") as desk:
            equal(desk.hears("ana", "order 12345", "It failed."), None, "without a key")
            equal(wait_call(desk, "dead")["reason"], "its key is missing: SHOP_KEY is not set", "why")
            contains(desk.log(), "event=key_missing service=orders", "told at the start")
            equal(shop(desk)["requests"], 0, "nobody was asked")
            equal(desk.stop(), 0, "exit")
            if how == "variable":
                desk.env["SHOP_KEY"] = KEY
            else:
                desk.env["SHOP_KEY_FILE"] = os.path.join(desk.folder, "key")
                with open(desk.env["SHOP_KEY_FILE"], "w", encoding="utf-8") as file:
                    file.write(KEY + "\n")
            desk.env["FRONTDESK_LOG"] = "debug"
            desk.start()
            desk.hears("ana", "order 12345", "Lemon cake: on its way.")
            desk.sandbox.fault("reset_after", path="/shop", times=2)
            desk.hears("ana", "table 4", "It failed.")
            for name in os.listdir(desk.folder):
                path = os.path.join(desk.folder, name)
                if os.path.isfile(path) and name != "key":
                    with open(path, "rb") as file:
                        lacks(file.read(), KEY.encode(), name)
            lacks(desk.do("outbox", "list", "--json").out, KEY, "the list")


@test("rules check tells of a key that is not set where it runs, and does not count it against the files")
def key_check():
    with Desk(start=False) as desk:
        desk.write_rules(rules(desk.sandbox.url, key="'SHOP_KEY'"))
        check = ("rules", "check", desk.rules_folder)
        without, having = desk.do(*check), desk.do(*check, env={"SHOP_KEY": KEY})
        contains(without.out, "SHOP_KEY is not set here. Where the daemon does not have it either, every call to orders fails",
                 "without the key")
        lacks(having.out + having.err, "SHOP_KEY", "with the key")
        verdicts = [desk.do(*check, "--json", env=env).json()["problems"] for env in ({}, {"SHOP_KEY": KEY})]
        equal(verdicts[0], verdicts[1], "the verdict on the files")


@test("a key that is set later counts from the next reload on")
def key_reload():
    with business(options=("--shop-key", KEY), key="'SHOP_KEY'", env={"SHOP_KEY_FILE": "/nonexistent"}) as desk:
        desk.hears("ana", "order 12345", "It failed.")
        contains(calls(desk)[0]["reason"], "its key is missing: ", "why")
    with business(options=("--shop-key", KEY), key="'SHOP_KEY'") as desk:
        path = os.path.join(desk.folder, "key")
        equal(desk.stop(), 0, "exit")
        desk.env["SHOP_KEY_FILE"] = path
        with open(path, "w", encoding="utf-8") as file:
            file.write("not-the-key")
        desk.start()
        desk.hears("ana", "order 12345", "It failed.")
        equal(calls(desk)[0]["reason"], "it answered 401", "why")
        with open(path, "w", encoding="utf-8") as file:
            file.write(KEY)
        loaded = desk.value("SELECT max(id) FROM ruleset")
        desk.reload(rules(desk.sandbox.url, key="'SHOP_KEY'"))
        eventually(lambda: desk.value("SELECT max(id) FROM ruleset") > loaded, "loaded again")
        desk.hears("ana", "order 12345", "Lemon cake: on its way.")
        desk.sandbox.fault("status", status=403, body=f'{{"message":"no place for {KEY}"}}')  # whoever else may say it
        desk.say("bob", "order 12345")
        eventually(lambda: "event=lane_unwell" in desk.log(), "Braze has refused it")
        contains(desk.log(), "no place for ***", "the log")
        lacks(desk.log(), KEY, "the log")


@test("a name that leads to this machine or a private network is not connected to, unless the owner allows it")
def guard():
    name = name_of_this_place()
    with Desk(start=False) as desk:
        desk.write_rules(rules(f"https://{name}:{desk.sandbox.port}", local=""))
        desk.start()
        desk.hears("ana", "order 12345", "It failed.")
        row = wait_call(desk, "dead")
        contains(row["reason"], "its host leads to ", "why")
        contains(row["reason"], "; the setting allow_local_backends is no", "why")
        equal(desk.value("SELECT count(*) FROM attempt WHERE outbox = ?", row["id"]), 1, "attempts")
        equal(shop(desk)["requests"], 0, "nobody was asked")


@test("plain http and addresses of this machine are refused when the rules are loaded")
def guard_at_load():
    with Desk() as desk:
        for url, why in (("http://127.0.0.1:9", "is this machine"), ("https://localhost:9", "is this machine"),
                         ("https://169.254.169.254", "is no service's address"), ("http://shop.example.com", "plain http")):
            desk.write_rules(rules(url, local=""))
            result = desk.cli("rules", "check", desk.rules_folder)
            equal(result.code, 1, url)
            contains(result.out + result.err, why, url)


@test("the command line shows what was asked, what came of it, and what is under way")
def shown():
    with business(deadline="8 seconds") as desk:
        desk.sandbox.fault("status", path=TABLES, status=500)
        desk.hears("ana", "table 4", "It failed.")
        row = wait_call(desk, "dead")
        listed = [r for r in desk.do("outbox", "list", "--json").json()["outbox"] if r["kind"] == "call"]
        equal([(r["state"], r["sent_by"], r["reason"]) for r in listed], [("dead", "diary", "it answered 500")], "listed")
        equal(listed[0]["text"], f'POST {desk.sandbox.url}/shop/tables {{"at": "2026-05-15 21:00", "people": 4}}', "asked")
        attempts = desk.do("outbox", "show", row["id"], "--json").json()["attempts"]
        equal([(a["class"], a["status"]) for a in attempts], [("not_done", 500)], "attempts")
        contains(desk.do("status").out, "1 call to a service failed in the last 7 days", "status")
        refused = desk.cli("outbox", "retry", row["id"])
        equal(refused.code, 1, "retry")
        contains(refused.err, "is not made again", "retry")
        desk.sandbox.fault("hang", path=TABLES)
        desk.say("ana", "table 4")
        wait_call(desk, "claimed", 1)
        equal(desk.do("status", "--json").json()["calls_pending"], 1, "under way")
        wait_call(desk, "unknown", 1)


main(lanes=2)
