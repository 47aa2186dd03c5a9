#!/usr/bin/python3
"""Keeping the book: a backup is whole and of one moment, whatever happens meanwhile."""
import contextlib
import fcntl
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
import web
from desk import Desk, binary
from disk import fill, small_disk
from sandbox import ROOT, SEND, TRACK
from tap import contains, equal, eventually, lacks, main, never, test, true
from verdict import Client, judge


def grow(desk, megabytes):
    """Makes the book so large that a backup takes a while; what it grows by is a webhook that came again and again."""
    message = desk.say("ana", "ping ballast")
    desk.wait_drained()
    desk.stop()
    body = os.urandom(4000)
    desk.edit(*[("INSERT INTO webhook (id, received_at, channel, content_type, body, state, message) SELECT"
                 " (SELECT max(id) FROM webhook) + value, 0, 'whatsapp', '', ?, 'duplicate', ? FROM " + SERIES, (body, message))
                for _ in range(megabytes)])
    desk.start()


SERIES = "(WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 250) SELECT value FROM n)"


@contextlib.contextmanager
def load(desk):
    """A customer who writes without a pause; the client that knows what was acknowledged."""
    client, is_over = Client(desk), threading.Event()

    def write():
        number = 0
        while not is_over.is_set():
            client.send(f"user-{number % 7}", f"l{number}")
            number += 1
    writer = threading.Thread(target=write)
    writer.start()
    try:
        eventually(lambda: len(client.sent) > 20, "the load runs")
        yield client
    finally:
        is_over.set()
        writer.join()


def acknowledged(client):
    with client.lock:
        return [e["text"] for e in client.sent.values() if any(s in (200, 202) for s in e["statuses"])]


