"""web: HTTP as the tests speak it: ordinary calls, calls over a Unix socket, and bytes as they stand."""
import contextlib
import fcntl
import http.client
import json
import os
import random
import socket


TAKEN = []  # files, open as long as this process


def take_port(port):
    """Beside the other tests that run now: nobody else is given this port before we end."""
    folder = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"frontdesk-ports-{os.getuid()}")
    os.makedirs(folder, exist_ok=True)
    file = open(os.path.join(folder, str(port)), "w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return False
    TAKEN.append(file)
    return True


def free_port():
    """A port below the range from which outgoing connections take theirs, free now, and ours."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if take_port(port):
            return port


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:200]!r}>"


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=15):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def ask(connection, method, target, body=None, headers=None):
    """One call on an open connection, which stays open when the server lets it."""
    connection.request(method, target, body, headers or {})
    answer = connection.getresponse()
    return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())


def call(port, method, target, body=None, headers=None, timeout=15):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)) as connection:
        return ask(connection, method, target, body, headers)


def call_unix(path, method, target, body=None, headers=None, timeout=15):
    with contextlib.closing(UnixConnection(path, timeout)) as connection:
        return ask(connection, method, target, body, headers)


def open_socket(port, timeout=15):
    connection = socket.create_connection(("127.0.0.1", port), timeout=timeout)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


class _Stream:
    """What HTTPResponse takes for a socket, so that several answers can be read from one buffered stream."""

    def __init__(self, connection):
        self.file = connection.makefile("rb")

    def makefile(self, mode):
        return self

    def close(self):
        pass

    def __getattr__(self, name):
        return getattr(self.file, name)


def read_answers(connection, count):
    """The next answers on a bare socket; None for each that never came because the peer hung up."""
    stream = _Stream(connection)
    return [_read_one(stream) for _ in range(count)]


def read_answer(connection):
    return read_answers(connection, 1)[0]


def _read_one(stream):
    answer = http.client.HTTPResponse(stream)
    try:
        answer.begin()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    except (http.client.HTTPException, ConnectionError):
        return None


def send_bytes(port, data, timeout=15):
    """Sends bytes as they stand; what comes back. A peer that stops listening early may still have answered."""
    with open_socket(port, timeout) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(data)
        return read_answer(connection)
