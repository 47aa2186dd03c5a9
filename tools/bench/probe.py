#!/usr/bin/python3
"""probe: what bench.sh cannot ask in shell. ADDRESS is HOST:PORT or the path of a Unix socket.

    probe.py ask ADDRESS PATH NAME...             prints these numbers of the JSON that is there, in one line
    probe.py until ADDRESS PATH NAME GOAL SECONDS waits until the number is GOAL or more; prints how many seconds that took
    probe.py replies BOOK SINCE                   prints the 99th percentile, in ms, from a text's entry into the book to its
                                                  end, of those that entered since then (unix ms), and how many they are
    probe.py written BOOK CONVERSATIONS SECONDS   waits until so many conversations are closed, summed up and written into
                                                  profiles; prints how many seconds that took, the calls, the closed ones
    probe.py time COUNT COMMAND…                  prints the median, in ms, of so many runs of the command
    probe.py transcripts BOOK PROGRAM COUNT       the same of the transcripts of so many conversations, from all over the book
    probe.py indexed BOOK SECONDS                 waits until the index of search does not grow any more; prints the seconds
    probe.py sync FOLDER                          prints mean and 99th percentile, in ms, of writing 64 KiB and fdatasync
"""
import http.client
import json
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import time

PIECE, PIECES, SYNCS = 64 * 1024, 64, 300


class UnixConnection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.host)


def read(address, path):
    link = UnixConnection(address) if "/" in address else http.client.HTTPConnection(address)
    link.timeout = 10
    link.request("GET", path)
    facts = json.load(link.getresponse())
    link.close()
    return facts


def ask(address, path, *names):
    facts = read(address, path)
    print(*(facts[name] for name in names))


def until(address, path, name, goal, seconds):
    began = time.monotonic()
    while (now := read(address, path)[name]) < int(goal):
        if time.monotonic() - began > float(seconds):
            sys.exit(f"probe.py: {name} is {now} after {seconds} s, not {goal}")
        time.sleep(0.01)
    print(f"{time.monotonic() - began:.3f}")


def rows(book, statement, *values):
    link = sqlite3.connect(f"file:{book}?mode=ro", uri=True, timeout=10)
    found = link.execute(statement, values).fetchall()
    link.close()
    return found


def replies(book, since):
    took = [row[0] for row in rows(book, "SELECT settled_at - created_at FROM outbox WHERE kind = 'send' AND created_at >= ? "
                                         "AND settled_at IS NOT NULL ORDER BY 1", int(since))]
    print(took[len(took) * 99 // 100], len(took))


def written(book, goal, seconds):
    began = time.monotonic()
    while True:
        closed, left = rows(book, "SELECT (SELECT count(*) FROM conversation WHERE summary_at IS NOT NULL), "
                                  "(SELECT count(*) FROM outbox WHERE kind = 'track' AND settled_at IS NULL)")[0]
        if closed >= int(goal) and left == 0:
            break
        if time.monotonic() - began > float(seconds):
            sys.exit(f"probe.py: {closed} conversations are summed up after {seconds} s, and {left} profiles not written")
        time.sleep(0.1)
    # A call is what its rows' attempts have in common.
    calls = rows(book, "SELECT count(DISTINCT a.at || ' ' || a.request_id) FROM attempt a JOIN outbox o ON o.id = a.outbox "
                       "WHERE o.kind = 'track'")[0][0]
    print(f"{time.monotonic() - began:.1f} {calls} {closed}")


def run_ms(command):
    began = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return (time.monotonic() - began) * 1000


def run_time(count, *command):
    print(f"{statistics.median(run_ms(command) for _ in range(int(count))):.1f}")


def transcripts(book, program, count):
    newest = rows(book, "SELECT max(id) FROM conversation")[0][0]
    ids = [str(max(newest * i // int(count), 1)) for i in range(int(count))]
    print(f"{statistics.median(run_ms([program, 'transcript', number]) for number in ids):.1f}")


def indexed(book, seconds):
    """How far it has come stands in `book`; nothing new comes in meanwhile."""
    began, before, changed = time.monotonic(), None, time.monotonic()
    while time.monotonic() - changed < 5:
        now = rows(book, "SELECT value FROM book WHERE name = 'search_next'")
        if now != before:
            before, changed = now, time.monotonic()
        if time.monotonic() - began > float(seconds):
            sys.exit(f"probe.py: the index of search still grows after {seconds} s")
        time.sleep(0.2)
    print(f"{changed - began:.0f}")


def sync(folder):
    """Overwrites a file that has its size already, as a write-ahead log that was begun anew does."""
    path, took = os.path.join(folder, "sync"), []
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    os.pwrite(file, os.urandom(PIECE * PIECES), 0)
    os.fsync(file)
    piece = os.urandom(PIECE)
    for i in range(SYNCS):
        began = time.monotonic()
        os.pwrite(file, piece, i % PIECES * PIECE)
        os.fdatasync(file)
        took.append((time.monotonic() - began) * 1000)
    os.close(file)
    os.unlink(path)
    took.sort()
    print(f"{sum(took) / len(took):.3f} {took[len(took) * 99 // 100]:.3f}")


if __name__ == "__main__":
    {"ask": ask, "until": until, "replies": replies, "written": written, "time": run_time, "transcripts": transcripts,
     "indexed": indexed, "sync": sync}[sys.argv[1]](*sys.argv[2:])
