#!/usr/bin/python3
"""A disk that is full, fails, or goes away: never a false 202, never a lost message, service again when it can be."""
import contextlib
import os
import resource
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import trace
import web
from desk import Desk, is_sanitized
from disk import fill, small_disk
from tap import Skip, equal, eventually, main, test, true
from verdict import Client, judge


def refused_politely(answer, what):
    equal(answer.status, 503, what)
    true(1 <= int(answer.headers.get("retry-after", "0")) <= 3600, f"{what}: Retry-After {answer.headers}")


def send_until_refused(desk, client, limit=4000):
    """Sends until the first 503; the message that got it."""
    for number in range(limit):
        status = client.send(f"user-{number % 5}", f"f{number}")
        if status == 503:
            return number
        equal(status, 202, f"message {number}")
    raise AssertionError(f"{limit} messages fitted on a full disk")


@test("disk full: 503 with Retry-After, not ready, reading goes on; with room again it recovers by itself")
def full():
    with small_disk(160) as folder, Desk(FRONTDESK_DB=os.path.join(folder, "desk.db")) as desk:
        desk.db = desk.env["FRONTDESK_DB"]
        client = Client(desk)
        client.send("ana", "before")
        desk.wait_drained()
        filler = os.path.join(folder, "filler")
        fill(filler)
        number = send_until_refused(desk, client)
        refused_politely(desk.post({"user_id": "ana", "message": "ping x", "dispatch_id": "x"}), "on a full disk")
        eventually(lambda: web.call(desk.port, "GET", "/readyz").status == 503, "not ready")
        equal(web.call(desk.port, "GET", "/healthz").status, 200, "but alive")
        desk.do("transcript", "ana")
        true(desk.runs(), "the daemon still runs")
        wanting = desk.cli("note", "ana", "no room for this")
        equal((wanting.code, "full: nothing more can be stored" in wanting.err), (75, True), f"an act: {wanting}")
        needs = {row["kind"]: row for row in desk.do("status", "--json").json()["needs"]}
        equal((needs["store"]["text"], needs["store"]["remedy"].split()[-1]),
              ("nothing can be stored: the disk is nearly full; webhooks are sent back with 503, and Braze repeats each for about "
               "half an hour", "doctor"), "status")
        os.unlink(filler)
        eventually(lambda: web.call(desk.port, "GET", "/readyz").status == 200, "ready again", 30)
        true(client.send_again(), "the refused one is taken now")
        desk.hears("zoe", "ping y", "pong y")
        desk.wait_drained()
        equal(desk.do("status", "--json").json()["needs"], [], "nothing needs her any more")
        equal(judge(client, desk), [], f"after {number} messages: complaints")


@test("a book that may not grow (RLIMIT_FSIZE): 503, and nothing acknowledged is lost")
def limited_file():
    with Desk(start=False) as desk:
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
        desk.start(preexec_fn=limit)
        client = Client(desk)
        for number in range(3000):
            if client.send(f"user-{number % 5}", f"l{number}") not in (200, 202):
                break
        true(client.unacknowledged(), "the limit was met")
        if desk.runs():
            desk.stop()
        desk.process.wait()
        desk.start()
        true(client.send_again(60), "all are taken without the limit")
        desk.wait_drained(60)
        equal(judge(client, desk), [], "complaints")


@test("ENOSPC for a while in the middle of commits: 503 or 202, each kept to its word")
def enospc():
    with Desk() as desk:
        client = Client(desk)
        with trace.attached(desk.process, "pwrite64", "error=ENOSPC", "30..60"):
            for number in range(60):
                client.send(f"user-{number % 5}", f"e{number}")
        refusals = [status for entry in client.sent.values() for status in entry["statuses"] if status == 503]
        true(refusals, "some were refused")
        true(desk.runs(), "a full disk ends nothing")
        eventually(lambda: web.call(desk.port, "GET", "/readyz").status == 200, "ready again", 30)
        true(client.send_again(), "all are taken in the end")
        desk.wait_drained()
        equal(judge(client, desk), [], "complaints")


def ends_of_an_uncertain_commit(desk, call, fault, when):
    """Something fails under load: no 202 for it, a non-zero exit, and the restart absorbs the retries."""
    client = Client(desk)
    with trace.attached(desk.process, call, fault, when):
        for number in range(60):
            if client.send(f"user-{number % 5}", f"s{number}") == 0:
                break
        code = desk.wait_end(30)
    true(code > 0, f"exit {code}: non-zero, and no signal")
    true(client.unacknowledged(), "the failing one was not acknowledged")
    desk.start()
    true(client.send_again(), "the retries are taken")
    desk.wait_drained()
    equal(judge(client, desk), [], "complaints")


for _when in ("1", "2", "5", "3+"):
    @test(f"EIO of fdatasync number {_when}: no 202, exit non-zero, the restart keeps everything")
    def failing_sync(when=_when):
        with Desk(**trace.ends_traced()) as desk:
            ends_of_an_uncertain_commit(desk, "fdatasync", "error=EIO", when)