def begin(desk, path, *more):
    return subprocess.Popen([binary("frontdesk"), "backup", path, *more], env=desk.env, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def alone_in(folder, path):
    """What is in the folder of a backup beside it."""
    return sorted(name for name in os.listdir(folder) if name != os.path.basename(path))


def is_of_one_moment(desk, path):
    """Sound, adds up, and holds of each table all of the book's first rows and nothing else."""
    equal(desk.rows("PRAGMA integrity_check", path=path), [{"integrity_check": "ok"}], "integrity")
    equal(desk.rows("PRAGMA foreign_key_check", path=path), [], "references")
    equal(desk.rows("PRAGMA journal_mode", path=path), [{"journal_mode": "delete"}], "it needs no log beside it")
    desk.do("audit", "--db", path)
    for table in ("webhook", "message", "turn", "event", "outbox"):
        there = desk.rows(f"SELECT id FROM {table} ORDER BY id", path=path)
        last = there[-1]["id"] if there else 0
        equal(there, desk.rows(f"SELECT id FROM {table} WHERE id <= ? ORDER BY id", last), f"the rows of {table}")
    last = desk.rows("SELECT max(id) AS id FROM message", path=path)[0]["id"]
    equal(desk.rows("SELECT * FROM message ORDER BY id", path=path),
          desk.rows("SELECT * FROM message WHERE id <= ? ORDER BY id", last), "what was said")


@test("a backup under load holds all that was acknowledged before it began, as of one moment, in one file of mode 0600")
def under_load():
    with Desk() as desk, tempfile.TemporaryDirectory() as folder:
        grow(desk, 20)
        path = os.path.join(folder, "copy.db")
        with load(desk) as client:
            before = acknowledged(client)
            told = desk.do("backup", path, "--json").json()
            after = acknowledged(client)
        true(len(after) > len(before), "messages came meanwhile")
        equal((told["act"], told["path"]), ("backup", path), "what is told")
        equal(told["bytes"], os.path.getsize(path), "its size")
        equal(stat.S_IMODE(os.stat(path).st_mode), 0o600, "its mode")
        equal(alone_in(folder, path), [], "beside it")
        is_of_one_moment(desk, path)
        kept = {row["text"] for row in desk.rows("SELECT text FROM message WHERE kind = 'in'", path=path)}
        equal([text for text in before if text not in kept], [], "acknowledged before, and lacking")
        equal(told["messages"], desk.rows("SELECT count(*) AS n FROM message", path=path)[0]["n"], "how many it says")
        equal(desk.rows("SELECT kind, detail FROM event WHERE kind = 'backup'"), [{"kind": "backup", "detail": path}], "the ledger")
        desk.wait_drained()
        equal(judge(client, desk), [], "complaints about the desk that was backed up")


@test("the daemon killed in the middle of a backup: nothing has its name, and the next one takes its place")
def killed():
    with Desk() as desk, tempfile.TemporaryDirectory() as folder:
        grow(desk, 20)
        path = os.path.join(folder, "copy.db")
        with load(desk) as client:
            cli = begin(desk, path)
            eventually(lambda: os.path.exists(path + ".part") and os.path.getsize(path + ".part") > 4_000_000, "a good part is copied")
            desk.kill()
            said = cli.communicate(timeout=30)[1]
        true(cli.returncode > 0, f"the command fails: {said}")
        true(not os.path.exists(path), "nothing has the name")
        desk.start()
        true(client.send_again(), "what was not acknowledged is taken now")
        desk.do("backup", path)
        equal(alone_in(folder, path), [], "nothing is left of the first one")
        is_of_one_moment(desk, path)


@test("a stop of the daemon in the middle of a backup does not wait for it, and removes what there was")
def stopped():
    with Desk() as desk, tempfile.TemporaryDirectory() as folder:
        grow(desk, 30)
        path = os.path.join(folder, "copy.db")
        with load(desk):
            cli = begin(desk, path)
            eventually(lambda: os.path.exists(path + ".part"), "it has begun")
        equal(desk.stop(), 0, "exit")
        cli.communicate(timeout=30)
        true(cli.returncode > 0, "the command fails")
        equal(os.listdir(folder), [], "nothing is left")


@test("Ctrl-C breaks a backup off and removes what there was")
def interrupted():
    with Desk() as desk, tempfile.TemporaryDirectory() as folder:
        grow(desk, 30)
        path = os.path.join(folder, "copy.db")
        with load(desk):
            cli = begin(desk, path)
            eventually(lambda: os.path.exists(path + ".part"), "it has begun")
            cli.send_signal(signal.SIGINT)
            said = cli.communicate(timeout=30)[1]
        equal(cli.returncode, 1, "the command fails")
        contains(said, "broken off", "and says why")
        equal(os.listdir(folder), [], "nothing is left")
        desk.do("backup", path)
        process = subprocess.Popen([binary("frontdesk"), "audit", "--deep"], env=desk.env, stdout=subprocess.DEVNULL)
        eventually(lambda: nameless(process), "the copy that an audit looks at has lost its name", 20, 0.0005)
        process.kill()
        process.wait()
        equal([name for name in os.listdir(desk.folder) if "deep" in name], [], "so it goes, however that ends")


@test("an audit --deep that is killed while the daemon copies for it leaves no copy behind, nor does a kill of both")
def forsaken():
    with Desk() as desk:
        grow(desk, 30)

        def leave():
            process = subprocess.Popen([binary("frontdesk"), "audit", "--deep"], env=desk.env, stdout=subprocess.DEVNULL)
            eventually(lambda: copies(desk), "the daemon copies", 20, 0.0005)
            process.kill()
            process.wait()

        leave()
        eventually(lambda: not copies(desk), lambda: f"what nobody asks for goes away: {copies(desk)}", 20)
        leave()
        equal(desk.stop(), 0, "exit")
        equal(copies(desk), [], "a stop takes it along")
        for name in ("deep", "deep.part"):
            with open(f"{desk.db}.{name}", "wb") as file:
                file.write(b"SQLite format 3\0 and what customers wrote")
        desk.start()
        equal(copies(desk), [], "the next start removes what a kill has left")
        desk.do("audit", "--deep")


def copies(desk):
    return [name for name in os.listdir(desk.folder) if "deep" in name]


def nameless(process):
    """Files that the process has open and that stand in no folder any more."""
    def open_files():
        for number in os.listdir(f"/proc/{process.pid}/fd"):
            with contextlib.suppress(FileNotFoundError):  # closed since
                yield os.readlink(f"/proc/{process.pid}/fd/{number}")

    return [path for path in open_files() if path.endswith("desk.db.deep (deleted)")]


@test("without a daemon the command makes the backup itself, and is refused while somebody else holds the book")
def alone():
    with Desk() as desk, tempfile.TemporaryDirectory() as folder:
        desk.hears("ana", "ping 1", "pong 1")
        path = os.path.join(folder, "copy.db")
        held = desk.cli("backup", path, "--admin", os.path.join(folder, "nowhere.sock"))
        equal(held.code, 75, "busy")
        equal(os.listdir(folder), [], "nothing was made")
        for said in (held.err, desk.cli("note", "ana", "x", "--admin", os.path.join(folder, "nowhere.sock")).err):
            for word in ("try again in a moment", "name its socket with --admin SOCKET", "where that file was deleted, "):
                contains(said, word, "what may be wrong, and what helps")
        desk.stop()
        desk.do("backup", path)
        is_of_one_moment(desk, path)
        equal(stat.S_IMODE(os.stat(path).st_mode), 0o600, "its mode")
        equal(desk.value("SELECT count(*) FROM event WHERE kind = 'backup'"), 1, "the ledger")


@test("a backup is refused where it would destroy something, with the reason")
def refused():
    with Desk() as desk, tempfile.TemporaryDirectory() as folder:
        desk.hears("ana", "ping 1", "pong 1")
        there, link = os.path.join(folder, "there.db"), os.path.join(folder, "link.db")
        with open(there, "w") as file:
            file.write("mine")
        os.symlink(desk.db, link)
        os.symlink(desk.db, os.path.join(folder, "linked.db.part"))
        other = os.path.join(folder, "other.db")
        with contextlib.closing(sqlite3.connect(other)) as book:
            book.execute("PRAGMA journal_mode = WAL")
            book.execute("CREATE TABLE of_another_desk (x)")
        with open(os.path.join(folder, "taken.db.part"), "w") as file:
            file.write("a letter of mine, of no use as a database")
        for path, words, more in ((there, "is there already", []), (folder, "is a folder", []), (desk.db, "the book itself", ["--force"]),
                                  (link, "the book itself", ["--force"]), (desk.db + "-wal", "the book itself", ["--force"]),
                                  (os.path.join(folder, "none", "x.db"), f"the folder {os.path.join(folder, 'none')} cannot", []), ("/dev/null", "no ordinary file", ["--force"]),
                                  (other, "a database at work, as the book of another desk is, and no backup", ["--force"]),
                                  (os.path.join(folder, "linked.db"), "the book itself", []),
                                  (os.path.join(folder, "taken.db"), "in the way", [])):
            for is_down in (False, True):
                if is_down:
                    desk.stop()
                result = desk.cli("backup", path, *more)
                equal(result.code, 1, f"{path}: {result!r}")
                contains(result.err, words, path)
                if is_down:
                    desk.start()
        with open(there) as file:
            equal(file.read(), "mine", "what was there")
        desk.do("backup", there, "--force")
        is_of_one_moment(desk, there)
        desk.hears("ana", "ping 2", "pong 2")


@test("a disk that fills up while a backup is made: it fails with a clear sentence, leaves nothing, and the desk goes on")
def full():
    with small_disk(60) as folder, Desk() as desk:
        grow(desk, 20)
        path, filler = os.path.join(folder, "copy.db"), os.path.join(folder, "filler")
        with load(desk) as client:
            cli = begin(desk, path)
            eventually(lambda: os.path.exists(path + ".part") and os.path.getsize(path + ".part") > 2_000_000, "it has begun")
            fill(filler)
            said = cli.communicate(timeout=60)[1]
            equal(cli.returncode, 1, "the command fails")
            contains(said, "no room", "and says why")
            equal(alone_in(folder, filler), [], "nothing is left")
            too_small = desk.cli("backup", path)
            contains(too_small.err, "no room for the backup: it wants", "the next one does not even begin")
        desk.wait_drained()
        equal(judge(client, desk), [], "complaints about the desk that was backed up")


# Everything that can be pending: texts behind each other, a question to a backend, a dialogue that would remind, an attribute.
PENDING = texts.SHOP + """
INSERT INTO setting (name, value) VALUES ('allow_local_backends', 'yes'), ('idle_close', '3 seconds');
INSERT INTO backend (name, kind, url, model, key_env, prompt) VALUES
  ('assistant', 'openai', '{url}/v1', 'gpt', 'TEST_AI_KEY', 'You work at a shop.');
INSERT INTO rule (name, priority, action, target) VALUES ('rest', 0, 'consult', 'assistant');
INSERT INTO rule (name, priority, words, action, target) VALUES ('table', 700, 'table', 'flow', 'table');
INSERT INTO flow (name) VALUES ('table');
INSERT INTO step (name, say, ask, timeout) VALUES ('table.people', 'How many?', 'number', '3 seconds');
INSERT INTO branch (step, only_if, say, next) VALUES ('table.people', ':timed_out', 'Are you still there?', 'end');
INSERT INTO attribute (name, at, value) VALUES ('visits', 'reply', '{{ message }}');
"""


@contextlib.contextmanager
def desk_with_everything_pending():
    with Desk(start=False, TEST_AI_KEY="ai-key-canary-0815") as desk:
        desk.sandbox.options = ("--ai-key", "ai-key-canary-0815")
        desk.sandbox.start()
        desk.write_rules(PENDING.replace("{url}", desk.sandbox.url))
        desk.start()
        desk.hears("eve", "ping 0", "pong 0")
        desk.hears("dan", "a table", "How many?")
        desk.say("pam", "a human please")
        desk.wait_drained()
        desk.sandbox.fault("status", times=0, path=SEND, status=503)
        desk.sandbox.fault("status", times=0, path=TRACK, status=503)
        desk.sandbox.ai("hang", times=0, of="openai", ms=60000)
        for number in range(3):
            desk.say("ana", f"ping {number}")
        desk.say("bob", "what is the meaning of all this?")
        eventually(lambda: desk.value("SELECT count(*) FROM outbox WHERE kind = 'consult' AND settled_at IS NULL"), "bob is asked for")
        desk.say("bob", "ping behind")
        yield desk


@test("a restored book sends nothing that was pending in the backup, says so of each, adds up, and goes on with what comes")
def restored():
    with desk_with_everything_pending() as desk, tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "copy.db")
        desk.do("backup", path)
        desk.sandbox.unscript()
        desk.sandbox.wait_texts("ana", 3)
        eventually(lambda: "Are you still there?" in desk.sandbox.texts("dan"), "dan is reminded")
        desk.hears("zoe", "ping later", "pong later")
        highest = desk.value("SELECT max(id) FROM message")
        running = desk.cli("restore", path)
        equal(running.code, 75, "not while the daemon runs")
        file = os.stat(desk.db)    # some file systems name another device to the kernel's list of locks
        with open("/proc/locks", encoding="ascii") as locks:
            is_told = f" {os.major(file.st_dev):02x}:{os.minor(file.st_dev):02x}:{file.st_ino} " in locks.read()
        contains(running.err, f"(kill {desk.process.pid})" if is_told else "stop the daemon first", "it says what to do")
        desk.kill()
        with open(desk.db, "rb") as book:
            fcntl.flock(book, fcntl.LOCK_EX)
            held = desk.cli("restore", path)
        equal((held.code, "kill" in held.err), (75, False), f"what is no daemon is not to be killed: {held}")
        contains(held.err, "try again when that has ended" if is_told else "stop the daemon first", "but waited for")
        heard = {user: desk.sandbox.texts(user) for user in ("ana", "bob", "dan", "eve", "pam", "zoe")}
        told = desk.do("restore", path, "--json").json()
        equal(told["texts"] >= 3, True, "those to ana at least")
        equal(told["questions"], 1, "bob's")
        desk.do("audit")
        desk.start()
        states = [row["state"] for row in desk.outbox("ana")]
        equal(states, ["unknown"] * 3, "ana's")
        contains(desk.outbox("ana")[0]["reason"], "restored from a backup", "why")
        desk.say("ana", "ping new")
        desk.sandbox.wait_texts("ana", 4)
        never(lambda: [user for user in heard if user != "ana" and desk.sandbox.texts(user) != heard[user]],
              "what is pending in a backup is not sent", 5)
        equal(desk.sandbox.texts("ana"), heard["ana"] + ["pong new"], "ana hears the new answer alone")
        true(desk.value("SELECT max(id) FROM message") > highest, "no number is given twice")
        contains(desk.do("status").out, "outbox list --state unknown", "status names them")
        desk.do("outbox", "retry", desk.outbox("ana")[1]["id"])
        desk.sandbox.wait_texts("ana", 5)
        equal(desk.sandbox.texts("ana")[-1], "pong 1", "who wants it sent can have it")
        desk.do("take", "pam")
        desk.do("audit")


