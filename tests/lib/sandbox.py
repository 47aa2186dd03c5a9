"""sandbox: a frontdesk-sandbox process of one's own, its script, and what it saw."""
import contextlib
import json
import os
import signal
import subprocess
import tempfile
import urllib.parse

import texts
import web
from tap import eventually

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"))
KEY = "sandbox-key-123456"
SEND = "/campaigns/trigger/send"
TRACK = "/users/track"
# The workspace that the tests' rule files speak of; the sandbox knows layouts, and drops what WhatsApp would not carry.
WORKSPACE = ["--campaign", texts.REPLY, "--campaign", texts.REOPEN + ":template", "--campaign", texts.OTHER,
             "--campaign", texts.OWN_PROPERTY + ":response:body", "--canvas", texts.CANVAS, "--app", texts.APP,
             "--subscription-group", texts.GROUP]
# The ways in which a call goes wrong on a bad day, each with its fault and how often. What begins with taken_ was done all the
# same.
BAD_DAY = {
    "refused_500": (dict(do="status", status=500), 4),
    "taken_500": (dict(do="status", status=500, take=True), 4),
    "refused_503": (dict(do="status", status=503), 6),
    "limited": (dict(do="limit_epoch", seconds=1), 4),
    "limited_track": (dict(do="limit_track", seconds=1), 4),
    "hang": (dict(do="hang", ms=60000), 2),
    "taken_hang": (dict(do="take_and_hang", ms=60000), 2),
    "reset": (dict(do="reset_before"), 4),
    "taken_reset": (dict(do="reset_after"), 4),
}


