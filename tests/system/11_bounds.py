#!/usr/bin/python3
"""Bounds: a full mailbox, slow senders, floods of connections, a great backlog, memory."""
import contextlib
import os
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import http.client
import trace
import web
from desk import TOKEN, Desk, is_sanitized
from sandbox import ROOT
from tap import equal, eventually, main, test, true
from verdict import Client, judge


def flood(desk, count, is_enough):
    """Large messages from many at once, until `is_enough` says so or all are answered; their answers."""
    padding, answers = "x" * 200_000, []

    def send(number):
        if is_enough(answers):
            return
        body = {"user_id": f"user-{number}", "dispatch_id": f"m{number}", "message": f"ping {number} {padding}"}
        with contextlib.suppress(OSError, http.client.HTTPException):
            answers.append(desk.post(body))
    with ThreadPoolExecutor(450) as pool:
        list(pool.map(send, range(count)))
    return answers


@test("a mailbox that is full says 503 with Retry-After at once, and keeps what it took")
def full_mailbox():
    with Desk() as desk, contextlib.ExitStack() as stack:
        tracer = stack.enter_context(trace.attached(desk.process, "fdatasync", "delay_enter=2000000", "1+"))

        def is_enough(answers):
            refused = sum(answer.status == 503 for answer in answers)
            if refused >= 20 and tracer.poll() is None:
                tracer.terminate()      # the disk is quick again
            return refused >= 20
        answers = flood(desk, 2000, is_enough)
        statuses = [answer.status for answer in answers]
        true(statuses.count(503) >= 20, f"some were refused: {sorted(set(statuses))}")
        true(set(statuses) <= {202, 503}, f"only 202 and 503: {sorted(set(statuses))}")
        for answer in answers:
            true(answer.status == 202 or int(answer.headers["retry-after"]) >= 1, "Retry-After")
        stored = desk.value("SELECT count(*) FROM seen")
        true(stored >= statuses.count(202), f"{stored} stored, {statuses.count(202)} acknowledged")
        desk.hears("ana", "ping after", "pong after")
        desk.do("audit")


def trickle(port, head, drop, seconds):
    """Sends a piece every 300 ms; after how many seconds the peer hung up, or None."""
    began = time.monotonic()
    with web.open_socket(port, 2) as connection:
        connection.sendall(head)
        connection.settimeout(0.3)
        while time.monotonic() - began < seconds:
            try:
                connection.sendall(drop)
                if connection.recv(4096) == b"":
                    return time.monotonic() - began
            except socket.timeout:
                continue
            except OSError:
                return time.monotonic() - began
            else:
                return time.monotonic() - began
    return None


REQUEST_SECONDS = 15  # what a request may take until it is whole

SLOW = {
    "headers": (b"POST /v1/inbound HTTP/1.1\r\nHost: x\r\n", b"X-A: b\r\n"),
    "one header": (b"POST /v1/inbound HTTP/1.1\r\nHost: x\r\nX-A: ", b"b"),
    "a body": (f"POST /v1/inbound HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
               "Content-Length: 100000\r\n\r\n".encode(), b" "),
    "chunks": (f"POST /v1/inbound HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
               "Transfer-Encoding: chunked\r\n\r\n".encode(), b"1\r\n \r\n"),
    "silence": (b"POST", b""),
}


@test("slow senders are cut off by an absolute deadline, others are served meanwhile")
def slow_senders():
    with Desk() as desk, ThreadPoolExecutor(len(SLOW)) as pool:
        cuts = {what: pool.submit(trickle, desk.port, head, drop, 40) for what, (head, drop) in SLOW.items()}
        desk.hears("ana", "ping 1", "pong 1")
        for what, cut in cuts.items():
            seconds = cut.result()
            true(seconds is not None and seconds < 35, f"{what}: cut after {seconds} s")
        desk.hears("ana", "ping 2", "pong 2")


def descriptors(desk):
    return len(os.listdir(f"/proc/{desk.process.pid}/fd"))