@test("the book that was there is kept whole under a name of its own, and can be restored in turn")
def kept():
    with Desk() as desk, tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "copy.db")
        desk.hears("ana", "ping 1", "pong 1")
        desk.do("backup", path)
        desk.hears("ana", "ping 2", "pong 2")
        desk.kill()
        kept_at = desk.do("restore", path, "--json").json()["kept"]
        equal(sorted(name for name in os.listdir(desk.folder) if name.startswith("desk.db") and name != "desk.db.sock"),
              sorted(["desk.db", os.path.basename(kept_at)]), "nothing else is left")
        said = [row["text"] for row in desk.rows("SELECT text FROM message WHERE kind = 'in'", path=kept_at)]
        equal(said, ["ping 1", "ping 2"], "the log of the book that was killed is in it")
        equal([row["text"] for row in desk.rows("SELECT text FROM message WHERE kind = 'in'")], ["ping 1"], "the backup's")
        equal(stat.S_IMODE(os.stat(desk.db).st_mode), 0o600, "its mode")
        desk.start()
        desk.hears("ana", "ping 3", "pong 3")
        desk.stop()
        desk.do("restore", kept_at)
        desk.start()
        desk.hears("ana", "ping 4", "pong 4")
        desk.do("audit")
        desk.stop()
        if os.geteuid() == 0:
            os.unlink(desk.db)
            os.chown(desk.folder, 65534, 65534)
            desk.do("restore", path)
            equal(os.stat(desk.db).st_uid, 65534, "the book was lost, and root puts it back for whoever has the folder")


