#!/usr/bin/python3
"""Attacks on the road: what a hostile hour does to customers, lanes, the process and its files.

The tests that wait longest come first: the others run beside them.
"""
import contextlib
import http.client
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
import trace
from desk import TOKEN, Desk, binary, is_sanitized
from sandbox import ROOT, SEND
from tap import Skip, contains, equal, eventually, main, never, test, true
from verdict import Client, judge

EX_IOERR = 74
MESSAGES = 1600 if is_sanitized() else 3000     # of a load
SYNCS = (1, 2, 3) if is_sanitized() else (1, 2, 3, 4, 5, 6)


def wait(seconds):
    """For what only the passing of time brings about."""
    never(lambda: False, "time passes", seconds)


# The customers.

@test("a twin through a second campaign is still a duplicate when Braze repeats it after the ten seconds")
def late_twin():
    with Desk() as desk:
        first = desk.say("ana", "ping 1", campaign="one", dispatch_id="a1")
        equal(desk.say("ana", "ping 1", campaign="two", dispatch_id="a2", status=200), first, "the twin")
        wait(10.5)
        equal(desk.say("ana", "ping 1", campaign="two", dispatch_id="a2", status=200), first, "repeated later")
        desk.say("ana", "ping 1", campaign="two", dispatch_id="a3")
        desk.sandbox.wait_texts("ana", 2)
        desk.wait_drained()
        equal(desk.sandbox.texts("ana"), ["pong 1"] * 2, "one answer for the twins, one for the new message")
        desk.do("audit")


@test("an opt-out by phone alone follows the person to the external id, and so does the way back")
def opt_out_by_phone():
    for known in ("", "+7001"):
        with Desk() as desk:
            desk.hears("mm1", "ping 1", "pong 1", phone_number=known)
            desk.say("", "stop", phone_number="+7001")
            desk.wait_drained()
            desk.say("mm1", "hours", phone_number="+7001")
            desk.say("mm1", "ping 2", phone_number="+7001")
            desk.wait_drained()
            equal([text for text in desk.sandbox.texts("mm1") if "hear no more" not in text], ["pong 1"],
                  f"phone {known!r} at first: silence")
            equal([row["state"] for row in desk.rows("SELECT state FROM turn ORDER BY id")],
                  ["answered", "answered", "silenced", "silenced"], f"phone {known!r} at first: turns")
            desk.hears("mm1", "start", "Welcome back.", phone_number="+7001")
            desk.hears("mm1", "ping 3", "pong 3", phone_number="+7001")
            desk.do("audit")


# The lanes.

@test("one customer for whom Braze always says 500: 60 others are served within 20 s")
def choking_customer():
    with Desk() as desk:
        desk.sandbox.fault("status", times=0, user="mallory", status=500)
        desk.say("mallory", "ping 0")
        users = [f"user-{number}" for number in range(60)]
        watch = desk.stopwatch()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda user: desk.say(user, f"ping {user}"), users))
        eventually(lambda: desk.value("SELECT count(*) FROM outbox WHERE state = 'accepted'") == 60,
                   lambda: f"all 60 are served: {desk.rows('SELECT state, count(*) FROM outbox GROUP BY state')}", 60)
        true(watch.seconds() < 20, f"all 60 are served in {watch.seconds():.1f} s")
        for user in users:
            equal(desk.sandbox.texts(user), [f"pong {user}"], f"{user} heard")
        true(desk.outbox("mallory")[0]["state"] in ("due", "claimed"), "an answered 5xx is not done, and not the end")
        desk.do("audit")