@test("EIO while the -wal is written: 503 or an end, no false 202, and the restart keeps everything")
def failing_write():
    with Desk() as desk:
        client = Client(desk)
        with trace.attached(desk.process, "pwrite64", "error=EIO", "20..24"):
            for number in range(60):
                if client.send(f"user-{number % 5}", f"w{number}") == 0:
                    break
        true(client.unacknowledged(), "the failing ones were not acknowledged")
        if desk.runs():
            desk.kill()
        desk.process.wait()
        desk.start()
        true(client.send_again(), "the retries are taken")
        desk.wait_drained()
        equal(judge(client, desk), [], "complaints")


@test("fdatasync fails at the start: a clear refusal, and the next start is well")
def failing_start():
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        equal(desk.stop(), 0, "exit")
        for when in ("1", "3", "1+"):
            desk.launch(trace.inject("fdatasync", "error=EIO", when))
            with contextlib.suppress(AssertionError):
                desk.wait_ready()
            true(desk.wait_end(30) > 0, f"EIO of {when}: refuses or ends")
        desk.start()
        desk.hears("ana", "ping 2", "pong 2")


def vanished(change):
    """The file is no longer where it was: the daemon notices and stops; it takes nothing into the void."""
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        change(desk.db)
        code = desk.wait_end(70)
        true(code > 0, f"exit {code}")
        true("moved" in desk.log() or "deleted" in desk.log() or "replaced" in desk.log(), "the log says so")


@test("the book is deleted under the daemon: noticed, it stops")
def deleted():
    vanished(os.unlink)


@test("the book is replaced under the daemon: noticed, it stops")
def replaced():
    def replace(path):
        os.rename(path, path + ".old")
        with open(path, "wb"):
            pass
    vanished(replace)


@test("a read-only file system: a clear refusal at the start, 503 while running")
def read_only():
    with small_disk(160) as folder, Desk(FRONTDESK_DB=os.path.join(folder, "desk.db")) as desk:
        desk.db = desk.env["FRONTDESK_DB"]
        desk.hears("ana", "ping 1", "pong 1")
        equal(desk.stop(), 0, "exit")
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        code, said = desk.try_start(FRONTDESK_ADMIN=os.path.join(desk.folder, "admin.sock"))
        true(code > 0 and desk.db in said, f"exit {code}: {said}")
        wanting = desk.cli("transcript", "ana")
        equal((wanting.code, "mounted read-only" in wanting.err), (1, True), f"reading says what helps: {wanting}")
        subprocess.run(["mount", "-o", "remount,rw", folder], check=True)
        desk.start()
        desk.hears("ana", "ping 2", "pong 2")


@test("a disk without a byte left: the start, and who reads the book meanwhile, say so; with room the book is as it was")
def full_at_the_start():
    with small_disk(16) as folder, Desk(FRONTDESK_DB=os.path.join(folder, "desk.db")) as desk:
        desk.db = desk.env["FRONTDESK_DB"]
        desk.hears("ana", "ping 1", "pong 1")
        equal(desk.stop(), 0, "exit")
        filler = os.path.join(folder, "filler")
        fill(filler)
        code, said = desk.try_start(FRONTDESK_ADMIN=os.path.join(desk.folder, "admin.sock"))
        equal((code > 0, "make room on the disk of the book" in said, "dmesg" in said), (True, True, False), f"exit {code}: {said}")
        wanting = desk.cli("transcript", "ana")
        equal((wanting.code, "make room on the disk of the book" in wanting.err), (1, True), f"reading says what helps: {wanting}")
        os.unlink(filler)
        desk.start()
        desk.hears("ana", "ping 2", "pong 2")
        desk.do("audit")


@test("a damaged book: refused at the start or read on, never an empty one in its place")
def damaged():
    with Desk() as desk:
        for number in range(30):
            desk.say("ana", f"ping {number}")
        desk.wait_drained()
        equal(desk.stop(), 0, "exit")
        size = os.path.getsize(desk.db)
        for what, offset, junk in (("a zeroed header", 0, b"\0" * 100), ("a page of junk", 3 * 4096, b"\xa5" * 4096)):
            with open(desk.db, "r+b") as file:
                file.seek(offset)
                saved = file.read(len(junk))
                file.seek(offset)
                file.write(junk)
            code, said = desk.try_start()
            true(code > 0, f"{what}: exit {code}")
            true(desk.db in said, f"{what}: names the file: {said}")
            equal(os.path.getsize(desk.db), size, "the file is left alone")
            with open(desk.db, "r+b") as file:
                file.seek(offset)
                file.write(saved)
        os.truncate(desk.db, size - 4096 * 2)
        code, said = desk.try_start()
        true(code > 0, f"a truncated file: exit {code}: {said}")


@test("descriptors run out: the desk goes on with those it has")
def no_descriptors():
    if is_sanitized():
        raise Skip("a sanitizer needs descriptors of its own")
    with Desk(start=False) as desk:
        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (48, 48))
        desk.start(preexec_fn=limit)
        idle = []
        for _ in range(60):
            with contextlib.suppress(OSError):
                idle.append(web.open_socket(desk.port, 2))
        for connection in idle:
            connection.close()
        eventually(lambda: desk.is_ready(), "ready again", 30)
        desk.hears("ana", "ping 1", "pong 1")


if __name__ == "__main__":
    main(lanes=3)