@test("neither a damaged book nor what a restore that was killed has left is a hindrance, and the book is kept with its log")
def over_damaged():
    with Desk() as desk, tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "copy.db")
        desk.hears("ana", "ping 1", "pong 1")
        desk.do("backup", path)
        desk.kill()
        shutil.copy(path, desk.db + ".restoring")
        with contextlib.closing(sqlite3.connect(desk.db + ".restoring")) as left:
            left.execute("PRAGMA journal_mode = WAL")
            left.execute("DELETE FROM message")
        contains(desk.cli("restore", desk.db + ".restoring").err, "what another restore was making", "half of one is no backup")
        with open(desk.db, "r+b") as file:
            file.write(b"\xa5" * 8192)
        kept_at = desk.do("restore", path, "--json").json()["kept"]
        true(os.path.exists(kept_at), "kept")
        true(not os.path.exists(desk.db + "-wal"), "an old log does not stand beside the new book")
        desk.start()
        desk.hears("ana", "ping 2", "pong 2")
        desk.do("audit")


@test("where there is no book one restore at a time makes it, one that fails leaves none, and a link to the book stays one")
def restored_at_once():
    with Desk() as desk, tempfile.TemporaryDirectory() as folder:
        path, none = os.path.join(folder, "copy.db"), os.path.join(folder, "none.db")
        desk.hears("ana", "ping 1", "pong 1")
        desk.do("backup", path)
        desk.stop()
        os.unlink(desk.db)
        with open(none, "w", encoding="utf-8") as file:
            file.write("no backup")
        equal(desk.cli("restore", none).code, 1, "no backup")
        true(not os.path.exists(desk.db), "no empty book is left")
        with subprocess.Popen([binary("frontdesk"), "restore", path], env=desk.env, stdout=subprocess.DEVNULL) as first:
            while not os.path.exists(desk.db + ".restoring"):
                equal(first.poll(), None, "it is at work")
            first.send_signal(signal.SIGSTOP)
            try:
                second = desk.cli("restore", path)
            finally:
                first.send_signal(signal.SIGCONT)
        equal((first.returncode, second.code), (0, 75), "only the first")
        os.rename(desk.db, os.path.join(folder, "volume.db"))
        os.symlink(os.path.join(folder, "volume.db"), desk.db)
        desk.do("restore", path)
        true(os.path.islink(desk.db), "a book that lies elsewhere, as on a larger disk, stays there")
        desk.do("audit")
        desk.start()
        desk.hears("ana", "ping 2", "pong 2")


