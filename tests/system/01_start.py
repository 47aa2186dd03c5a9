#!/usr/bin/python3
"""Starting and ending: what the daemon refuses to start with, what it starts on, how it ends."""
import contextlib
import fcntl
import os
import signal
import stat
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
import web
from desk import TOKEN, Desk, binary
from sandbox import KEY
from tap import contains, equal, eventually, lacks, main, test, true

BROKEN = texts.CARRIERS + "\nINSERT INTO rule (name, wrods, say) VALUES ('a', 'b', 'c');\n"
BROKEN_LINE = BROKEN[:BROKEN.index("INSERT INTO rule (name, wrods")].count("\n") + 1


@contextlib.contextmanager
def idle_desk(**more):
    """A desk that was not started yet."""
    with Desk(start=False, **more) as desk:
        yield desk


def refused(desk, what, *pieces, **env):
    """The start fails at once with a sentence that holds the pieces."""
    code, said = desk.try_start(**env)
    true(code not in (0, None) and code > 0, f"{what}: refuses to start, got exit {code}: {said}")
    for piece in pieces:
        contains(said.lower(), piece.lower(), what)
    return code, said


@test("usage errors: what is missing or too short is named")
def usage():
    with idle_desk() as desk:
        refused(desk, "no token", "FRONTDESK_WEBHOOK_TOKENS", FRONTDESK_WEBHOOK_TOKENS="")
        refused(desk, "a short token", "FRONTDESK_WEBHOOK_TOKENS", "12", FRONTDESK_WEBHOOK_TOKENS="elevenchars")
        refused(desk, "one of two is short", "FRONTDESK_WEBHOOK_TOKENS",
                FRONTDESK_WEBHOOK_TOKENS=TOKEN + ",short")
        refused(desk, "no URL", "BRAZE_REST_URL", BRAZE_REST_URL="")
        refused(desk, "no key", "BRAZE_API_KEY", BRAZE_API_KEY="")
        refused(desk, "an unknown level", "FRONTDESK_LOG", FRONTDESK_LOG="chatty")
        true(not os.path.exists(desk.db), "a refused start makes no book")
        refused(desk, "a book in a folder that is not there", "make its folder first", FRONTDESK_DB=os.path.join(desk.folder, "none", "x.db"))
        refused(desk, "a folder as the book", "name the file itself", FRONTDESK_DB=desk.folder)
        refused(desk, "no port", "127.0.0.1:banana", FRONTDESK_LISTEN="127.0.0.1:banana")


@test("the address of Braze is a host alone, and plain http is for loopback only")
def plain_http():
    with idle_desk() as desk:
        for url in ("http://rest.iad-01.braze.com", "http://127.0.0.1.example.com", "http://10.0.0.1", "ftp://127.0.0.1",
                    "rest.iad-01.braze.com", "http://127.0.0.1@rest.example.com", "https://rest.iad-01.braze.com/users",
                    "https://rest.iad-01.braze.com?x", "https://rest.iad-01.braze.com/?", "https://rest.iad-01.braze.com#x",
                    "https://rest.iad-01.braze.com/#"):
            refused(desk, url, "BRAZE_REST_URL", BRAZE_REST_URL=url)
        refused(desk, "the dashboard's address", "BRAZE_REST_URL", "begins with rest.", BRAZE_REST_URL="https://dashboard-01.braze.eu")


@test("flags of the same names override the environment; an unknown flag is a usage error")
def flags():
    with idle_desk() as desk:
        other = os.path.join(desk.folder, "other.db")
        desk.env["FRONTDESK_DB"] = "/nowhere/at/all.db"
        done = subprocess.run([binary("frontdeskd"), "--no-such-flag"], env=desk.env, capture_output=True, text=True,
                              timeout=20, check=False)
        equal(done.returncode, 2, "exit of a usage error")
        done = subprocess.run([binary("frontdeskd"), "--db"], env=desk.env, capture_output=True, text=True, timeout=20, check=False)
        equal((done.returncode, done.stderr), (2, "frontdeskd: --db wants a value behind it; frontdeskd --help lists the flags\n"),
              "a flag without its value")
        done = subprocess.run([binary("frontdeskd"), "--rule", "/tmp"], env=desk.env, capture_output=True, text=True, timeout=20,
                              check=False)
        equal((done.returncode, done.stderr), (2, "frontdeskd: --rule is not understood; did you mean --rules?\n"),
              "the beginning of a flag is none")
        told = [subprocess.run([binary("frontdeskd"), word], env={}, capture_output=True, text=True, timeout=20, check=False)
                for word in ("--help", "-h")]
        equal([(done.returncode, done.stderr) for done in told], [(0, "")] * 2, "help needs no setting")
        equal(told[0].stdout, told[1].stdout, "-h is --help")
        for word in ("--listen ADDRESS:PORT", "FRONTDESK_WEBHOOK_TOKENS", "; required"):
            contains(told[0].stdout, word, "help")
        slips = {"FRONTDESK_RULE": "a-folder", "FRONTDESK_TOKENS": "a-secret", "FRONTDESK_METRICS_FILE": "/dev/null"}
        with open(desk.log_file, "ab") as log:
            desk.process = subprocess.Popen([binary("frontdeskd"), "--db", other], env=desk.env | slips, stderr=log)
        desk.wait_ready()
        true(os.path.exists(other), "--db wins")
        told = [line for line in desk.log().splitlines() if "setting_unknown" in line]
        equal(len(told), 2, f"what is no setting is told of, and what is one is not: {told}")
        for name, advice in (("FRONTDESK_RULE", "did you mean FRONTDESK_RULES?"), ("FRONTDESK_TOKENS", "frontdeskd --help lists them")):
            true(any(f"name={name} " in line and advice in line for line in told), f"{name}: {told}")
        lacks(desk.log(), "a-secret", "what was in it may be a secret")