@test("a campaign that is paused: it eats the probes and no more, the other replies wait and go out when it runs again")
def paused_campaign():
    with Desk() as desk:
        desk.sandbox.fault("notice", times=0)
        desk.say("ana", "ping 0")
        desk.wait_outbox("ana", "dead")
        users = [f"user-{number}" for number in range(20)]
        for user in users:
            desk.say(user, f"ping {user}")
        eventually(lambda: desk.value("SELECT name FROM lane WHERE state = 'stopped'") == "campaign reply",
                   "its lane stops")
        eventually(lambda: len(desk.sandbox.requests(SEND)) >= 2, "a probe meets the pause again")
        never(lambda: desk.sandbox.report()["messages"], "sent while it was paused", 0.3)
        desk.sandbox.unscript()
        eaten = len(desk.sandbox.requests(SEND))
        true(eaten <= 4, f"{eaten} calls while it was paused")
        desk.wait_drained(20)
        heard = [user for user in users if desk.sandbox.texts(user) == [f"pong {user}"]]
        states = [desk.outbox(user)[0]["state"] for user in users]
        equal(len(heard), 21 - eaten, f"heard, after {eaten} calls")
        equal((states.count("accepted"), states.count("dead")), (21 - eaten, eaten - 1), "states")
        equal(desk.rows("SELECT * FROM lane"), [], "the lane is well again")
        desk.do("audit")


# The process.

@test("SIGSTOP beyond Braze's deadline: answers that came in time count, nothing is sent twice, nothing is ambiguous")
def suspended():
    deadline_ms = 3000  # a busy machine may take a second of it
    with Desk(FRONTDESK_BRAZE_TIMEOUT_MS=deadline_ms) as desk:
        client = Client(desk)
        desk.sandbox.slow(200, times=0)
        for turn in range(3):
            before = len(desk.sandbox.requests(SEND))
            for number in range(8):
                equal(client.send(f"user-{number}", f"s{turn}-{number}"), 202, "sent")
            eventually(lambda: len(desk.sandbox.requests(SEND)) > before, "a call is under way", every=0.001)
            desk.process.send_signal(signal.SIGSTOP)
            wait(deadline_ms / 1000 + 0.5)
            desk.process.send_signal(signal.SIGCONT)
            desk.wait_drained()
        for number in range(8):
            wanted = [f"pong s{turn}-{number}" for turn in range(3)]
            equal(desk.sandbox.texts(f"user-{number}"), wanted, f"user-{number} heard")
        fates = desk.rows("SELECT DISTINCT state, is_ambiguous FROM outbox")
        equal(fates, [{"state": "accepted", "is_ambiguous": 0}], "fates")
        equal(desk.rows("SELECT * FROM attempt WHERE class = 'ambiguous'"), [], "ambiguous attempts")
        equal(judge(client, desk), [], "complaints")


def threads(desk):
    with open(f"/proc/{desk.process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("Threads:"))


@test("300 SIGHUPs in a burst: few loads, few threads, and customers are served")
def burst_of_reloads():
    rule = "INSERT INTO rule (name, words, say) VALUES ('r{0}', 'word{0}', 'Text {0}.');\n"
    many = "".join(rule.format(number) for number in range(2000))
    with Desk(texts.SHOP + many) as desk:
        desk.wait_log("event=ready")    # said when all its threads are there
        before = most = threads(desk)
        for _ in range(300):
            desk.process.send_signal(signal.SIGHUP)
            most = max(most, threads(desk))
        desk.hears("ana", "ping 1", "pong 1")
        eventually(lambda: desk.value("SELECT count(*) FROM ruleset") > 1, "loaded again", 30)
        never(lambda: threads(desk) > before + 4, "threads without end", 0.5)
        true(most <= before + 4, f"{before} threads, {most} in the burst")
        desk.hears("ana", "word7", "Text 7.")
        stored = desk.value("SELECT count(*) FROM ruleset")
        true(stored < 40, f"{stored} rulesets are stored")


@test("SIGUSR1 and SIGUSR2, which log rotation sends unasked, change nothing: what is under way goes on")
def idle_signals():
    with Desk() as desk:
        desk.sandbox.slow(500, 1)
        desk.say("ana", "ping 1")
        for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGUSR1):
            desk.process.send_signal(number)
        equal(desk.sandbox.wait_texts("ana", 1), ["pong 1"], "the answer that was under way")
        desk.hears("ana", "ping 2", "pong 2")