@test("restore --check tells a sound backup from a damaged one, from no backup, and touches nothing")
def looked_at():
    with Desk(texts.SHOP + "INSERT INTO setting (name, value) VALUES ('time_zone', 'Asia/Seoul');") as desk, tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "copy.db")
        desk.hears("ana", "ping 1", "pong 1")
        desk.do("backup", path)
        before = (os.stat(path).st_mtime_ns, sorted(os.listdir(folder)))
        told = desk.do("restore", path, "--check", "--json").json()
        equal((told["messages"], told["webhooks"], told["contacts"], told["pending"], told["problems"], told["is_audited"]),
              (2, 1, 1, 0, [], True), "what is in it")
        equal(told["newest_at"], desk.value("SELECT max(at) FROM message"), "the newest message")
        equal((os.stat(path).st_mtime_ns, sorted(os.listdir(folder))), before, "nothing is touched")
        seoul = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(told["newest_at"] / 1000 + 9 * 3600))
        for words in (("restore", path, "--check"), ("restore", path, "--check", "--db", os.path.join(folder, "none.db")),
                      ("backup", path + "2")):
            contains(desk.do(*words, env={"TZ": "America/Lima"}).out, seoul, f"{words[0]} tells times by the business's clock")
        os.unlink(path + "2")
        with open(path, "rb") as file:
            whole = file.read()
        for name, content, words in (("text.db", b"no database, but long enough to be looked at" * 40, "this is no database"),
                                     ("empty.db", b"", "nothing in it"), ("half.db", whole[:len(whole) // 2], "damaged"),
                                     ("holed.db", whole[:8192] + bytes(4096) + whole[12288:], "")):
            other = os.path.join(folder, name)
            with open(other, "wb") as file:
                file.write(content)
            for options in (["--check"], []):
                if not options:
                    desk.stop()
                result = desk.cli("restore", other, *options)
                equal(result.code, 1, f"{name} {options}: {result!r}")
                contains(result.out + result.err, words if options else "", name)
                lacks(result.err, "--db", "it is the backup that has to be named")
            desk.start()
        for options in (["--check"], []):
            contains(desk.cli("restore", "none.db", *options).err, "there is no file none.db: name one that frontdesk backup has made",
                     "no file")
        other = os.path.join(folder, "unbalanced.db")
        with open(other, "wb") as file:
            file.write(whole)
        with sqlite3.connect(other) as book:
            book.execute("DELETE FROM outbox")
        result = desk.cli("restore", other, "--check")
        equal(result.code, 1, "one that does not add up")
        contains(result.out, "never queued", "and why")
        desk.hears("ana", "ping 2", "pong 2")


def of_schema(path, version):
    """A book as an older program left it, with a customer in it."""
    book = sqlite3.connect(path)
    for name in sorted(os.listdir(os.path.join(ROOT, "schema")))[:version]:
        with open(os.path.join(ROOT, "schema", name), encoding="utf-8") as file:
            book.executescript(file.read())
    book.execute("INSERT INTO contact (id, created_at, address_kind, address) VALUES (1, 1, 'external', 'ana')")
    book.execute(f"PRAGMA application_id = {0x66726473}")
    book.execute(f"PRAGMA user_version = {version}")
    book.commit()
    book.close()


@test("a backup of an older version is brought to this one on its way, and leaves no copies about; one of a newer is refused")
def older():
    with Desk(start=False) as desk, tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "old.db")
        of_schema(path, 1)
        contains(desk.do("restore", path, "--check").out, "of an older version", "it is looked at as far as can be")
        desk.do("restore", path)
        equal([name for name in os.listdir(desk.folder) if name.startswith("desk.db")], ["desk.db"], "nothing is left about")
        equal(desk.value("SELECT address FROM contact"), "ana", "what was in it")
        equal(desk.rows("PRAGMA user_version", path=path), [{"user_version": 1}], "the backup stays as it is")
        desk.start()
        desk.hears("ana", "ping 1", "pong 1")
        desk.do("audit")
        desk.stop()
        with sqlite3.connect(path) as book:
            book.execute("PRAGMA user_version = 9999")
        for options in ([], ["--check"]):
            result = desk.cli("restore", path, *options)
            equal(result.code, 1, "a newer one")
            contains(result.err, "install the newer frontdesk", "and why")


@test("a backup whose rules this version cannot use is restored all the same, and says what to do; what was pending stays unsent")
def of_rules_refused():
    with Desk() as desk, tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "copy.db")
        desk.sandbox.fault("hang", times=0, path=SEND, ms=60000)
        desk.say("ana", "ping 1")
        eventually(lambda: desk.outbox("ana")[0]["state"] == "claimed", "under way")
        desk.do("backup", path)
        desk.kill()
        desk.sandbox.unscript()
        with sqlite3.connect(path) as book:
            book.execute("UPDATE ruleset_file SET text = replace (text, 'INSERT INTO rule (', 'INSERT INTO rule (colour, ')")
        told = desk.do("restore", path)
        for piece in ("Restored.", "frontdeskd does not start with it yet", "cannot be used by this version", "frontdesk rules load DIR"):
            contains(told.out + told.err, piece, "what it says")
        equal([name for name in os.listdir(desk.folder) if name.startswith("desk.db.restoring")], [], "nothing is left about")
        equal((desk.outbox("ana")[0]["state"], desk.value("SELECT value FROM book WHERE name = 'running'")), ("unknown", "0"),
              "settled, and in the file")
        desk.write_rules(texts.SHOP + "-- mended\n")
        desk.do("rules", "load")
        desk.do("audit")
        desk.start()
        desk.hears("eve", "ping 2", "pong 2")
        equal(desk.sandbox.texts("ana"), [], "nothing that was pending")