@test("a fresh book with a bad rule folder does not start, and says file:line")
def bad_rules_fresh():
    with idle_desk(rules={"10-shop.sql": BROKEN}) as desk:
        _, said = refused(desk, "an unknown column", f"10-shop.sql:{BROKEN_LINE}:", "wrods", "words")
        lacks(said, TOKEN, "the token stays secret")
        refused(desk, "no such folder", "/nowhere/at/all", FRONTDESK_RULES="/nowhere/at/all")


@test("the stored ruleset stays in force when the folder went bad")
def bad_rules_stored():
    with Desk(texts.SHOP) as desk:
        desk.hears("ana", "when are you open", "We are open until six.")
        equal(desk.stop(), 0, "exit")
        desk.write_rules({"10-shop.sql": BROKEN})
        desk.start()
        desk.wait_log(f"10-shop.sql:{BROKEN_LINE}:")
        desk.hears("ana", "open today?", "We are open until six.")
        equal(desk.value("SELECT count(*) FROM ruleset"), 1, "rulesets")
        equal(desk.stop(), 0, "exit")
        equal([line for line in desk.log().splitlines() if not line.startswith("ts=")], [], "it is told once, as a fact, and not as an end")


@test("an unchanged folder is not loaded twice")
def unchanged():
    with Desk(texts.SHOP) as desk:
        desk.restart()
        equal(desk.value("SELECT count(*) FROM ruleset"), 1, "rulesets")


def second_daemon_is_refused(desk, path, what):
    env = {"FRONTDESK_DB": path, "FRONTDESK_LISTEN": "127.0.0.1:0",
           "FRONTDESK_ADMIN": os.path.join(desk.folder, "second.sock")}
    code, said = desk.try_start(**env)
    true(code > 0, f"{what}: exit {code}")
    true(any(word in said for word in ("already", "another", "in use", "holds", "running")), f"{what}: {said}")


@test("a second daemon on the same book refuses, by any name and even when the first is stopped")
def second_daemon():
    with Desk() as desk:
        hard, soft = os.path.join(desk.folder, "hard.db"), os.path.join(desk.folder, "soft.db")
        os.link(desk.db, hard)
        os.symlink(desk.db, soft)
        second_daemon_is_refused(desk, desk.db, "the same path")
        second_daemon_is_refused(desk, hard, "a hard link")
        second_daemon_is_refused(desk, soft, "a symbolic link")
        desk.process.send_signal(signal.SIGSTOP)
        second_daemon_is_refused(desk, desk.db, "while the first is stopped")
        desk.process.send_signal(signal.SIGCONT)
        os.unlink(hard)
        os.unlink(soft)
        desk.hears("ana", "ping 1", "pong 1")


@test("a daemon that starts while a command has the book for a moment waits for it, and not for ever")
def waits_for_a_command():
    with idle_desk() as desk:
        with open(desk.db, "wb") as book:
            os.chmod(desk.db, 0o600)
            fcntl.flock(book, fcntl.LOCK_EX)
            second_daemon_is_refused(desk, desk.db, "a command that does not end")
            desk.launch()
            eventually(lambda: "event=waiting_for_book" in desk.log(), "it waits")
        desk.wait_ready()
        desk.hears("ana", "ping 1", "pong 1")


@test("book, -wal, -shm and the admin socket are 0600 whatever the umask")
def modes():
    with idle_desk() as desk:
        old = os.umask(0)
        try:
            desk.start()
        finally:
            os.umask(old)
        desk.say("ana", "ping 1")
        for path in (desk.db, desk.db + "-wal", desk.db + "-shm", desk.db + ".sock"):
            equal(oct(stat.S_IMODE(os.stat(path).st_mode)), oct(0o600), path)


