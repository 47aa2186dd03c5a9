"""A vendor of the test's own: a port of this machine that keeps what it heard, answers by its list, and says who hung up."""
import contextlib
import ipaddress
import os
import re
import socket
import ssl
import subprocess
import threading

from tap import Skip


def is_whole(heard):
    """Is the request there to its end, by its Content-Length?"""
    head, gap, body = heard.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *([0-9]+)", head)
    return gap != b"" and len(body) >= int(length.group(1) if length else 0)


class Peer:
    """Connection n gets answers[n] for its first request; without one it waits until the other side closes it."""

    def __init__(self, answers=(), context=None):
        self.answers, self.context, self.heard, self.closed = list(answers), context, [], []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                self.heard.append(b"")
                threading.Thread(target=self.serve, args=(connection, len(self.heard) - 1), daemon=True).start()

    def serve(self, connection, n):
        with connection, contextlib.suppress(OSError):
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            while piece := connection.recv(65536):
                self.heard[n] += piece
                answer = self.answers[n] if n < len(self.answers) else None
                if answer is not None and is_whole(self.heard[n]):
                    connection.sendall(answer)
                    return
        self.closed.append(n)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def unknown_certificate(folder):
    key, cert = os.path.join(folder, "k.pem"), os.path.join(folder, "c.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def name_of_this_place():
    """A host name that is no address, and leads into this machine or a private network."""
    for name in (socket.gethostname(), "ip6-localhost", "ip6-loopback", "localhost.localdomain"):
        try:
            found = {info[4][0] for info in socket.getaddrinfo(name, 443, type=socket.SOCK_STREAM)}
        except OSError:
            continue
        if name != "localhost" and all(not ipaddress.ip_address(address).is_global for address in found):
            return name
    raise Skip("no host name here leads to a private address")