class Sandbox:
    def __init__(self, folder, *options):
        self.requests_file = os.path.join(folder, "requests.jsonl")
        self.output_file = os.path.join(folder, "sandbox.log")
        self.options = options
        self.process, self.port = None, None
        self._start_first()

    def _start_first(self):
        """On a port that was free a moment ago; another one when somebody was quicker."""
        for tries_left in (4, 3, 2, 1, 0):
            self.port = web.free_port()
            try:
                return self.start()
            except AssertionError as error:
                if tries_left == 0 or "Address already in use" not in str(error):
                    raise

    def start(self):
        """Starts, or starts again on the same port."""
        self.stop()
        with open(self.output_file, "ab") as output:
            begin = output.tell()
            self.process = subprocess.Popen(
                [os.path.join(BUILD, "frontdesk-sandbox"), "--listen", f"127.0.0.1:{self.port}",
                 "--requests", self.requests_file, *WORKSPACE, *self.options], stdout=output, stderr=output)
        eventually(lambda: self._listens(begin), "the sandbox listens", 20)

    def _listens(self, begin):
        has_ended = self.process.poll() is not None  # asked first: what it said at its end is in the file then
        with open(self.output_file, "rb") as output:
            output.seek(begin)
            told = output.read()
        if has_ended:
            raise AssertionError(f"the sandbox ended with {self.process.returncode}: {told}")
        return b"listening on 127.0.0.1:%d\n" % self.port in told

    def stop(self):
        """Braze is gone: connections are refused until start()."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def script(self, *steps):
        """Each step: dict(path, times, do, …); later calls queue behind."""
        answer = web.call(self.port, "POST", "/_sandbox/script", json.dumps(steps),
                          {"Content-Type": "application/json"})
        assert answer.status // 100 == 2, answer
        return answer

    def fault(self, do, times=1, path=SEND, **more):
        """times 0: for ever. What else a fault takes: frontdesk-sandbox --help."""
        return self.script(dict(path=path, times=times, do=do, **more))

    def ai(self, do, times=1, **more):
        """What an AI vendor says next: ai("say", text=…), ai("tool", tool=…, arguments={…}, of="openai") and so on."""
        return self.script(dict(times=times, do=do, **more))

    def fault_line(self, line):
        """A fault as people write it: "503 x2 on /users/track"."""
        answer = web.call(self.port, "POST", "/_sandbox/script", line, {"Content-Type": "text/plain"})
        assert answer.status // 100 == 2, answer

    def slow(self, ms, times=4, path=SEND):
        """The next calls are answered rightly, but late: while they are out, batches grow."""
        return self.fault("late", times=times, path=path, ms=ms)

    def refuse_user(self, user, path=SEND):
        """Every call that addresses this user gets a 400."""
        return self.fault("status", times=0, path=path, user=user, status=400,
                          body='{"message":"the recipient is refused"}')

    def bad_day(self, seed, path=TRACK, **percent):
        """So many of a hundred calls go wrong, by seeded dice, until unscript(): BAD_DAY, or other percentages of its kinds."""
        wanted = percent or {kind: each for kind, (_, each) in BAD_DAY.items()}
        steps = [dict(BAD_DAY[kind][0], path=path, times=0, percent=each) for kind, each in wanted.items()]
        answer = web.call(self.port, "POST", f"/_sandbox/script?seed={seed}", json.dumps(steps),
                          {"Content-Type": "application/json"})
        assert answer.status // 100 == 2, answer

    def faults_left(self):
        return web.call(self.port, "GET", "/_sandbox/script").json()["faults"]

    def unscript(self):
        assert web.call(self.port, "DELETE", "/_sandbox/script").status // 100 == 2

    def reset(self):
        assert web.call(self.port, "POST", "/_sandbox/reset").status // 100 == 2

    def report(self):
        return web.call(self.port, "GET", "/_sandbox/report").json()

    def messages(self, user, since=0, wait_ms=0):
        """What this customer received, oldest first; waits up to wait_ms for one newer than `since`."""
        query = urllib.parse.urlencode({"user": user, "since": since, "wait_ms": wait_ms, "limit": 10000},
                                       safe="+", quote_via=urllib.parse.quote)
        return web.call(self.port, "GET", "/_sandbox/messages?" + query, timeout=30).json()["messages"]

    def texts(self, user):
        return [message["text"] for message in self.messages(user)]

    def wait_texts(self, user, count, within=10):
        """The customer's texts, once there are `count` of them."""
        texts = eventually(lambda: (t := self.texts(user)) and len(t) >= count and t,
                           lambda: f"{user} hears {count} texts, so far {self.texts(user)}", within)
        return texts

    def profile(self, user):
        """The attributes that /users/track has written into this user's profile; {} when there are none."""
        found = self.profiles(user)
        assert len(found) <= 1, found
        return found[0]["attributes"] if found else {}

    def subscriptions(self, user):
        """The states of the user's subscription groups, by id; "subscribed" or "unsubscribed"."""
        return {group: state for found in self.profiles(user) for group, state in found["subscription_groups"].items()}

    def profile_page(self, user):
        """The profile as a text for people, with events and what was left out."""
        return web.call(self.port, "GET", "/_sandbox/profiles/" + urllib.parse.quote(user, safe="+")).body.decode()

    def profiles(self, user=None):
        """Each profile with user, kind, attributes, types, subscription_groups, updates, may_create; of one user, or of all."""
        query = "?" + urllib.parse.urlencode({"user": user}, safe="+", quote_via=urllib.parse.quote) if user else ""
        return web.call(self.port, "GET", "/_sandbox/profiles" + query, timeout=30).json()["profiles"]

    def _log(self, list_name, since=0, wait_ms=0, **of):
        """The entries of one of its logs, oldest first, however many there are."""
        found = []
        while True:
            query = urllib.parse.urlencode({"since": since, "wait_ms": wait_ms, "limit": 10000, **of}, safe="+",
                                           quote_via=urllib.parse.quote)
            told = web.call(self.port, "GET", f"/_sandbox/{list_name}?{query}", timeout=90).json()
            found += told[list_name]
            if len(told[list_name]) < 10000:
                return found
            since = told["last"]

    def events(self, user=None, since=0, wait_ms=0):
        """Custom events and purchases as written: user, kind, what, name, time, properties, repeated; of one user, or of all."""
        return self._log("events", since, wait_ms, **({"user": user} if user else {}))

    def left_out(self, user=None):
        """What Braze would say success to and not write: user, kind, name, why, value."""
        return self._log("left_out", **({"user": user} if user else {}))

    def calls(self, path=TRACK):
        """The requests that write into profiles: at, path, status, outcome, taken, objects, attributes, events, at_once, users
        (as "external:mia"); to one path, or (None) to all."""
        return self._log("calls", **({"path": path} if path else {}))

    def violations(self):
        """What must not be: two requests at once that touch one profile ("together"), two objects of one ("twice"), an event twice
        ("repeated event"), a "control character"."""
        return self._log("violations")

    def asked(self, vendor=None, since=0, wait_ms=0):
        """What the AI vendors were asked, oldest first: vendor, model, messages, system, last, body, key_header, headers,
        outcome, status, why, said, at_once. Of one vendor, or of all."""
        query = {"since": since, "wait_ms": wait_ms, "limit": 10000, **({"vendor": vendor} if vendor else {})}
        return web.call(self.port, "GET", "/_sandbox/asked?" + urllib.parse.urlencode(query), timeout=30).json()["asked"]

    def requests(self, path=None):
        """A line for every call it saw, in order: path, status, taken, campaign, recipients[user, kind, text, sent]."""
        if not os.path.exists(self.requests_file):
            return []
        with open(self.requests_file, "rb") as log:
            lines = [json.loads(line) for line in log if line.endswith(b"\n")]
        return [line for line in lines if path is None or line["path"] == path]

    def batches(self, path=SEND):
        """The users of each call to a path."""
        return [[recipient["user"] for recipient in request["recipients"]] for request in self.requests(path)]


@contextlib.contextmanager
def alone(*options):
    """A sandbox in a folder that goes away with it."""
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox(folder, *options)
        try:
            yield sandbox
        finally:
            sandbox.stop()