@test("a folder of empty rule files on SIGHUP: refused, the ruleset in force stays")
def empty_rules():
    with Desk() as desk:
        before = desk.do("status", "--json").json()["ruleset"]
        desk.reload({"10-rules.sql": "", "20-more.sql": "\n-- nothing here any more\n"})
        desk.wait_log("ruleset_refused")
        contains(desk.log(), "no rule at all", "the reason")
        desk.hears("ana", "ping 1", "pong 1")
        equal(desk.do("status", "--json").json()["ruleset"], before, "the ruleset")
        desk.reload(texts.SHOP + "INSERT INTO rule (name, words, say) VALUES ('menu', 'menu', 'Cake.');")
        eventually(lambda: desk.value("SELECT max(id) FROM ruleset") > 1, "a good folder loads")
        desk.hears("ana", "menu", "Cake.")


def poison_library(folder):
    if is_sanitized():
        raise Skip("LD_PRELOAD does not go with a sanitizer")
    if shutil.which("gcc") is None:
        raise Skip("gcc is not installed")
    library = os.path.join(folder, "poison.so")
    subprocess.run(["gcc", "-std=gnu11", "-O1", "-shared", "-fPIC", "-D_GNU_SOURCE", "-o", library,
                    os.path.join(ROOT, "tests", "lib", "poison.c")], check=True)
    return library


def post_until_answered(desk, body, crashes_max):
    """As Braze and a supervisor do: again and again, each time to a fresh start; (the answer, how many crashes)."""
    crashes = 0
    while True:
        try:
            if not desk.runs():
                desk.launch()
            desk.wait_ready()
            return desk.post(body), crashes
        except (AssertionError, OSError, http.client.HTTPException):
            equal(desk.wait_end(10), -signal.SIGABRT, "it crashed")
        crashes += 1
        true(crashes <= crashes_max, f"{crashes} crashes")


@test("a message that crashes the process: after four crashes at most it is set aside, the others are served")
def poison_pill():
    with Desk(start=False) as desk:
        desk.env["LD_PRELOAD"] = poison_library(desk.folder)
        desk.start()
        desk.hears("ana", "ping 1", "pong 1")
        pill = {"user_id": "mallory", "dispatch_id": "pill", "message": "ping poison-pill"}
        answer, crashes = post_until_answered(desk, pill, 4)
        true(crashes > 0, "the pill is deadly")
        equal((answer.status, answer.json()["status"]), (202, "unreadable"), "the pill's answer")
        aside = desk.do("webhooks", "list", "--state", "aside", "--json").json()["webhooks"]
        true(aside, "listed")
        for webhook in aside:
            contains(desk.do("webhooks", "show", webhook["id"]).out, "poison-pill", "shown")
        desk.hears("ana", "ping 2", "pong 2")
        desk.hears("bob", "ping 3", "pong 3")
        equal(desk.sandbox.texts("mallory"), [], "mallory hears nothing")
        desk.restart()
        desk.hears("ana", "ping 4", "pong 4")
        desk.do("audit")


@test("messages that the book refuses, or that meet a row that is gone, are set aside; the others of their round are served")
def undecidable():
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        desk.wait_drained()
        desk.stop()
        desk.edit("CREATE TRIGGER refuses BEFORE INSERT ON message WHEN NEW.text = 'ping refused' "
                  "BEGIN SELECT RAISE (ABORT, 'as the test says'); END",
                  "DELETE FROM contact WHERE id = (SELECT contact FROM identity WHERE value = 'ana')")
        desk.start()
        messages = [("mallory", "ping refused"), ("ana", "ping 2")] * 2 + [(f"user-{n}", "ping 3") for n in range(4)]

        def post(number):
            user, text = messages[number]
            answer = desk.post({"user_id": user, "message": text, "dispatch_id": f"u{number}"})
            return answer.status, answer.json().get("status")

        with ThreadPoolExecutor(len(messages)) as pool:
            answers = list(pool.map(post, range(len(messages))))
        equal(answers, [(202, "unreadable")] * 4 + [(202, "accepted")] * 4, "answers")
        equal(len(desk.do("webhooks", "list", "--state", "aside", "--json").json()["webhooks"]), 4, "set aside, and listed")
        for number in range(4):
            equal(desk.sandbox.wait_texts(f"user-{number}", 1), ["pong 3"], "served")