def resident_kib(desk):
    with open(f"/proc/{desk.process.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def vanish(port, turns):
    """100 connections a turn, each closed before its request is whole."""
    for _ in range(turns):
        opened = [web.open_socket(port) for _ in range(100)]
        for number, connection in enumerate(opened):
            connection.sendall(b"POST /v1/inbound HTTP/1.1\r\nHost: x\r\n"[:number % 40 + 1])
        for connection in opened:
            connection.close()


@test("500 connections that open and vanish leave nothing behind, however often they come")
def vanishing():
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        before = descriptors(desk)
        for _ in range(4):
            vanish(desk.port, 5)
            eventually(lambda: descriptors(desk) <= before + 4,
                       lambda: f"descriptors go back to {before}, now {descriptors(desk)}", 30)
        desk.hears("ana", "ping 2", "pong 2")


@test("a client that hangs up while its message is committed leaks nothing; the message counts")
def hang_up():
    with Desk() as desk:
        desk.hears("ana", "ping 0", "pong 0")
        before = descriptors(desk)
        for number in range(100):
            body = f'{{"user_id":"bob","dispatch_id":"h{number}","message":"ping h{number}"}}'.encode()
            with web.open_socket(desk.port) as connection:
                connection.sendall((f"POST /v1/inbound HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
                                    f"Content-Length: {len(body)}\r\n\r\n").encode() + body)
        eventually(lambda: desk.value("SELECT count(*) FROM seen WHERE dispatch_id LIKE 'h%'") == 100, "all count", 20)
        eventually(lambda: descriptors(desk) <= before + 4, "descriptors go back", 30)


@test("20 times more senders than room: every answer is 202 or 503, memory stays bounded")
def overload():
    with Desk() as desk:
        client = Client(desk)
        with ThreadPoolExecutor(64) as pool:
            statuses = list(pool.map(lambda n: client.send(f"user-{n % 97}", f"o{n}"), range(3000)))
        true(set(statuses) <= {202, 503}, f"statuses {sorted(set(statuses))}")
        desk.wait_drained(120)
        true(is_sanitized() or resident_kib(desk) < 64 * 1024, f"{resident_kib(desk)} KiB resident")
        true(client.send_again(), "all are taken")
        desk.wait_drained(60)
        equal(judge(client, desk), [], "complaints")


@test("1,000 half-sent requests: a stop does not wait for them, and answers what it took")
def stop_with_half_sent():
    with Desk(**trace.ends_traced()) as desk, contextlib.ExitStack() as stack:
        for _ in range(1000):
            link = stack.enter_context(socket.create_connection(("127.0.0.1", desk.port)))
            link.sendall(f"POST /v1/inbound HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
                         "Content-Length: 100\r\n\r\n{".encode())
        watch = desk.stopwatch()    # the youngest has begun
        stack.enter_context(trace.attached(desk.process, "fdatasync", "delay_enter=1000000", "1"))
        with ThreadPoolExecutor(1) as pool:
            before = os.path.getsize(desk.db + "-wal")
            taken = pool.submit(desk.post, {"user_id": "ana", "dispatch_id": "d1", "message": "ping 1"})
            eventually(lambda: os.path.getsize(desk.db + "-wal") > before, "it is taken")
            equal(desk.stop(), 0, "exit")
            waited = watch.seconds()
            equal(taken.result().status, 202, "what was taken")
        # A stop that waits for all of them ends no sooner than the youngest is cut off for being late.
        true(waited < REQUEST_SECONDS, f"ended {waited:.1f} s after the last of them began")


def backlog():
    """The statements that fill a book with 100,000 pending replies."""
    with open(os.path.join(ROOT, "tests", "data", "backlog.sql"), encoding="utf-8") as file:
        return file.read().split(";\n")


@test("100,000 pending replies, kill -9: ready again within a second, and the backlog drains")
def great_backlog():
    with Desk() as desk:
        desk.sandbox.stop()
        desk.say("ana", "ping 1")
        equal(desk.stop(), 0, "exit")
        desk.edit(*backlog())
        desk.do("audit")
        desk.start()
        times = []
        for _ in range(5):
            desk.kill()
            times.append(desk.timed_start())
            if times[-1] < 1:
                break
        print("# ready after", ", ".join(f"{seconds:.2f} s" for seconds in times))
        true(min(times) < 1 or is_sanitized(), f"ready after {times} s")
        desk.sandbox.start()
        began = desk.value("SELECT count(*) FROM outbox WHERE state = 'accepted'")
        desk.say("new", "ping now")
        desk.sandbox.wait_texts("new", 1, 60)
        eventually(lambda: desk.value("SELECT count(*) FROM outbox WHERE state = 'accepted'") > began + 1000,
                   "it drains", 120, 0.2)
        true(desk.pending() > 0, "the new message did not wait for the backlog")


if __name__ == "__main__":
    threading.stack_size(512 * 1024)
    main(lanes=2)
