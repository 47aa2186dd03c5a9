"""desk: one daemon in a folder of its own, with the sandbox it talks to.

    with Desk(SHOP) as desk:
        desk.say("ana", "ping 1")                     # as Braze would send it; fails unless 202
        desk.sandbox.wait_texts("ana", 1)
        desk.cli("why", "1", "--json").json()
        desk.kill(); desk.start()

The book is read through read-only connections with short transactions (`rows`), or written by `edit` while
no daemon runs. Closing fails the test when the daemon or the CLI left a sanitizer's report behind.
"""
import itertools
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import urllib.parse

import texts
import web
from sandbox import BUILD, KEY, Sandbox
from stopwatch import Stopwatch, processor_seconds
from tap import PATIENCE, dwindles, eventually

TOKEN = "token-for-the-tests"
READY_WITHIN = 30
REPORT = re.compile(r"ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:")
_ids = itertools.count(1)


def binary(name):
    return os.path.join(BUILD, name)


def is_sanitized():
    with open(binary("frontdeskd"), "rb") as program:
        content = program.read()
    return b"__asan_init" in content or b"__tsan_init" in content


class Result:
    def __init__(self, done):
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"<exit {self.code} out={self.out[-600:]!r} err={self.err[-600:]!r}>"


class Desk:
    def __init__(self, rules=texts.SHOP, sandbox=None, start=True, folder=None, **env):
        self.folder = folder or tempfile.mkdtemp(prefix="frontdesk-test-")
        self.rules_folder = os.path.join(self.folder, "rules")
        os.makedirs(self.rules_folder, exist_ok=True)
        self.db = os.path.join(self.folder, "desk.db")
        self.log_file = os.path.join(self.folder, "desk.log")
        self.port, self.process = web.free_port(), None
        self.write_rules(rules)
        self.owns_sandbox = sandbox is None
        self.sandbox = sandbox or Sandbox(self.folder)
        self.env = self._environment(env)
        if start:
            self.start_or_close()

    def start_or_close(self):
        try:
            self.start()
        except BaseException:
            self.close()    # or its sandbox would outlive us
            raise

    def _environment(self, more):
        env = {key: value for key, value in os.environ.items()
               if key in ("PATH", "HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS")}
        env |= {"LANG": "C.UTF-8", "FRONTDESK_DB": self.db, "FRONTDESK_RULES": self.rules_folder,
                "FRONTDESK_LISTEN": f"127.0.0.1:{self.port}", "FRONTDESK_WEBHOOK_TOKENS": TOKEN,
                "BRAZE_REST_URL": self.sandbox.url, "BRAZE_API_KEY": KEY, "FRONTDESK_PAGER": ""}
        env |= {key: str(value) for key, value in more.items()}
        return {key: value for key, value in env.items() if value != "None"}

    # The process.

    def launch(self, wrapper=(), **popen):
        """Starts the daemon without waiting for it. `wrapper` must leave it our direct child (strace -D does)."""
        assert self.process is None or self.process.poll() is not None, "it runs already"
        env = dict(self.env)
        if wrapper:
            env["ASAN_OPTIONS"] = env.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen([*wrapper, binary("frontdeskd")], env=env, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, **popen)

    def start(self, wrapper=(), **popen):
        self.launch(wrapper, **popen)
        self.wait_ready()
        return self

    def timed_start(self):
        """Starts it; the seconds from exec to the first 200 of /readyz, by the stopwatch."""
        watch = Stopwatch(lambda: [self.process.pid], asker=None)
        self.start()
        return watch.seconds()

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the daemon ended with {self.process.returncode}, and said: {self.log()[-600:]}")
        try:
            return web.call(self.port, "GET", "/readyz", timeout=5 * PATIENCE).status == 200
        except OSError:
            return False

    def wait_ready(self):
        eventually(self.is_ready, "ready", READY_WITHIN, 0.005)

    def runs(self):
        return self.process is not None and self.process.poll() is None

    def wait_end(self, within=30):
        """Its exit status."""
        return self.process.wait(within * PATIENCE)

    def stop(self, within=30):
        """SIGTERM, and the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait_end(within)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def restart(self):
        assert self.stop() == 0, "SIGTERM ends with 0"
        return self.start()

    def try_start(self, within=30, **env):
        """A start that is expected to fail: (exit status, what it said)."""
        done = subprocess.run([binary("frontdeskd")], env=self.env | env, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=within * PATIENCE, check=False)
        return done.returncode, done.stdout + done.stderr

    def processor_seconds(self):
        """What the daemon has worked so far: unlike the time of day, it does not grow with what else this machine does."""
        return processor_seconds(self.process.pid)

    def stopwatch(self):
        """From now on, for bounds on time: what is waited for a processor does not count."""
        return Stopwatch(lambda: [one.pid for one in (self.process, self.sandbox.process) if one is not None])

    def log(self):
        with open(self.log_file, encoding="utf-8", errors="replace") as log:
            return log.read()

    def wait_log(self, piece, within=10):
        eventually(lambda: piece in self.log(), lambda: f"{piece!r} in the log", within)

    # Rules.

    def write_rules(self, rules):
        """One text for 10-rules.sql, or a dict of names and texts; replaces what was there."""
        for old in os.listdir(self.rules_folder):
            os.unlink(os.path.join(self.rules_folder, old))
        for name, text in (rules if isinstance(rules, dict) else {"10-rules.sql": rules}).items():
            with open(os.path.join(self.rules_folder, name), "w", encoding="utf-8") as file:
                file.write(text)

    def reload(self, rules):
        self.write_rules(rules)
        self.process.send_signal(signal.SIGHUP)

    # Webhooks.

    def post(self, body, channel="whatsapp", query=None, token=TOKEN, connection=None, **headers):
        """Bytes or text as they stand, or a dict as JSON. Header names: underscores for dashes."""
        if isinstance(body, dict):
            body = json.dumps(body, ensure_ascii=False)
            headers.setdefault("Content_Type", "application/json")
        if isinstance(body, str):
            body = body.encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            named["Authorization"] = "Bearer " + token
        target = "/v1/inbound" + (f"/{channel}" if channel else "")
        target += "?" + urllib.parse.urlencode(query) if query else ""
        if connection is not None:
            return web.ask(connection, "POST", target, body, named)
        return web.call(self.port, "POST", target, body, named, timeout=40 * PATIENCE)

    def say(self, user, text, status=202, **fields):
        """A customer's message as the pasted template sends it; the number of the message."""
        fields = {"user_id": user, "phone_number": "", "dispatch_id": f"d-{next(_ids)}", "message": text} | fields
        answer = self.post(fields)
        if answer.status != status:
            raise AssertionError(f"{text!r} of {user}: wanted {status}, got {answer}")
        return answer.json().get("message") if answer.status in (200, 202) else answer

    def hears(self, user, text, *wanted, **fields):
        """Says something; fails unless exactly the wanted texts come back, in order."""
        before = len(self.sandbox.texts(user))
        self.say(user, text, **fields)
        got = self.sandbox.wait_texts(user, before + len(wanted))[before:]
        if got != list(wanted):
            raise AssertionError(f"{text!r}: wanted {wanted}, got {got}")

    # The book.

    def rows(self, sql, *values, path=None):
        """Reads as dicts, one short read transaction."""
        book = sqlite3.connect(f"file:{urllib.parse.quote(path or self.db)}?mode=ro", uri=True, timeout=10)
        try:
            book.row_factory = sqlite3.Row
            return [dict(row) for row in book.execute(sql, values)]
        finally:
            book.close()

    def value(self, sql, *values):
        rows = self.rows(sql, *values)
        return next(iter(rows[0].values())) if rows else None

    def edit(self, *statements):
        """Changes the book behind the program's back; only while no daemon runs."""
        assert not self.runs(), "the daemon is the one writer"
        book = sqlite3.connect(self.db)
        try:
            with book:
                for statement in statements:
                    book.execute(*(statement if isinstance(statement, tuple) else (statement,)))
        finally:
            book.close()

    def conversation(self, user):
        return self.value("SELECT c.id FROM conversation c JOIN identity i USING (contact)"
                          " WHERE i.value = ? ORDER BY c.id DESC LIMIT 1", user)

    def outbox(self, user):
        """The rows of one customer with their texts, in order."""
        return self.rows("SELECT o.*, m.text FROM outbox o JOIN message m ON m.id = o.message"
                         " WHERE o.contact IN (SELECT contact FROM identity WHERE value = ?)"
                         " ORDER BY o.seq, o.part", user)

    def attempts(self, user):
        return self.rows("SELECT a.* FROM attempt a WHERE a.outbox IN (SELECT id FROM outbox WHERE contact IN"
                         " (SELECT contact FROM identity WHERE value = ?)) ORDER BY a.id", user)

    def wait_outbox(self, user, *states, within=15):
        """The customer's rows, once their states are these."""
        return eventually(lambda: (o := self.outbox(user)) and [r["state"] for r in o] == list(states) and o,
                          lambda: f"{user}'s outbox is {states}: {self._brief(user)}", within)

    def _brief(self, user):
        return [(r["state"], r["reason"], r["failures"]) for r in self.outbox(user)]

    def pending(self):
        return self.value("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'due', 'claimed')")

    def wait_drained(self, within=30):
        dwindles(self.pending, "rows of the outbox that wait", within)

    # The command line.

    def cli(self, *words, input=None, env=None, within=60, cwd=None):
        done = subprocess.run([binary("frontdesk"), *map(str, words)], env=self.env | (env or {}), input=input,
                              stdin=subprocess.DEVNULL if input is None else None, capture_output=True, text=True,
                              encoding="utf-8", errors="surrogateescape", timeout=within * PATIENCE, check=False, cwd=cwd)
        if REPORT.search(done.stderr):
            raise AssertionError("frontdesk: " + done.stderr)
        return Result(done)

    def do(self, *words, **more):
        """A command that must succeed."""
        result = self.cli(*words, **more)
        if result.code != 0:
            raise AssertionError(f"frontdesk {' '.join(map(str, words))}: {result!r}")
        return result

    def act(self, name, conversation, **more):
        """A person's act straight through the admin socket, as the command line does it; fails unless 200."""
        answer = web.call_unix(self.db + ".sock", "POST", "/v1/commands/" + name,
                               json.dumps({"conversation": conversation, "actor": "test"} | more),
                               {"Content-Type": "application/json"}, timeout=60 * PATIENCE)
        if answer.status != 200:
            raise AssertionError(f"{name} {conversation}: {answer}")
        return answer.json()

    # The end.

    def close(self):
        """Ends everything; the complaint there is, or ''."""
        complaint = self._end() if self.runs() else ""
        if self.owns_sandbox:
            self.sandbox.stop()
        log = self.log() if os.path.exists(self.log_file) else ""
        if not os.environ.get("KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)
        report = REPORT.search(log)
        return "a sanitizer's report:\n" + log[max(0, report.start() - 200):][:6000] if report else complaint

    def _end(self):
        self.process.send_signal(signal.SIGCONT)
        try:
            code = self.stop()
        except subprocess.TimeoutExpired:
            self.kill()
            return "SIGTERM did not end the daemon within 30 s"
        return f"SIGTERM ended the daemon with {code}" if code != 0 else ""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is not None and hasattr(error, "add_note") and os.path.exists(self.log_file):
            error.add_note("the daemon's log ends:\n" + "\n".join(self.log().splitlines()[-25:]))
        complaint = self.close()
        if complaint and error is None:
            raise AssertionError(complaint)
