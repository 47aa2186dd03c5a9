"""otherdesk: another desk, at a port of this machine: it looks at signatures by itself, keeps what it was told, and answers as it
is told to.

    with OtherDesk() as other:
        desk.write_rules(… other.url("/notify") …)
        other.wait(1)
        other.answer = lambda told: 503       # from now on; back with None
"""
import base64
import hashlib
import hmac
import http.server
import json
import threading
import time

from tap import eventually

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
OLD_KEY = b"o" * 24
OLD_SECRET = "whsec_" + base64.b64encode(OLD_KEY).decode()


def sign(key, webhook_id, timestamp, body):
    text = f"{webhook_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


class Told:
    """One webhook, as it came."""

    def __init__(self, path, headers, body):
        self.path, self.headers, self.body, self.came_at = path, headers, body, time.time()
        self.id, self.timestamp = headers.get("webhook-id"), headers.get("webhook-timestamp")
        self.signatures = (headers.get("webhook-signature") or "").split(" ")
        self.json = json.loads(body)
        self.type, self.data, self.status = self.json["type"], self.json["data"], None

    def is_signed(self, key=KEY):
        return sign(key, self.id, self.timestamp, self.body) in self.signatures and abs(int(self.timestamp) - self.came_at) < 300

    @property
    def text(self):
        return self.data["message"]["text"] if self.type == "message" else None

    def __repr__(self):
        return f"<{self.path} {self.type} {self.text or ''} {self.status}>"


class OtherDesk:
    def __init__(self, key=KEY, port=0):
        self.key, self.told, self.answer, self.lock, self.most, self.now = key, [], None, threading.Lock(), 0, 0
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def _handler(self):
        desk = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                told = Told(self.path, self.headers, self.rfile.read(int(self.headers["Content-Length"])))
                told.status = desk._take(told)
                if told.status is None:      # hang up without a word
                    self.close_connection = True
                    return
                status, headers = told.status if isinstance(told.status, tuple) else (told.status, {})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        return Handler

    def _take(self, told):
        with self.lock:
            self.told.append(told)
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            if not told.is_signed(self.key):
                return 401
            return 204 if self.answer is None else self.answer(told)
        finally:
            with self.lock:
                self.now -= 1

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def taken(self, path=None):
        """Those that were answered with a 2xx, the same id once, in the order in which they came."""
        seen, taken = set(), []
        for told in list(self.told):
            if isinstance(told.status, int) and 200 <= told.status < 300 and told.id not in seen and path in (None, told.path):
                seen.add(told.id)
                taken.append(told)
        return taken

    def wait(self, count, path=None, within=15):
        return eventually(lambda: len(t := self.taken(path)) >= count and t,
                          lambda: f"{count} webhooks were taken: {self.told}", within)

    def wait_type(self, kind, path=None, within=15):
        return eventually(lambda: next((t for t in self.taken(path) if t.type == kind), None),
                          lambda: f"{kind} is told: {self.told}", within)

    def texts(self, path="/relay"):
        return [told.text for told in self.taken(path) if told.type == "message"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