@test("a book that others may read, or in a folder that others may write, is refused")
def open_modes():
    with Desk() as desk:
        equal(desk.stop(), 0, "exit")
        os.chmod(desk.db, 0o644)
        refused(desk, "readable by others", desk.db)
        os.chmod(desk.db, 0o600)
        os.chmod(desk.folder, 0o777)
        refused(desk, "a folder open to all", desk.folder)
        os.chmod(desk.folder, 0o700)
        volume = os.path.join(desk.folder, "volume")
        os.mkdir(volume)
        for name in [name for name in os.listdir(desk.folder) if name.startswith("desk.db")]:
            os.rename(os.path.join(desk.folder, name), os.path.join(volume, name))
        os.symlink(os.path.join(volume, "desk.db"), desk.db)
        os.chmod(volume, 0o777)
        refused(desk, "the folder of the book itself, behind a link", volume)
        os.chmod(volume, 0o700)
        os.chmod(desk.folder, 0o777)
        refused(desk, "the folder of the link", desk.folder)
        os.chmod(desk.folder, 0o700)
        desk.start()


@test("a newer book, a foreign database, and no database at all are refused and left alone")
def foreign_books():
    with Desk() as desk:
        equal(desk.stop(), 0, "exit")
        version = desk.value("PRAGMA user_version")
        desk.edit(f"PRAGMA user_version = {version + 1}")
        refused(desk, "newer", "newer")
        equal(desk.value("PRAGMA user_version"), version + 1, "left alone")
        desk.edit(f"PRAGMA user_version = {version}", "PRAGMA application_id = 7")
        refused(desk, "another program's", desk.db)
    with idle_desk() as desk:
        with open(desk.db, "wb") as file:
            file.write(b"this is a shopping list, not a book\n" * 100)
        os.chmod(desk.db, 0o600)
        refused(desk, "no database", desk.db)
        equal(os.path.getsize(desk.db), 3600, "never an empty book in its place")


@test("the book is the file of that name, also where SQLite would read more into the name, or nothing on disk at all")
def odd_names():
    for name in (":memory:", "file:of orders?mode=memory"):
        with idle_desk(FRONTDESK_DB=name) as desk:
            desk.env["FRONTDESK_ADMIN"] = desk.db + ".sock"
            desk.start(cwd=desk.folder)
            desk.say("ana", "ping 1")
            desk.kill()
            with open(os.path.join(desk.folder, name), "rb") as book:
                equal(book.read(15), b"SQLite format 3", name)
            desk.start(cwd=desk.folder)
            contains(desk.cli("transcript", "ana", cwd=desk.folder).out, "ping 1", "acknowledged, and there after a kill")


def write_secret(folder, name, value):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(value + "\n")
    return path


@test("secrets come from X_FILE and from $CREDENTIALS_DIRECTORY")
def secrets():
    with tempfile.TemporaryDirectory() as folder, idle_desk() as desk:
        tokens = write_secret(folder, "tokens", "from-a-file-12345, and-another-one-67")
        write_secret(folder, "BRAZE_API_KEY", KEY)
        del desk.env["FRONTDESK_WEBHOOK_TOKENS"], desk.env["BRAZE_API_KEY"]
        desk.env |= {"FRONTDESK_WEBHOOK_TOKENS_FILE": tokens, "CREDENTIALS_DIRECTORY": folder}
        desk.start()
        message = {"user_id": "ana", "message": "ping 1", "dispatch_id": "s1"}
        equal(desk.post(message, token="from-a-file-12345").status, 202, "the first token")
        equal(desk.post(message, token="and-another-one-67").status, 200, "the second token")
        equal(desk.post(message).status, 401, "no other")
        equal(desk.sandbox.wait_texts("ana", 1), ["pong 1"], "the key reached Braze")
        desk.stop()
        refused(desk, "a file that is not there", "FRONTDESK_WEBHOOK_TOKENS_FILE",
                FRONTDESK_WEBHOOK_TOKENS_FILE="/nowhere/at/all")


@test("no secret is in the log, the book or the command line")
def no_leak():
    with Desk(FRONTDESK_LOG="debug") as desk:
        desk.post({"user_id": "a", "message": "x"}, token="wrong-token-canary")
        desk.sandbox.fault("status", status=401, body='{"message":"Invalid API key: ' + KEY + '"}')
        desk.say("ana", f"ping {TOKEN}")
        desk.wait_log("Invalid API key" if "Invalid API key" in desk.log() else "401")
        with open(f"/proc/{desk.process.pid}/cmdline", "rb") as file:
            arguments = file.read()
        equal(desk.stop(), 0, "exit")
        lacks(desk.log(), KEY, "the log")
        lacks(desk.log(), "wrong-token-canary", "the log")
        lacks(desk.log(), TOKEN, "the log")
        with open(desk.db, "rb") as file:
            lacks(file.read(), KEY.encode(), "the book")
        lacks(arguments, KEY.encode(), "the command line")