def backlog():
    """The statements that fill a book with 100,000 pending replies."""
    with open(os.path.join(ROOT, "tests", "data", "backlog.sql"), encoding="utf-8") as file:
        return file.read().split(";\n")


CLAIM_AGAIN = ("UPDATE outbox SET state = 'claimed', is_ambiguous = 1, sent_by = 'reply' WHERE id IN"
               " (SELECT id FROM outbox WHERE state = 'due' ORDER BY id DESC LIMIT 400)")


@test("100,000 due replies, 400 of them in flight for the second time at the crash: ready within two seconds")
def great_recovery():
    if is_sanitized():
        raise Skip("a sanitizer's time is no measure")
    times = []
    with Desk() as desk:
        desk.sandbox.stop()
        desk.say("ana", "ping 1")
        equal(desk.stop(), 0, "exit")
        desk.edit(*backlog())
        for _ in range(3):
            desk.edit(CLAIM_AGAIN)
            times.append(desk.timed_start())
            unknown = desk.value("SELECT count(*) FROM outbox WHERE state = 'unknown'")
            equal(unknown, 400 * len(times), "in flight twice: unknown, for a person to look at")
            if times[-1] < 2:
                break
            desk.kill()
        print("# ready after", ", ".join(f"{seconds:.2f} s" for seconds in times))
        true(min(times) < 2, f"ready after {times} s")
        desk.do("audit")


# The files.

@test("the -wal is removed under the daemon: noticed within seconds, it ends and takes nothing into the void")
def wal_removed():
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        os.unlink(desk.db + "-wal")
        code = desk.wait_end(5)
        true(code > 0, f"exit {code}: non-zero, and no signal")
        contains(desk.log(), "-wal was moved, replaced or deleted", "the log")


@test("a start through a hard link of the book is refused, since its -wal would be missed")
def hard_link():
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        desk.wait_drained()  # the answer is settled too, or it would rightly be sent again
        desk.kill()
        other = os.path.join(desk.folder, "other.db")
        os.link(desk.db, other)
        for name in (other, desk.db):
            code, said = desk.try_start(FRONTDESK_DB=name)
            true(code > 0, f"{name}: exit {code}")
            contains(said, "2 names (hard links)", name)
        true(not os.path.exists(other + "-wal"), "no second -wal was begun")
        os.unlink(other)
        desk.start()
        desk.hears("ana", "ping 2", "pong 2")
        desk.do("audit")


@contextlib.contextmanager
def failing_sync(process, when, output):
    """While it lasts, a thread's fdatasync number `when` fails once; what is written and sent goes to `output`."""
    tracer = subprocess.Popen([trace.need_strace(), "-f", "-qq", "-ttt", "-yy", "-s", "5000", "-o", output,
                               "-e", "trace=pwrite64,ftruncate,fdatasync,sendto,sendmsg,writev,write",
                               "-e", f"inject=fdatasync:error=EIO:when={when}", "-p", str(process.pid)])
    try:
        trace.wait_traced(process, [tracer])
        yield
    finally:
        tracer.wait(30)     # the traced process has ended


