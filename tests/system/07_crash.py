#!/usr/bin/python3
"""kill -9 at every step of the write path; and the order "on disk before the 202", from a trace.

make check takes samples of the kill points; TORTURE=1 takes them all, for at most SWEEP_SECONDS (3,600) a sweep.
"""
import os
import random
import re
import shutil
import signal
import sqlite3
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import http.client
import texts
import trace
import web
from desk import Desk
from tap import equal, eventually, main, never, test, true
from verdict import Client, judge

TORTURE = os.environ.get("TORTURE") == "1"
BUDGET_S = int(os.environ.get("SWEEP_SECONDS", "3600")) if TORTURE else 8   # of one sweep
USERS = 5


def send_all(client, round_number, count=12):
    """A few customers write at once; the daemon may die meanwhile."""
    def lane(user):
        for number in range(user, count, USERS):
            client.send(f"user-{user}", f"k{round_number}-{number}")
    threads = [threading.Thread(target=lane, args=(user,)) for user in range(USERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def run_into_it(desk, client, round_number):
    """Work until all is done or the daemon is dead; was it killed?"""
    try:
        desk.wait_ready()
        send_all(client, round_number)
        eventually(lambda: not desk.runs() or desk.pending() == 0, "drained or dead", 5, 0.02)
    except (AssertionError, OSError):
        pass
    killed = not desk.runs()
    if not killed:
        desk.kill()
    desk.process.wait()
    return killed


def kill_while_starting(desk, client, call, when, round_number):
    desk.launch(trace.inject(call, "signal=KILL", when))
    return run_into_it(desk, client, round_number)


def kill_while_working(desk, client, call, when, round_number):
    desk.start()
    with trace.attached(desk.process, call, "signal=KILL", when):
        return run_into_it(desk, client, round_number)


def kill_while_stopping(desk, client, call, when, round_number):
    desk.start()
    send_all(client, round_number)
    with trace.attached(desk.process, call, "signal=KILL", when):
        desk.process.send_signal(signal.SIGTERM)
        return desk.wait_end() != 0


def recover(desk, client, what):
    """The restart after the kill, and the judgement."""
    desk.start()
    true(client.send_again(), lambda: f"{what}: the rest is taken after the restart: {client.unacknowledged()}")
    desk.wait_drained(60)
    equal(judge(client, desk), [], f"{what}: complaints")
    equal(desk.stop(), 0, "exit")


def sweep(run, call, step):
    """Kill points 1, 1 + step … until one is not reached any more or the time is up."""
    trace.need_strace()
    with Desk() as desk:
        client = Client(desk)
        equal(desk.stop(), 0, "exit")
        deadline, when, kills = time.monotonic() + BUDGET_S, 1, 0
        while time.monotonic() < deadline and run(desk, client, call, when, f"{call}{when}"):
            recover(desk, client, f"{call}:when={when}")
            kills += 1
            when += 1 if TORTURE else step
        print(f"# {kills} kill points of {call} in steps of {1 if TORTURE else step}")
        true(kills > 0, f"{call}: no kill point was reached")
        if desk.process.poll() is not None:
            desk.start()
        desk.do("audit")


for _run, _call, _step in ((kill_while_starting, "pwrite64", 2), (kill_while_starting, "fdatasync", 1),
                           (kill_while_working, "pwrite64", 5), (kill_while_working, "fdatasync", 1),
                           (kill_while_working, "sendto", 1), (kill_while_working, "sendmsg", 1),
                           (kill_while_stopping, "pwrite64", 3), (kill_while_stopping, "fdatasync", 1)):
    @test(f"{_run.__name__.replace('_', ' ')} at {_call} 1, 2, …: nothing acknowledged is lost, or doubled unmarked")
    def one_sweep(run=_run, call=_call, step=_step):
        sweep(run, call, step)


@test("kill -9 at random moments under load")
def random_kills():
    with Desk(texts.SHOP + texts.UNLIMITED) as desk:
        client, seed = Client(desk), int(os.environ.get("SEED", random.randrange(10**6)))
        print(f"# SEED={seed}")
        dice = random.Random(seed)
        for turn in range(200 if TORTURE else 8):
            killer = threading.Timer(dice.uniform(0.0, 0.08), desk.kill)
            killer.start()
            send_all(client, f"r{turn}", 40)
            killer.join()
            desk.start()
        true(client.send_again(), "the rest is taken")
        desk.wait_drained(60)
        equal(judge(client, desk), [], f"SEED={seed}: complaints")


@test("kill -9 while Braze holds a call: sent again at most once, and marked")
def kill_in_flight():
    with Desk() as desk:
        desk.sandbox.fault("take_and_hang", ms=20000)
        client = Client(desk)
        client.send("ana", "one")
        desk.sandbox.wait_texts("ana", 1)
        desk.kill()
        desk.start()
        done = desk.wait_outbox("ana", "accepted", within=30)[0]
        equal(done["is_ambiguous"], 1, "marked")
        equal(desk.sandbox.texts("ana"), ["pong one"] * 2, "one duplicate")
        equal(judge(client, desk), [], "complaints")


@test("a torn -wal: everything acknowledged before the tear's commit is there, or the start refuses")
def torn_wal():
    with Desk() as desk:
        for number in range(20):
            desk.say("ana", f"ping {number}")
        desk.kill()
        folder = os.path.join(desk.folder, "copy")
        os.mkdir(folder, 0o700)
        for tear in (1, 100, 4096, 20000):
            copy = os.path.join(folder, "desk.db")
            for end in ("", "-wal"):
                shutil.copy2(desk.db + end, copy + end)
            os.truncate(copy + "-wal", max(0, os.path.getsize(copy + "-wal") - tear))
            equal(desk.rows("PRAGMA integrity_check", path=copy)[0]["integrity_check"], "ok", f"tear of {tear}")
            stored = [r["text"] for r in desk.rows("SELECT text FROM message WHERE kind = 'in' ORDER BY id", path=copy)]
            equal(stored, [f"ping {number}" for number in range(len(stored))], "a prefix, in order")


def sent_over(connection):
    """The client's port: how the trace names the connection."""
    return connection.sock.getsockname()[1]


def order_of(calls, marker, port):
    """(end of the last -wal write with the marker, the fdatasync behind it, begin of the 202): trace lines."""
    writes = [c for c in calls if c.name == "pwrite64" and "-wal>" in c.text[:300] and marker in c.text]
    answers = [c for c in calls if c.name in ("sendto", "sendmsg", "writev", "send", "write")
               and f":{port}]" in c.text[:200] and "HTTP/1.1 202" in c.text]
    true(writes, f"{marker} was written to the -wal")
    true(len(answers) == 1, f"{marker}: {len(answers)} answers by port {port}")
    before = [c for c in writes if c.begun < answers[0].begun]
    true(before, f"{marker} was written before its answer")
    first = before[0]
    syncs = [c for c in calls if c.name == "fdatasync" and "-wal>" in c.text[:300] and not c.failed
             and c.begun > first.ended and c.ended < answers[0].begun]
    return first, syncs, answers[0]


@test("a completed fdatasync of the -wal lies between the write of each message and its 202")
def synced_before_answer():
    with Desk(start=False) as desk:
        output = os.path.join(desk.folder, "trace")
        desk.start(trace.watch(output, "pwrite64,fdatasync,fsync,sendto,sendmsg,writev,write", 300000))
        ports, lock = {}, threading.Lock()

        def customer(user):
            for number in range(12):
                marker = f"marker-{user}-{number}-end"
                connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=30)
                connection.connect()
                port = sent_over(connection)
                answer = desk.post({"user_id": f"user-{user}", "message": marker, "dispatch_id": marker},
                                   connection=connection)
                equal(answer.status, 202, marker)
                connection.close()
                with lock:
                    ports[marker] = port
        threads = [threading.Thread(target=customer, args=(user,)) for user in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        equal(len(ports), 96, "acknowledged")
        desk.stop()
        eventually(lambda: not _is_growing(output), "the trace is complete", every=0.1)
        calls = trace.read(output)
        for marker, port in ports.items():
            _, syncs, answer = order_of(calls, marker, port)
            true(syncs, f"{marker}: no fdatasync of the -wal before {answer}")


def _is_growing(path, _last={}):
    size = os.path.getsize(path)
    grows, _last[path] = _last.get(path) != size, size
    return grows


def raw_webhook(user, text, tries):
    """The statement that leaves a webhook as a crash in the middle of its decision leaves it."""
    body = '{"user_id":"%s","dispatch_id":"%s","message":"%s"}' % (user, text, text)
    return ("INSERT INTO webhook (received_at, channel, content_type, body, state, tries)"
            " VALUES (?, 'whatsapp', 'application/json', ?, 'raw', ?)", (int(time.time() * 1000), body.encode(), tries))


@test("after a crash: a webhook whose decision ended the process three times is set aside, the others are decided")
def poison():
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        desk.wait_drained()  # the answer is settled too, or it would rightly be sent again
        desk.kill()
        desk.edit(raw_webhook("bob", "ping once", 1), raw_webhook("mallory", "ping pill", 3), raw_webhook("eve", "ping twice", 2))
        desk.start()
        equal(desk.sandbox.wait_texts("bob", 1), ["pong once"], "after one crash")
        equal(desk.sandbox.wait_texts("eve", 1), ["pong twice"], "after two")
        desk.hears("ana", "ping 2", "pong 2")
        states = [row["state"] for row in desk.rows("SELECT state FROM webhook WHERE state <> 'read'")]
        equal(states, ["aside"], "the third time")
        aside = desk.value("SELECT id FROM webhook WHERE state = 'aside'")
        desk.do("audit")
        desk.do("webhooks", "replay", aside)
        equal(desk.sandbox.wait_texts("mallory", 1), ["pong pill"], "and can be replayed by a person")
        desk.do("audit")


@test("after a crash the desk is careful: a message is on disk and counted before it is decided")
def careful():
    with Desk() as desk:
        desk.kill()
        desk.start()
        with trace.attached(desk.process, "fdatasync", "signal=KILL", 2):
            try:
                desk.say("ana", "ping pill", dispatch_id="pill")
            except (AssertionError, OSError, http.client.HTTPException):
                pass
            desk.process.wait(20)
        equal(desk.rows("SELECT state, tries FROM webhook"), [{"state": "raw", "tries": 1}], "raw and counted")
        desk.start()
        eventually(lambda: not desk.rows("SELECT 1 FROM webhook WHERE state = 'raw'"), "decided after the restart")
        equal(desk.sandbox.wait_texts("ana", 1), ["pong pill"], "answered")
        desk.say("ana", "ping pill", status=200, dispatch_id="pill")


def damage(desk, *statements):
    """Rows vanish under a running daemon, as no program of ours would take them."""
    book = sqlite3.connect(desk.db, timeout=10, isolation_level=None)
    try:
        book.execute("PRAGMA foreign_keys = OFF")
        for statement in statements:
            book.execute(statement)
    finally:
        book.close()


def commits(desk):
    metrics = web.call_unix(desk.db + ".sock", "GET", "/metrics").body.decode()
    return int(re.search(r"^frontdesk_commits_total (\d+)$", metrics, re.M).group(1))


def failed(desk):
    """What status says could not be done."""
    return sorted(need["text"].split(" failed ")[0] for need in desk.do("status", "--json").json()["needs"]
                  if need["kind"] == "damage")


@test("a damaged book: the end of a send whose row is gone is set aside and told, and everybody else is served")
def lost_send():
    with Desk() as desk:
        desk.sandbox.fault("take_and_hang", ms=1500)
        desk.say("ana", "ping 1")
        eventually(lambda: desk.value("SELECT count(*) FROM outbox WHERE state = 'claimed'") == 1, "under way")
        damage(desk, "DELETE FROM outbox")
        desk.wait_log("thing_failed")
        desk.hears("ben", "ping 2", "pong 2")
        equal(failed(desk), ["entering the end of a call to Braze, of outbox row 1"], "status")
        true("frontdesk audit names the rows" in desk.cli("doctor").out, "and doctor says what to do")


BUSY = texts.SHOP + """
INSERT INTO setting (name, value) VALUES ('allow_local_backends', 'yes');
INSERT INTO backend (name, kind, url, model, prompt, key_env, settle_ms) VALUES
  ('clerk', 'openai', '{url}/v1', 'any', 'You work here.', 'TEST_AI_KEY', 0);
INSERT INTO service (name, method, url, deadline) VALUES ('diary', 'POST', '{url}/shop/tables', '20 seconds');
INSERT INTO flow (name) VALUES ('vote'), ('table');
INSERT INTO step (name, say, ask, timeout) VALUES ('vote.stars', 'Stars?', 'number', '2 seconds');
INSERT INTO step (name, action, target) VALUES ('table.book', 'call', 'diary');
INSERT INTO step (name, say) VALUES ('table.done', 'Done.');
INSERT INTO rule (name, words, action, target) VALUES
  ('vote', 'vote', 'flow', 'vote'), ('table', 'table', 'flow', 'table'), ('why', 'why', 'consult', 'clerk');
"""


@test("a damaged book: whatever meets a missing row is put off and told, by its clock as by its end; the others are served")
def lost_rows():
    with Desk(start=False, TEST_AI_KEY="ai-key-of-the-test") as desk:
        desk.sandbox.options = ("--ai-key", "ai-key-of-the-test")
        desk.sandbox.start()
        desk.write_rules(BUSY.replace("{url}", desk.sandbox.url))
        desk.start()
        for path in ("/v1/chat/completions", "/shop/tables"):
            desk.sandbox.slow(1500, 1, path)
        desk.hears("ana", "vote", "Stars?")
        desk.say("ben", "table")
        desk.say("cleo", "why?")
        eventually(lambda: desk.value("SELECT count(*) FROM outbox WHERE state = 'claimed' AND kind <> 'send'") == 2, "both are out")
        ids = {row["kind"]: row["id"] for row in desk.rows("SELECT kind, id FROM outbox WHERE state = 'claimed'")}
        damage(desk, "DELETE FROM consult WHERE outbox IN (SELECT id FROM outbox WHERE state = 'claimed')",
               "DELETE FROM outbox WHERE state = 'claimed'", "DELETE FROM conversation WHERE id = 1")
        wanted = sorted(["going on with the dialogue of conversation 1",
                         f"entering the end of a call to a service, of outbox row {ids['call']}",
                         f"entering the end of a question to a backend, of outbox row {ids['consult']}"])
        eventually(lambda: failed(desk) == wanted, lambda: f"{wanted}, so far {failed(desk)}", 10)
        desk.hears("eve", "ping 2", "pong 2")
        before = desk.log().count("round_failed")
        desk.hears("eve", "ping 3", "pong 3")
        equal(desk.log().count("round_failed"), before, "and what failed is not tried in every round")


KINDS = {"consult": "consult", "service_call": "call"}   # of the outbox, whose rows need one of that table


def kill_busy(desk):
    """A dialogue, a case, a call, a question and a send are under way when it dies."""
    for path in ("/v1/chat/completions", "/shop/tables"):
        desk.sandbox.slow(20000, 1, path)
    desk.hears("ana", "vote", "Stars?")
    desk.hears("hugo", "human", "A colleague is coming.")
    desk.sandbox.slow(20000, 1)
    for user, text in (("ben", "table"), ("cleo", "why?"), ("dan", "ping 1")):
        desk.say(user, text)
    eventually(lambda: desk.value("SELECT count(*) FROM outbox WHERE state = 'claimed'") == 3, "all are out")
    desk.kill()
    desk.sandbox.unscript()


@test("a damaged book, after a crash: whichever table has lost its rows, it starts, serves whoever is new, and does not run in circles")
def lost_tables():
    with Desk(start=False, TEST_AI_KEY="ai-key-of-the-test") as desk:
        desk.sandbox.options = ("--ai-key", "ai-key-of-the-test")
        desk.sandbox.start()
        desk.write_rules(BUSY.replace("{url}", desk.sandbox.url))
        desk.start()
        kill_busy(desk)
        kept = {name: open(os.path.join(desk.folder, name), "rb").read() for name in os.listdir(desk.folder)
                if name in ("desk.db", "desk.db-wal")}
        for table in ("attempt", "consult", "contact", "conversation", "handover", "message", "outbox", "service_call", "turn"):
            for name, content in kept.items():
                with open(os.path.join(desk.folder, name), "wb") as file:
                    file.write(content)
            rows = desk.value(f"SELECT count(*) FROM {table}")
            true(rows > 0, f"rows of {table}")
            # The newest stays where there are several: its number is not given again.
            damage(desk, f"DELETE FROM {table} WHERE {rows} = 1 OR rowid < (SELECT max(rowid) FROM {table})", "DELETE FROM book WHERE name = 'careful_until'",
                   "UPDATE timer SET due_at = 1")
            desk.start()
            desk.hears("new-" + table, "hours", "We are open until six.")
            if table in KINDS:
                eventually(lambda: desk.value("SELECT state FROM outbox WHERE kind = ?", KINDS[table]) == "dead",
                           f"what nobody can find any more ends, without {table}")
            before = commits(desk)
            never(lambda: commits(desk) > before + 40, f"without {table}, rounds without end", 0.4)
            desk.kill()


@test("a damaged book: a text that can neither leave nor be ended is told once, and rests; others are answered meanwhile")
def untouchable():
    with Desk(texts.SHOP) as desk:
        desk.sandbox.fault("status", status=503, body="{}")
        desk.say("ana", "ping 1")
        desk.wait_log("lane_unwell")
        damage(desk, "CREATE TRIGGER damage BEFORE UPDATE ON outbox WHEN old.contact = 1 BEGIN SELECT RAISE (ABORT, 'damaged'); END")
        desk.wait_log("round_failed")
        for number in range(3):
            desk.hears(f"ben-{number}", "ping 2", "pong 2")
        equal(desk.value("SELECT state FROM outbox WHERE contact = 1"), "due", "hers")
        equal(desk.log().count("round_failed"), 1, "and no other round fails by it")


@test("a damaged book: what cannot be closed is put off and told once, and others are closed meanwhile")
def failing_close():
    with Desk(start=False) as desk:
        desk.write_rules(texts.SHOP + "INSERT INTO setting (name, value) VALUES ('idle_close', '2 seconds');\n")
        desk.start()
        desk.hears("ana", "ping 1", "pong 1")
        damage(desk, "CREATE TRIGGER damage BEFORE INSERT ON parting WHEN new.conversation = 1 "
                     "BEGIN SELECT RAISE (ABORT, 'damaged'); END")
        desk.hears("ben", "ping 2", "pong 2")
        closed = lambda: desk.value("SELECT owner FROM conversation WHERE id = 2") == "closed"
        eventually(closed, lambda: f"round_failed {desk.log().count('round_failed')} times", 8)
        equal(failed(desk), ["looking whether to close conversation 1"], "status")
        equal(desk.log().count("round_failed"), 1, "and it is not tried in every round")


if __name__ == "__main__":
    main()