@test("/healthz and /readyz answer; SIGTERM and SIGINT end with 0 and leave no -wal behind")
def ends():
    for number in (signal.SIGTERM, signal.SIGINT):
        with Desk() as desk:
            equal(web.call(desk.port, "GET", "/healthz").status, 200, "/healthz")
            equal(web.call(desk.port, "GET", "/readyz").status, 200, "/readyz")
            desk.hears("ana", "ping 1", "pong 1")
            desk.process.send_signal(number)
            equal(desk.wait_end(), 0, f"exit after signal {number}")
            true(not os.path.exists(desk.db + "-wal") or os.path.getsize(desk.db + "-wal") == 0, "the -wal is folded in")
            true(not os.path.exists(desk.db + ".sock"), "the socket is gone")
            equal(desk.value("PRAGMA integrity_check"), "ok", "integrity")


@test("SIGTERM under load loses nothing that was acknowledged")
def ends_under_load():
    from verdict import Client, judge
    with Desk() as desk:
        client = Client(desk)
        with ThreadPoolExecutor(8) as pool:
            sends = [pool.submit(client.send, f"user-{number % 10}", f"t{number}") for number in range(400)]
            eventually(lambda: sum(send.done() for send in sends) > 100, "a hundred sent", 30)
            equal(desk.stop(), 0, "exit")
        true(client.unacknowledged(), "the end came while messages were on their way")
        desk.start()
        true(client.send_again(), "the rest is taken after the restart")
        desk.wait_drained()
        equal(judge(client, desk), [], "complaints")


@test("a stale admin socket is replaced, a live one of somebody else is not")
def stale_socket():
    with idle_desk() as desk:
        desk.start()
        desk.kill()
        true(os.path.exists(desk.db + ".sock"), "kill -9 leaves the socket")
        desk.start()
        desk.do("status")


@test("an admin socket that was deleted is made again, its owner's alone; who was waiting at the old one is answered there")
def deleted_socket():
    with idle_desk(FRONTDESK_BRAZE_TIMEOUT_MS="2500") as desk:
        desk.start()
        path = desk.db + ".sock"
        for turn in range(2):
            os.unlink(path)
            eventually(lambda: os.path.exists(path), "another socket", 10)
            equal(oct(stat.S_IMODE(os.stat(path).st_mode)), oct(0o600), "its mode")
            equal(desk.do("status", "--json").json()["daemon"], "running", f"status after {turn + 1}")
        desk.sandbox.fault("take_and_hang", ms=1000000)
        desk.say("ana", "ping 1")
        desk.sandbox.wait_texts("ana", 1)
        with ThreadPoolExecutor() as pool:
            take = pool.submit(desk.act, "take", desk.conversation("ana"))
            eventually(lambda: desk.value("SELECT owner FROM conversation") == "agent", "she has it, and waits for the call's end")
            os.unlink(path)
            eventually(lambda: os.path.exists(path), "another socket", 10)
            equal(take.result()["owner"], "agent", "the answer by the old one")
        desk.do("release", "ana")
        equal(desk.log().count("admin_socket_made_again"), 3, "told")
        equal(desk.stop(), 0, "exit")
        true(not os.path.exists(path), "the newest is removed at the end")


@test("logging never blocks: a full pipe on stderr stops nothing")
def blocked_log():
    with idle_desk(FRONTDESK_LOG="debug") as desk:
        reader, writer = os.pipe()
        desk.process = subprocess.Popen([binary("frontdeskd")], env=desk.env, stderr=writer, stdout=writer)
        os.close(writer)
        desk.wait_ready()
        for number in range(600):
            desk.say(f"user-{number % 6}", f"ping {number}")
        for user in range(6):
            equal(len(desk.sandbox.wait_texts(f"user-{user}", 100, 60)), 100, "replies")
        os.close(reader)
        desk.say("user-0", "ping last")
        desk.sandbox.wait_texts("user-0", 101)
        equal(desk.stop(), 0, "exit")


@test("the ports asked for must be free")
def port_taken():
    with Desk() as desk, idle_desk(sandbox=desk.sandbox) as other:
        code, said = other.try_start(FRONTDESK_LISTEN=f"127.0.0.1:{desk.port}")
        true(code > 0, f"exit {code}")
        contains(said, str(desk.port), "the port is named")


if __name__ == "__main__":
    main()
