#!/usr/bin/python3
"""What `make bench` measures with: each load really takes place, and each figure is told. Nothing is judged by time."""
import contextlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from desk import binary
from sandbox import BUILD, ROOT
from tap import contains, equal, eventually, lacks, main, test, true


@contextlib.contextmanager
def storing():
    """A bare handler that stores: the process, its address, its book."""
    with tempfile.TemporaryDirectory() as folder:
        book = os.path.join(folder, "bare.db")
        process = subprocess.Popen([binary("frontdesk-bare"), "0", "2", book], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            yield process, "http://" + process.stdout.readline().strip() + "/v1/inbound/whatsapp", book
        finally:
            process.kill()
            process.communicate()


def load(url, *options):
    return subprocess.Popen([binary("frontdesk-load"), "--token", "t", "--users", "20", "--text", "hello", *options, url],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def bodies(book):
    with contextlib.closing(sqlite3.connect(book)) as db:
        return [json.loads(body) for body, in db.execute("SELECT bytes FROM body ORDER BY id")]


@test("the bare handler that stores has each body in its book, whole and once, before it answers 202")
def stored():
    with storing() as (process, url, book):
        sent = load(url, "--count", "2000", "--connections", "16")
        told, _ = sent.communicate(timeout=60)
        equal(json.loads(told)["statuses"], {"202": 2000}, "answers")
        process.kill()
        process.wait()
        kept = bodies(book)
        equal((len(kept), len({body["dispatch_id"] for body in kept})), (2000, 2000), "bodies, and different ones")
        equal({body["message"] for body in kept}, {"hello"}, "their texts")


def end_under_load(number):
    """(how the process ended, the ids that were told to be stored, those in the book)"""
    with storing() as (process, url, book):
        with tempfile.NamedTemporaryFile("r") as acks:
            sent = load(url, "--seconds", "60", "--connections", "16", "--acks", acks.name)
            eventually(lambda: os.path.getsize(acks.name) > 1000, "the load runs")
            process.send_signal(number)
            process.wait(30)
            sent.kill()
            sent.communicate()
            told = {words[0] for words in map(str.split, acks) if len(words) > 3 and words[2] == "202"}
        return process.returncode, told, {body["dispatch_id"] for body in bodies(book)}


@test("ended or killed under load, it has in its book whatever it answered 202 for")
def ended():
    for number, code in ((signal.SIGTERM, 0), (signal.SIGKILL, -9)):
        how, told, kept = end_under_load(number)
        equal(how, code, "its end")
        true(len(told) > 10 and told <= kept, f"signal {number}: {len(told)} were told, {len(told - kept)} of them are missing")


@test("a round tells speed, the two bare handlers beside it, commits, replies end to end and per call; no part that was not run")
def told():
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["sh", os.path.join(ROOT, "tools", "bench.sh")], capture_output=True, text=True, timeout=300, check=False,
                              env=os.environ | {"BENCH_PARTS": "rounds", "BENCH_ROUNDS": "1", "BENCH_SECONDS": "1",
                                                "BENCH_USERS": "200", "BENCH_DIR": folder, "BUILD": BUILD})
    equal(done.returncode, 0, f"it measured: {done.stdout} {done.stderr}")
    speed, ratio, number = r"[\d,]+ +[\d.]+ +\d+", r"[\d.]+ +\([\d.]+-[\d.]+\)", r"[\d.,]+"
    wanted = [("bare libmicrohttpd: only answers 202", speed), ("bare, each body on the disk before its 202", speed)]
    for load_name in ("1 message in 20 answered", "every message answered", "every message an answer in a flow"):
        wanted += [("frontdeskd, " + load_name, speed), ("of bare, in the same round", ratio),
                   ("of bare that stores, in the same round", ratio), ("messages per commit", number)]
    wanted += [("end to end: replies accepted per second", number), ("replies per call to Braze", number)]
    for title, figure in wanted:
        line = re.search(rf"^ *{re.escape(title)} +({figure}) +({figure}) *$", done.stdout, re.M)
        true(line and all(float(piece.split()[0].replace(",", "")) > 0 for piece in line.groups()), f"{title}: {done.stdout}")
    lacks(done.stdout, "memory after", "what was not run")
    contains(done.stdout, "each audit balanced", "the end")


main()