@test("audit --deep looks at each page of a book in use, on a copy that goes away; audit alone at what stands in it")
def deep():
    with Desk() as desk:
        for number in range(30):
            desk.say("ana", f"ping {number}")
        desk.wait_drained()
        told = desk.do("audit", "--deep", "--json").json()
        equal((told["accepted"], told["accounted"], told["findings"]), (30, 30, []), "what it found")
        equal([name for name in os.listdir(desk.folder) if "deep" in name], [], "the copy is gone")
        equal(desk.value("SELECT count(*) FROM event WHERE kind = 'backup'"), 0, "and no backup")
        desk.stop()
        desk.do("audit", "--deep")
        root = desk.value("SELECT rootpage FROM sqlite_schema WHERE name = 'seen_at'")
        with open(desk.db, "r+b") as file:
            file.seek((root - 1) * 4096 + 4000)
            file.write(b"\xa5" * 90)
        desk.do("audit")
        result = desk.cli("audit", "--deep")
        equal(result.code, 1, f"a damaged index: {result!r}")
        contains(result.out, "the file is damaged", "and it says so")


# Long readers.

READS = [["status"], ["status", "--json"], ["audit"], ["audit", "--json"], ["audit", "--deep"], ["conversations", "--json"],
         ["webhooks", "list", "--limit", "0", "--json"], ["outbox", "list", "--limit", "0", "--json"], ["rules", "list", "--json"],
         ["usage", "--json"]]


