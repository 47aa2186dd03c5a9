"""verdict: three logs, one judgement.

A Client sends webhooks as Braze does (again after a failure, under the same dispatch_id) and keeps what it was told.
judge() holds that against the book and against what the sandbox took, and returns a list of sentences, empty when all
is well. It wants a quiet desk, nothing pending, and texts that are unique, as are their answers ("ping X" → "pong X").
"""
import collections
import http.client
import threading
import time

from tap import PATIENCE

FINAL = ("accepted", "held", "withheld", "expired", "dead", "unknown")


class Client:
    """What one sender of webhooks knows. Safe for several threads."""

    def __init__(self, desk):
        self.desk = desk
        self.sent = {}        # dispatch_id → dict(user, text, statuses, message)
        self.lock = threading.Lock()

    def send(self, user, name):
        """Sends 'ping NAME' once; the status, or 0 when no answer came."""
        text = f"ping {name}"
        fields = {"user_id": user, "dispatch_id": "d-" + name, "message": text}
        try:
            answer = self.desk.post(fields)
            status, number = answer.status, answer.json().get("message") if answer.status in (200, 202) else None
        except (OSError, http.client.HTTPException):
            status, number = 0, None
        self._note(user, name, text, status, number)
        return status

    def _note(self, user, name, text, status, number):
        with self.lock:
            entry = self.sent.setdefault("d-" + name, dict(user=user, text=text, statuses=[], numbers=set()))
            entry["statuses"].append(status)
            if number is not None:
                entry["numbers"].add(number)

    def unacknowledged(self):
        with self.lock:
            return [(entry["user"], entry["text"][5:]) for entry in self.sent.values()
                    if not any(status in (200, 202) for status in entry["statuses"])]

    def send_again(self, within=30):
        """Repeats what was not acknowledged, until it is."""
        deadline = time.monotonic() + within * PATIENCE
        while (left := self.unacknowledged()) and time.monotonic() < deadline:
            for user, name in left:
                self.send(user, name)
        return not left


def judge(client, desk, sandbox_messages=None):
    """The sentences of complaint. `sandbox_messages`: user → texts; asked of the desk's sandbox when not given."""
    users = sorted({entry["user"] for entry in client.sent.values()})
    heard = sandbox_messages or {user: desk.sandbox.texts(user) for user in users}
    complaints = []
    complaints += _judge_intake(client, desk)
    complaints += _judge_outbox(desk, users, heard)
    complaints += _judge_order(desk, users, heard)
    complaints += _judge_book(desk)
    return complaints


def _judge_intake(client, desk):
    """Acknowledged ⇒ stored, once, under the number that was told."""
    stored = {}
    for row in desk.rows("SELECT id, text FROM message WHERE kind = 'in'"):
        stored.setdefault(row["text"], []).append(row["id"])
    keys = {row["dispatch_id"]: row["message"] for row in desk.rows("SELECT dispatch_id, message FROM seen")}
    for key, entry in client.sent.items():
        acknowledged = [status for status in entry["statuses"] if status in (200, 202)]
        ids = stored.get(entry["text"], [])
        if len(ids) > 1:
            yield f"{key} has {len(ids)} effects"
        if acknowledged and not ids:
            yield f"{key} was acknowledged and is lost"
        if acknowledged and keys.get(key) != (ids[0] if ids else None):
            yield f"{key}: the key for duplicates names message {keys.get(key)}, stored is {ids}"
        if len(entry["numbers"]) > 1 or (entry["numbers"] and entry["numbers"] != set(ids)):
            yield f"{key}: told {entry['numbers']}, stored {ids}"
        if acknowledged.count(202) > 1:
            yield f"{key} was answered 202 {acknowledged.count(202)} times"


def _judge_outbox(desk, users, heard):
    """Every message has a reply row in a final state; what the sandbox took matches it."""
    for row in desk.rows("SELECT id FROM message m WHERE kind = 'in' AND NOT EXISTS"
                         " (SELECT 1 FROM outbox o WHERE o.turn = m.turn)"):
        yield f"message {row['id']} has no reply row"
    doubtful = {row["outbox"]: row["attempts"] for row in desk.rows(
        "SELECT outbox, count(*) AS attempts FROM attempt WHERE class = 'ambiguous' GROUP BY outbox")}
    for user in users:
        texts, rows = collections.Counter(heard[user]), desk.outbox(user)
        for row in rows:
            count = texts[row["text"]]
            ambiguous = max(row["is_ambiguous"], doubtful.get(row["id"], 0))
            if row["state"] not in FINAL:
                yield f"row {row['id']} of {user} is still {row['state']}"
            if row["state"] == "accepted" and count == 0:
                yield f"row {row['id']} of {user} counts as accepted, but the sandbox has no {row['text']!r}"
            if count > 1 + ambiguous:
                yield f"{user} heard {row['text']!r} {count} times with {ambiguous} ambiguous attempts"
            if count > 1 and not row["is_ambiguous"]:
                yield f"row {row['id']} was sent {count} times and is not marked"
            if count > 2:
                yield f"{user} heard {row['text']!r} {count} times"
        for text in set(texts) - {row["text"] for row in rows}:
            yield f"{user} heard {text!r}, which the book does not know"


def _judge_order(desk, users, heard):
    """Replies arrive in the order of the outbox, and that is the order of the messages."""
    for user in users:
        wanted = [row["text"] for row in desk.outbox(user)]
        first = list(dict.fromkeys(heard[user]))
        came = set(first)
        if first != [text for text in wanted if text in came]:
            yield f"{user} heard {first}, queued were {wanted}"
        arrived = [row["text"].replace("ping", "pong") for row in desk.rows(
            "SELECT text FROM message WHERE kind = 'in' AND conversation IN (SELECT id FROM conversation WHERE contact"
            " IN (SELECT contact FROM identity WHERE value = ?)) ORDER BY id", user)]
        if wanted != arrived:
            yield f"{user} wrote for {arrived}, queued were {wanted}"


def _judge_book(desk):
    for pragma in ("PRAGMA integrity_check", "PRAGMA foreign_key_check"):
        for row in desk.rows(pragma):
            if list(row.values()) != ["ok"]:
                yield f"{pragma}: {row}"
    audit = desk.cli("audit", "--json")
    if audit.code != 0:
        yield f"audit does not balance: {audit!r}"
