"""recorder: stands between desk and sandbox and keeps every call as it came: method, path, headers, body.

Give it to a desk as BRAZE_REST_URL. The sandbox's own journal says what became of a call; this one says how it looked.
With latency_ms it is a slow network too: calls reach the sandbox up to that much later than they left the desk.
"""
import http.server
import json
import random
import threading

import web


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *words):
        pass

    def _pass_on(self):
        recorder = self.server.recorder
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        recorder.note(self.command, self.path, dict(self.headers.items()), body)
        recorder.travel()
        answer = web.call(recorder.port_behind, self.command, self.path, body, dict(self.headers.items()))
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name not in ("content-length", "connection", "transfer-encoding", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_DELETE = _pass_on


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


class Recorder:
    """A context manager; `calls` are dicts of method, path, headers (names in lower case), raw, body."""

    def __init__(self, sandbox, latency_ms=0):
        self.port_behind, self.latency_ms, self.calls = sandbox.port, latency_ms, []
        self.dice, self.never = random.Random(1), threading.Event()
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.recorder = self
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def note(self, method, path, headers, raw):
        self.calls.append(dict(method=method, path=path, raw=raw.decode(), body=json.loads(raw or b"null"),
                               headers={name.lower(): value for name, value in headers.items()}))

    def travel(self):
        if self.latency_ms > 0:
            self.never.wait(self.dice.uniform(0, self.latency_ms / 1000))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *what):
        self.server.shutdown()
        self.server.server_close()