def after_the_failure(calls, db, marker):
    """What the process still did behind its failed fdatasync that it must not do. `marker`: the last message's text."""
    failed = next((call for call in calls if call.name == "fdatasync" and call.failed), None)
    true(failed, "an fdatasync failed")
    later = [call for call in calls if call.begun > failed.ended]
    for call in later:
        touches = call.name in ("pwrite64", "ftruncate", "fdatasync")
        if touches and (f"<{db}>" in call.text or f"<{db}-wal>" in call.text):
            yield f"the book was touched: {call}"
    # An answer on its way already is right if the last write of its message lies before a sync that went well.
    stored = max((call.ended for call in calls if call.name == "pwrite64" and marker in call.text), default=-1)
    synced = any(call.name == "fdatasync" and not call.failed and stored < call.begun < failed.begun for call in calls)
    for call in later:
        if "HTTP/1.1 202" in call.text and not (stored >= 0 and synced):
            yield f"202 for what may not be on disk: {call}"


def ends_at_a_failed_sync(desk, when):
    """fdatasync number `when` fails: no 202 for that message, nothing is written behind it, and the next start is well."""
    client, output = Client(desk), os.path.join(desk.folder, "trace")
    with failing_sync(desk.process, when, output):
        number = next(n for n in range(10) if client.send(f"user-{n % 2}", f"c{n}-end") != 202)
        equal(desk.wait_end(10), EX_IOERR, "exit")
    complaints = list(after_the_failure(trace.read(output), desk.db, f"ping c{number}-end"))
    equal(complaints[:3], [], f"behind the failure: {len(complaints)} complaints")
    desk.start()
    true(client.send_again(), "the retries are taken")
    desk.wait_drained()
    equal(judge(client, desk), [], "complaints")


for _when in SYNCS:
    @test(f"EIO of fdatasync number {_when} while careful: no 202, no write behind it, exit 74, the next start is well")
    def careful_sync(when=_when):
        with Desk(**trace.ends_traced()) as desk:
            desk.kill()
            desk.start()
            true(int(desk.value("SELECT value FROM book WHERE name = 'careful_until'")) > time.time() * 1000, "careful")
            ends_at_a_failed_sync(desk, when)


@test("EIO of an fdatasync that the engine does not wait for: no 202, no write behind it, exit 74, the next start is well")
def usual_sync():
    with Desk(**trace.ends_traced()) as desk:
        ends_at_a_failed_sync(desk, 1)


def written(pid):
    """By each thread so far, bytes. Skips the test where that is not told: by some kernels to nobody, by others to root alone."""
    def count(thread):
        with open(f"/proc/{pid}/task/{thread}/io", encoding="ascii") as counts:
            return int(next(line for line in counts if line.startswith("wchar:")).split()[1])
    try:
        return {thread: count(thread) for thread in os.listdir(f"/proc/{pid}/task")}
    except OSError as why:
        raise Skip(f"what a thread has written is not told here: {why.strerror}") from why


@contextlib.contextmanager
def failing_beside_a_late_engine(process, engine, output):
    """The next fdatasync fails at once, and the engine is two seconds late after each of its waits. Its calls go to `output`."""
    others = [word for thread in os.listdir(f"/proc/{process.pid}/task") if thread != engine for word in ("-p", thread)]
    strace = [trace.need_strace(), "-qq", "-ttt", "-yy"]
    tracers = [subprocess.Popen(strace + arguments) for arguments in (
        ["-o", output + ".sync", "-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:when=1", *others],
        ["-o", output, "-e", "trace=pwrite64,ftruncate,fdatasync,poll", "-e", "inject=poll:delay_exit=2000000", "-p", engine])]
    try:
        trace.wait_traced(process, tracers)
        yield lambda: failed_at(output + ".sync")
    finally:
        for tracer in tracers:
            tracer.wait(30)     # the traced process has ended


def failed_at(path):
    """When a call failed, seconds as strace writes them; 0: none yet."""
    with open(path, encoding="ascii") as lines:
        return next((float(line.split()[1]) for line in lines if "EIO" in line), 0)   # behind the thread's number