def log_bytes(desk):
    return os.path.getsize(desk.db + "-wal")


def log_beginnings(desk):
    """How often it has been begun anew: SQLite counts that in its head."""
    eventually(lambda: log_bytes(desk) >= 32, "it has pages")
    with open(desk.db + "-wal", "rb") as file:
        return int.from_bytes(file.read(16)[12:], "big")


def stopped_readers(desk, stack):
    """Each command with an output that nobody takes."""
    for words in READS:
        taker, giver = os.pipe()
        os.set_blocking(giver, False)
        with contextlib.suppress(BlockingIOError):
            while os.write(giver, b"x" * 4096):
                pass
        os.set_blocking(giver, True)
        process = subprocess.Popen([binary("frontdesk"), *words], env=desk.env, stdin=subprocess.DEVNULL, stdout=giver, stderr=giver)
        os.close(giver)
        stack.callback(os.close, taker)
        stack.callback(process.wait)
        stack.callback(process.kill)


@test("commands whose output nobody takes hold nothing: the log of the book is used again from the start meanwhile")
def stopped_pipes():
    with Desk() as desk, contextlib.ExitStack() as stack:
        for number in range(200):
            desk.say(f"user-{number}", f"ping {number}")
        stopped_readers(desk, stack)
        eventually(lambda: not readers_of(desk), "no command reads any more", 30)
        with load(desk) as client:
            began = log_beginnings(desk)
            eventually(lambda: log_beginnings(desk) >= began + 2,
                       lambda: f"the log has begun anew {log_beginnings(desk) - began} times, and has {log_bytes(desk)} bytes", 60)
        desk.wait_drained()
        equal(judge(client, desk), [], "complaints")