@test("no round begins behind a commit that did not reach the disk, though a message waits for one")
def no_round_behind():
    with Desk(**trace.ends_traced()) as desk, ThreadPoolExecutor(1) as pool:
        client, output = Client(desk), os.path.join(desk.folder, "trace")
        before = written(desk.process.pid)
        desk.hears("ana", "ping 1", "pong 1")
        desk.wait_drained()
        engine = max(before, key=lambda thread: written(desk.process.pid)[thread] - before[thread])
        with failing_beside_a_late_engine(desk.process, engine, output) as failure:
            first = pool.submit(client.send, "ana", "lost")
            failed = eventually(failure, "the commit failed")
            equal(client.send("ben", "behind"), 503, "the message that came behind it")
            equal(first.result(), 503, "the message that was lost")
            equal(desk.wait_end(10), EX_IOERR, "exit")
        with open(output, encoding="utf-8") as lines:
            writes = [line for line in lines if f"<{desk.db}" in line and float(line.split()[0]) > failed]
        equal(writes, [], "written behind the failure")
        desk.start()
        true(client.send_again(), "the retries are taken")
        desk.wait_drained()
        equal(judge(client, desk), [], "complaints")


@contextlib.contextmanager
def long_reader(desk):
    """Somebody looks at the book and does not end the look."""
    book = sqlite3.connect(f"file:{desk.db}?mode=ro", uri=True, isolation_level=None)
    try:
        book.execute("BEGIN")
        book.execute("SELECT count(*) FROM message").fetchone()
        yield
    finally:
        book.close()


def load(desk, count):
    inbound = f"http://127.0.0.1:{desk.port}/v1/inbound/whatsapp"
    done = subprocess.run([binary("frontdesk-load"), "--token", TOKEN, "--connections", "16", "--count", str(count),
                           "--users", "300", "--text", "ping load", "--text", "ping more", inbound],
                          capture_output=True, text=True, timeout=120, check=False)
    equal(done.returncode, 0, f"frontdesk-load: {done.stderr}")


def wal_bytes(desk):
    return os.path.getsize(desk.db + "-wal")


def read_through_load(desk):
    """Someone reads all through a load; lonely webhooks are answered at once all the same. The size of the -wal."""
    with long_reader(desk):
        load(desk, MESSAGES)
        desk.wait_drained(60)
        for number in range(8):
            watch = desk.stopwatch()
            desk.say("idle", f"ping idle-{number}")
            took = watch.seconds()
            true(took < 1, f"answered after {took:.2f} s")
            wait(0.15)
        desk.wait_drained()
        grown = wal_bytes(desk)
    true(grown > MESSAGES * 5000, f"the reader kept the log from being copied back: {grown} bytes")
    return grown


@test("a reader that never ends: webhooks are answered within a second; a quiet desk then cuts its log short")
def endless_reader():
    with Desk() as desk:
        grown = read_through_load(desk)
        eventually(lambda: wal_bytes(desk) < grown / 10,
                   lambda: f"the log shrinks: {grown} bytes, now {wal_bytes(desk)}", 5)
        desk.hears("ana", "ping 1", "pong 1")
        desk.do("audit")


@test("a reader that ends in the middle of traffic: the log grows no more")
def reader_in_traffic():
    with Desk() as desk:
        with ThreadPoolExecutor(1) as pool, long_reader(desk):
            traffic = pool.submit(load, desk, 2 * MESSAGES)
            eventually(lambda: wal_bytes(desk) > MESSAGES * 5000, lambda: f"the log grows, {wal_bytes(desk)} bytes", 30)
        traffic.result()
        grown = wal_bytes(desk)
        load(desk, MESSAGES // 2)
        desk.wait_drained(60)
        true(wal_bytes(desk) <= grown + 1_000_000, f"{grown} bytes, and {wal_bytes(desk)} after more traffic")
        desk.do("audit")


if __name__ == "__main__":
    main(lanes=3)