def readers_of(desk):
    """Locks of readers on the -shm, as the kernel tells them, without the daemon's."""
    inode = os.stat(desk.db + "-shm").st_ino
    with open("/proc/locks") as locks:
        found = [line.split() for line in locks]
    return [word[4] for word in found if len(word) == 8 and word[3] == "READ" and word[5].endswith(f":{inode}") and
            123 <= int(word[6]) <= 127 and int(word[4]) != desk.process.pid]


@contextlib.contextmanager
def foreign_reader(desk):
    """Another program that holds a read transaction."""
    program = ("import sqlite3, sys; b = sqlite3.connect(sys.argv[1], isolation_level=None); b.execute('BEGIN');"
               "print(b.execute('SELECT count(*) FROM message').fetchone(), flush=True); sys.stdin.read()")
    with subprocess.Popen([sys.executable, "-c", program, desk.db], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


@test("a foreign program that reads for long slows nobody, is named with its log by status, and when it ends the log shrinks")
def foreign():
    with Desk() as desk:
        desk.hears("ana", "ping 0", "pong 0")
        with foreign_reader(desk) as reader, load(desk) as client:
            eventually(lambda: log_bytes(desk) > 90_000_000, lambda: f"the log grows, {log_bytes(desk)} bytes", 120)
            need, = [row for row in desk.do("status", "--json").json()["needs"] if row["kind"] == "log"]
            contains(need["text"], f"process {reader.pid} (python", "who it is")
            contains(need["remedy"], str(reader.pid), "and what to do")
            desk.hears("zoe", "ping 1", "pong 1")
        eventually(lambda: log_bytes(desk) == 0, lambda: f"the log shrinks, {log_bytes(desk)} bytes", 20)
        lacks(desk.do("status", "--json").out, '"log"', "nothing needs her any more")
        desk.wait_drained()
        equal(judge(client, desk), [], "complaints")


@test("a foreign reader on a small disk: the daemon answers 503 while there is still room to copy the log back, and recovers by itself")
def bounded():
    with small_disk(150) as folder, Desk(FRONTDESK_DB=os.path.join(folder, "desk.db")) as desk:
        desk.db = desk.env["FRONTDESK_DB"]
        desk.hears("ana", "ping 0", "pong 0")
        with foreign_reader(desk), load(desk) as client:
            eventually(lambda: web.call(desk.port, "GET", "/readyz").status == 503, lambda: f"refuses, log {log_bytes(desk)}", 120)
            true(log_bytes(desk) < 90_000_000, f"no more than about a half of the disk: {log_bytes(desk)} bytes")
        eventually(lambda: web.call(desk.port, "GET", "/readyz").status == 200, "ready again", 30)
        true(client.send_again(60), "what was refused is taken now")
        desk.wait_drained()
        equal(judge(client, desk), [], "complaints")


if __name__ == "__main__":
    main(lanes=2)
