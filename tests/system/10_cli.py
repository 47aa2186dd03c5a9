#!/usr/bin/python3
"""The command line: exit codes, --json, hostile text on terminals, chat, and what each noun shows."""
import contextlib
import json
import os
import pty
import pwd
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import web
from desk import Desk, binary
from texts import SHOP
from tap import Skip, contains, equal, eventually, lacks, main, test, true

HOSTILE = "\x1b]52;c;ZXZpbA==\x07 \x1b[2J \x9b31m \rfake \u202egnp.exe \x08\x08 <b>&amp; \x7f end"
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]")


def on_a_terminal(desk, *words, keys=b"", errors=None):
    """What a command shows on a terminal of its own: bytes."""
    leader, follower = pty.openpty()
    process = subprocess.Popen([binary("frontdesk"), *map(str, words)], env={"TERM": "xterm-256color"} | desk.env,
                               stdin=follower, stdout=follower, stderr=errors or follower, start_new_session=True)
    os.close(follower)
    if keys:
        os.write(leader, keys)
    shown, deadline = b"", time.monotonic() + 30
    while time.monotonic() < deadline:
        if not select.select([leader], [], [], 1)[0] and process.poll() is not None:
            break
        try:
            piece = os.read(leader, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    process.wait(10)
    os.close(leader)
    return shown


def lively(desk):
    """A desk with something of everything; names of what can be asked."""
    desk.hears("ana", "ping 1", "pong 1", first_name="Ana")
    desk.hears("bob", "human please", "A colleague is coming.")
    desk.say("eve", HOSTILE, first_name=HOSTILE[:40], profile_name=HOSTILE[:40])
    desk.post(b"nonsense " + HOSTILE.encode())
    desk.wait_drained()


READING = [("status",), ("conversations",), ("transcript", "ana"), ("why", 1), ("rules", "list"),
           ("rules", "try", "ping 1"), ("outbox", "list"), ("outbox", "show", 1), ("webhooks", "list"),
           ("webhooks", "show", 1), ("audit",)]


@test("erase asks on a terminal, says whom it means, and takes nothing but yes; --yes and pipes are not asked")
def erase_asks():
    with Desk() as desk:
        for user in ("ana", "bob", "eve"):
            desk.hears(user, "ping 1", "pong 1", first_name="Ana" if user == "ana" else "", phone_number="+49170111" if user == "ana" else "")
        shown = on_a_terminal(desk, "erase", "ana", keys=b"no\n")
        contains(shown, b"forgets external:ana, contact 1, Ana, +49170111 for good", "whom")
        contains(shown, b"nobody was erased", "no")
        equal(desk.do("export", "ana").json()["contact"]["first_name"], "Ana", "she is there")
        contains(on_a_terminal(desk, "erase", "ana", keys=b"no\n", errors=subprocess.DEVNULL), b"forgets external:ana", "wherever talk goes")
        equal(desk.do("export", "ana").json()["contact"]["first_name"], "Ana", "she is there still")
        contains(on_a_terminal(desk, "erase", "ana", keys=b"yes\n"), b"It is done.", "yes")
        contains(on_a_terminal(desk, "erase", "bob", "--yes"), b"It is done.", "--yes")
        equal(desk.cli("erase", "eve").code, 0, "without a terminal")
        equal(desk.value("SELECT count(*) FROM identity"), 0, "all three are gone")
        contains(on_a_terminal(desk, "erase", "nobody"), b"nobody", "whom nobody knows")


@test("every reading command: exit 0, --json is one object with format 1, the daemon up or down")
def reading():
    with Desk() as desk:
        lively(desk)
        for state in ("up", "down"):
            for words in READING:
                what = f"{' '.join(map(str, words))} while {state}"
                plain = desk.cli(*words)
                equal((plain.code, plain.err), (0, ""), what)
                true(plain.out.strip(), f"{what}: says something")
                parsed = desk.do(*words, "--json").json()
                equal(parsed.get("format"), 1, what)
            if state == "up":
                equal(desk.stop(), 0, "exit")


@test("exit 2 and talk on stderr for usage errors, 3 when nothing is found, 1 when it fails")
def exit_codes():
    with Desk() as desk:
        lively(desk)
        for words in (("frobnicate",), ("outbox", "frobnicate"), ("transcript",), ("why",), ("outbox", "show"),
                      ("transcript", "ana", "--frobnicate"), ("rules",), ("outbox", "retry", "minus")):
            result = desk.cli(*words)
            equal((result.code, result.out), (2, ""), f"{words}: {result}")
            true(result.err.strip(), f"{words}: says what is wrong")
        mixed = subprocess.run([binary("frontdesk"), "transcript", "nobody", "--json"], env=desk.env, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, check=False).stdout.splitlines()
        equal((json.loads(mixed[0])["error"], mixed[1].startswith("frontdesk: "), len(mixed)), (mixed[1][len("frontdesk: "):], True, 2),
              "on one terminal the document stays whole")
        latin = desk.cli("say", "bob", "a\udcf1o")
        equal((latin.code, "no UTF-8" in latin.err), (2, True), f"{latin!r}")
        for words in (("transcript", "nobody"), ("why", 99999), ("why", "nobody"), ("outbox", "show", 99999), ("webhooks", "show", 99999),
                      ("take", "nobody"), ("outbox", "retry", 99999), ("webhooks", "replay", 99999)):
            result = desk.cli(*words)
            equal(result.code, 3, f"{words}: {result}")
            true(result.err.strip(), f"{words}: says so")
        contains(desk.cli("why", 99999).err, "frontdesk transcript CONVERSATION --json tells the numbers", "a command that is whole")
        for path, why in ("/nowhere/lines.txt", "No such file or directory"), (desk.folder, "Is a directory"):
            script = desk.cli("chat", "--script", path)
            equal((script.code, script.err), (1, f"frontdesk: the script {path} cannot be read: {why}\n"), "as of any other command")
        equal(desk.cli("outbox", "retry", 1).code, 1, "retrying what was accepted")
        equal(desk.cli("webhooks", "replay", 1).code, 1, "replaying what was read")
        equal(desk.cli("release", "ana").code, 1, "releasing what nobody took")
        equal(desk.cli("status", env={"FRONTDESK_DB": "/nowhere/desk.db"}).code, 1, "no book")
        lost = desk.cli("rules", "try", "hi", env={"FRONTDESK_DB": "/nowhere/desk.db", "FRONTDESK_RULES": ""})
        equal((lost.code, "--rules DIR" in lost.err), (2, True), f"neither rules nor book: {lost}")
        told = desk.cli("rules", "tell", "--language", "es")
        equal((told.code, "known are en, ko" in told.err), (2, True), f"a language is no slip of another: {told}")


def stranger(desk, path, *words):
    """What frontdesk says to somebody who is not the book's owner; to root itself no file is closed."""
    program = os.path.join(desk.folder, "frontdesk")
    shutil.copy(binary("frontdesk"), program)
    os.chmod(program, 0o755)
    return subprocess.run([program, "--db", path, *(words or ["status"])], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, cwd="/",
                          env={"PATH": os.environ["PATH"]}, user="nobody" if os.geteuid() == 0 else None).stderr


@test("a book that is a folder, no book, or another's: the sentence names what it is, and what to type")
def no_book():
    with Desk(start=False) as desk:
        junk = os.path.join(desk.folder, "junk.db")
        with open(junk, "w", encoding="utf-8") as file:
            file.write("hello\n" * 200)
        for path, sentence in (
                (desk.folder, f"{desk.folder}: this is a folder, and the book is a file"),
                (junk, f"{junk}: this is no database, or its first bytes are damaged"),
                (junk + "x", f"{junk}x: there is no such database")):
            result = desk.cli("status", "--db", path)
            equal((result.code, result.err.count(path)), (1, 1), sentence)
            contains(result.err, sentence + ("; name it with --db FILE or FRONTDESK_DB" if path != junk else "; name the book"), path)
        for words in ("status",), ("take", "ana"), ("backup", junk + "y"):
            contains(desk.cli(*words, "--db", junk + "x").err, ", or start frontdeskd, which makes it", f"{words}: a new desk has none yet")
        if os.geteuid() == 0:
            os.chmod(desk.folder, 0o755)
        shutil.copy(junk, junk + "b")
        os.chmod(junk, 0o600)
        if os.geteuid() == 0:
            for words, done in ((("status",), "read"), (("erase", "ana"), "written"), (("restore", junk + "b"), "written"),
                                (("rules", "load", desk.rules_folder), "written"), (("backup", junk + "y"), "written")):
                contains(stranger(desk, junk, *words), f"it belongs to root, and may not be {done} by others: runuser -u root -- frontdesk",
                         f"another's: {words}")
            shutil.chown(junk, "nobody")
        os.chmod(junk, 0o400)
        contains(stranger(desk, junk, "erase", "ana"), f"{junk}: it is yours, but its mode does not let it be written: chmod 600 {junk}", "her own")


@test("conversations: a name that never was is told once each of those that were")
def known_names():
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        said = desk.cli("conversations", "--channel", "pigeon").err
        equal(sorted(said.rpartition("known are ")[2].strip().split(", ")), ["sms", "whatsapp"], said)


@test("webhooks list: a long body is cut between two letters, and a mark says so")
def long_body():
    with Desk() as desk:
        for pad in range(3):
            desk.post(json.dumps({"user_id": "ana" + "x" * pad, "message": "가" * 100, "dispatch_id": f"d{pad}"}, ensure_ascii=False))
        for row in desk.do("webhooks", "list", "--json").json()["webhooks"]:
            true(row["body"].endswith("가…") and "\ufffd" not in row["body"], row["body"][-5:])


@test("help: the bare program and --help name the nouns, --json has it and the version; unambiguous prefixes are enough")
def helps():
    with Desk() as desk:
        lively(desk)
        whole = desk.cli("--help")
        equal(whole.code, 0, "--help")
        for noun in ("status", "conversations", "transcript", "why", "chat", "rules", "outbox", "webhooks", "take", "audit"):
            contains(whole.out, noun, "--help")
        equal(desk.cli().code, 2, "no words at all")
        wordless = desk.cli("--json")
        equal((wordless.code, wordless.json()["format"]), (2, 1), "for programs, no words at all")
        contains(wordless.json()["error"], "frontdesk --help", "what helps")
        contains(wordless.err, "no command", "for people, on stderr")
        equal(desk.do("trans", "ana").out, desk.do("transcript", "ana").out, "a prefix")
        equal(desk.do("o", "l").out, desk.do("outbox", "list").out, "two prefixes")
        ambiguous = desk.cli("ru", "l")
        equal(ambiguous.code, 2, "load or list?")
        contains(ambiguous.err, "load", "what could follow")
        version = desk.do("--version", "--json").json()
        equal((version["format"], desk.do("--version").out), (1, f"frontdesk {version['version']}\n"), "for programs, the version")
        for name in ("frontdeskd", "frontdesk-sandbox"):
            told = subprocess.run([binary(name), "--version"], capture_output=True, text=True, check=False)
            equal((told.returncode, told.stdout), (0, f"{name} {version['version']}\n"), "of the other programs")
        slip = subprocess.run([binary("frontdesk-sandbox"), "--port", "9"], capture_output=True, text=True, check=False)
        equal((slip.returncode, slip.stderr.splitlines()[:1]),
              (2, ["frontdesk-sandbox: There is no option --port; did you mean --port-file?"]), "the beginning of an option is none")
        for words in (["--help"], ["help", "outbox"], ["outbox", "list", "--help"]):
            told = desk.do(*words, "--json").json()
            equal((told["format"], told["help"]), (1, desk.do(*words).out), f"for programs, {words}")


@test("hostile text reaches no terminal and no JSON raw")
def hostile():
    with Desk() as desk:
        lively(desk)
        number = desk.value("SELECT id FROM message WHERE text LIKE '%end%'")
        asked = [("transcript", "eve"), ("why", number), ("conversations",), ("webhooks", "list"), ("webhooks", "show", 4),
                 ("webhooks", "show", 3), ("status",)]
        for words in asked:
            shown = on_a_terminal(desk, *words).decode("utf-8", "replace")
            colour = re.sub("\x1b\\[[0-9;]*[mK]", "", shown).replace("\r\n", "\n")
            equal(RAW.findall(colour), [], f"{words} on a terminal: {shown!r}")
            lacks(shown, "\x1b]", f"{words} on a terminal")
            lacks(shown, "\x1b[2J", f"{words} on a terminal")
            piped = desk.do(*words, "--json").out
            equal(RAW.findall(piped.replace("\n", "")), [], f"{words} --json")
            json.loads(piped)
        kept = json.loads(desk.do("transcript", "eve", "--json").out)
        contains(json.dumps(kept), "fake", "the text itself is all there")


@test("no colour without a terminal, nor with NO_COLOR or TERM=dumb")
def colour():
    with Desk() as desk:
        lively(desk)
        lacks(desk.do("transcript", "ana").out, "\x1b", "a pipe")
        contains(on_a_terminal(desk, "transcript", "ana"), b"\x1b[3", "on a terminal that has them")
        plain = dict(desk.env)
        for name, value in (("TERM", "dumb"), ("TERM", ""), ("NO_COLOR", "1")):
            desk.env = plain | {name: value}
            lacks(on_a_terminal(desk, "transcript", "ana"), b"\x1b[", f"{name}={value}")


@test("why and rules try tell the winner, the words, every rule before it, and what followed")
def why():
    with Desk() as desk:
        number = desk.say("ana", "Hello, PING 7!")
        desk.wait_drained()
        told = desk.do("why", number).out
        for piece in ("echo", "PING 7", "opt-out", "no match", "pong 7", "accepted"):
            contains(told, piece, "why")
        parsed = json.dumps(desk.do("why", number, "--json").json())
        for piece in ("echo", "PING 7", "ruleset"):
            contains(parsed, piece, "why --json")
        told = desk.do("rules", "try", "Hello, PING 7!").out
        for piece in ("echo", "PING 7", "opt-out", "no match"):
            contains(told, piece, "rules try")


@test("transcript: the exchange in order, by user and by conversation; --csv defuses formulas")
def transcript():
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        desk.do("say", "ana", "Mia here")
        desk.say("ana", "=HYPERLINK(\"http://evil\")")
        told = desk.do("transcript", "ana").out
        places = [told.index(piece) for piece in ("ping 1", "pong 1", "Mia here", "HYPERLINK")]
        equal(places, sorted(places), "order")
        equal(desk.do("transcript", desk.conversation("ana")).out, told, "by number")
        csv = desk.cli("transcript", "ana", "--csv")
        equal(csv.code, 0, "--csv")
        contains(csv.out, "'=HYPERLINK", "a formula is text")


@test("outbox drop and retry, with the ledger")
def outbox():
    with Desk() as desk:
        desk.sandbox.stop()
        desk.say("ana", "ping 1")
        desk.say("ana", "ping 2")
        ids = [row["id"] for row in desk.outbox("ana")]
        desk.do("outbox", "drop", ids[1])
        equal(desk.outbox("ana")[1]["state"], "dead", "dropped")
        desk.sandbox.start()
        desk.sandbox.wait_texts("ana", 1, 30)
        desk.wait_drained()
        equal(desk.sandbox.texts("ana"), ["pong 1"], "only the first")
        desk.do("outbox", "retry", ids[1])
        equal(desk.sandbox.wait_texts("ana", 2), ["pong 1", "pong 2"], "after retry")
        kinds = {row["kind"] for row in desk.rows("SELECT kind FROM event")}
        true({"drop", "retry"} <= kinds, f"ledger: {kinds}")
        desk.do("audit")


@test("--language: chat and rules try speak as a customer of that language; what is none is refused")
def language():
    rules = SHOP + "INSERT INTO phrase (name, language, text) VALUES ('bye', 'en', 'Goodbye!'), ('bye', 'ko', '안녕히 가세요!');\n" \
        "INSERT INTO rule (name, words, say) VALUES ('bye', 'bye', '{{ phrase.bye }}');\n" \
        "INSERT INTO service (name, url) VALUES ('stock', 'https://stock.example.com/{{ isbn }}');\n" \
        "INSERT INTO flow (name) VALUES ('stock');\n" \
        "INSERT INTO step (name, action, target) VALUES ('stock.look', 'call', 'stock');\n" \
        "INSERT INTO rule (name, pattern, action, target) VALUES ('stock', 'isbn (?<isbn>\\d+)', 'flow', 'stock');\n"
    with Desk(rules) as desk:
        for tag, words in (("ko", "안녕히 가세요!"), ("en-GB", "Goodbye!"), ("ko_KR", "안녕히 가세요!")):
            contains(desk.do("rules", "try", "--language", tag, "bye").out, words, f"try, {tag}")
            contains(desk.do("chat", "--as", "zoe" + tag, "--language", tag, "--script", "-", input="bye\n").out, words, f"chat, {tag}")
        for command in (("rules", "try", "bye"), ("chat", "--script", "-")):
            refused = desk.cli(*command, "--language", "Korean!", input="bye\n")
            equal((refused.code, "as in ko or pt-BR" in refused.err), (2, True), f"{refused!r}")
        contains(desk.do("rules", "try", "isbn 7").out, "outcome          waits", "a service is asked first")


@test("chat --script plays a conversation through the real webhook and shows both sides")
def chat():
    with Desk() as desk:
        script = os.path.join(desk.folder, "script.txt")
        with open(script, "w", encoding="utf-8") as file:
            file.write("ping 1\nwhen are you open?\nI want a human\n")
        played = desk.do("chat", "--as", "zoe", "--script", script)
        for piece in ("ping 1", "pong 1", "We are open until six.", "A colleague is coming."):
            contains(played.out, piece, "the play")
        equal(desk.sandbox.texts("zoe"), ["pong 1", "We are open until six.", "A colleague is coming."], "really sent")


@test("chat on a terminal and by a pipe; it refuses a Braze that is not on loopback")
def chat_live():
    with Desk() as desk:
        piped = desk.cli("chat", "--as", "zoe", input="ping 5\n")
        equal(piped.code, 0, f"by a pipe: {piped}")
        contains(piped.out, "pong 5", "by a pipe")
        silent = desk.cli("chat", "--as", "bob", input="human please\nhello?\n")
        contains(silent.out, "a person has this conversation; frontdesk release bob gives it back", "and how it goes on")
        desk.do("release", "bob")
        asked = desk.cli("chat", "--as", "zoe", input="ping 8\n", env={"FRONTDESK_LISTEN": ""})
        contains(asked.out, "pong 8", "the daemon itself tells where it listens: a flag of its may have said so")
        shown = on_a_terminal(desk, "chat", "--as", "kim", keys=b"ping 6\n\x04")
        true(desk.sandbox.texts("kim") == ["pong 6"], f"on a terminal: {shown!r}")
        refused = desk.cli("chat", input="hi\n", env={"BRAZE_REST_URL": "https://rest.iad-01.braze.com"})
        equal(refused.code, 1, f"a real Braze: {refused}")


@test("the admin socket answers its owner only, and knows no other paths; numbers have a door of their own where one is set")
def admin_socket():
    port = web.free_port()
    with Desk(FRONTDESK_METRICS=f"127.0.0.1:{port}") as desk:
        path = desk.db + ".sock"
        equal(web.call_unix(path, "GET", "/no/such/path").status, 404, "an unknown path")
        equal(web.call_unix(path, "POST", "/v1/inbound", b"{}").status, 404, "no webhooks here")
        metrics = web.call_unix(path, "GET", "/metrics")
        equal(metrics.status, 200, "/metrics")
        contains(metrics.body.decode(), "# TYPE", "/metrics")
        equal(web.call(desk.port, "GET", "/metrics").status, 404, "not in public")
        equal(web.call(port, "GET", "/metrics").status, 200, "at FRONTDESK_METRICS")
        equal(web.call(port, "POST", "/v1/inbound").status, 404, "and nothing else there")

        def counted():
            lines = web.call(port, "GET", "/metrics").body.decode().splitlines()
            numbers = dict(line.split(" ") for line in lines if line[0] != "#")
            return [int(numbers[f"frontdesk_http_{name}_total"]) for name in ("requests", "large", "malformed")]

        before = counted()
        equal(desk.post(b"x" * 300_000).status, 413, "a body that is too large")
        equal([there - here for here, there in zip(before, counted())], [1, 1, 0], "what came to the public door, and was refused")


@test("an act reaches the daemon of the book that was read, and no other, whatever socket is named")
def other_book():
    with Desk() as ours, Desk() as theirs:
        ours.hears("bob", "ping 1", "pong 1")
        theirs.hears("ana", "ping 1", "pong 1")
        mixed = {"FRONTDESK_ADMIN": theirs.db + ".sock"}
        new = os.path.join(ours.folder, "new.db")
        ours.do("say", "bob", "for bob alone", env=mixed)
        equal(ours.sandbox.wait_texts("bob", 2), ["pong 1", "for bob alone"], "the daemon of our book did it")
        ours.do("take", "bob", "--db", os.path.join(ours.folder, ".", "desk.db"), env=mixed)
        ours.do("rules", "load", env=mixed | {"FRONTDESK_DB": new})
        equal(ours.rows("SELECT max(id) AS n FROM ruleset", path=new), [{"n": 1}], "a book that was not there is no other daemon's")
        equal(ours.stop(), 0, "exit")
        ours.do("say", "bob", "and for bob", env=mixed)
        true([need for need in ours.do("status", "--json", env=mixed).json()["needs"] if need["kind"] == "daemon"], "not ours that runs")
        ours.start()
        equal(ours.sandbox.wait_texts("bob", 3)[2:], ["and for bob"], "without a daemon of ours it is done here")
        equal((theirs.sandbox.texts("ana"), theirs.value("SELECT owner FROM conversation"), theirs.value("SELECT max(id) FROM ruleset")),
              (["pong 1"], "bot", 1), "nothing has happened to the other desk")


@test("of a number that is a conversation's or message's and another customer's id an act asks which, and a look tells; hints say it")
def number_or_customer():
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        desk.hears("bob", "a human please", "A colleague is coming.")
        desk.hears("2", "ping 3", "pong 3")
        desk.hears("0003", "ping 4", "pong 4")
        for words in (("say", "2", "for whom?"), ("take", "2"), ("note", "2", "x"), ("close", "2"), ("release", "2")):
            result = desk.cli(*words)
            equal((result.code, result.err), (1, "frontdesk: 2 is a conversation's number and another customer's id, and nothing was "
                                              "done: say which of conversation:2, external:2\n"), f"{words}")
        for words, what in ((("transcript",), "conversation"), (("profile",), "conversation"), (("why",), "message")):
            contains(desk.do(*words, "2").out, f"This is {what} 2. The customer with the id 2 is external:2.", f"{words} 2 tells whose it is")
            for typed in ("1", "bob", "external:2", "3"):
                lacks(desk.do(*words, typed).out, "The customer with the id", f"{words} {typed} means one alone")
        contains(desk.do("transcript", "2", "--json").json()["notes"][0]["text"], "external:2", "programs are told, too")
        equal(desk.cli("transcript", "2", "--as-talk").code, 1, "in a rule file there is no place to tell")
        hints = desk.do("queue", "--json").json()["queue"][0]["next"], desk.do("status", "--json").json()["needs"][0]["remedy"]
        contains(desk.cli("say", "0003", "for whom?").err, "say which of conversation:0003, external:0003", "an id with zeros in front")
        for command in ("transcript", "why"):
            contains(desk.do(command, "0003").out, "The customer with the id 0003 is external:0003.", f"and {command} tells of her")
            lacks(desk.do(command, "002").out, "The customer with the id", f"{command}: nobody has the id 002")
        equal(hints, ("frontdesk take conversation:2",) * 2, "what may be typed as it stands")
        contains(desk.do("take", "conversation:2").out, "frontdesk say conversation:2 ", "what comes next")
        desk.do("say", "conversation:2", "for bob")
        desk.do("say", "external:2", "for the customer 2")
        equal((desk.sandbox.wait_texts("bob", 2)[1:], desk.sandbox.wait_texts("2", 2)[1:]), (["for bob"], ["for the customer 2"]), "told")
        desk.do("take", "1")


@test("two who act at once: one take is enough, both are told the truth")
def double_take():
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        first = subprocess.Popen([binary("frontdesk"), "take", "ana"], env=desk.env, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        second = desk.cli("take", "ana")
        true(second.code in (0, 1) and first.wait(20) in (0, 1), f"{second}")
        equal(desk.value("SELECT owner FROM conversation"), "agent", "taken")
        eventually(lambda: desk.do("audit"), "audit")


def own_login():
    with contextlib.suppress(OSError, KeyError, OverflowError):  # a kernel that keeps none, nobody, or nobody known here
        with open("/proc/self/loginuid", encoding="ascii") as login:
            return pwd.getpwuid(int(login.read())).pw_name
    return pwd.getpwuid(os.getuid()).pw_name


def logged_in_as(uid, *command):
    """As pam_loginuid leaves a session behind, whoever one becomes in it."""
    return ["sh", "-c", 'echo "$0" > /proc/self/loginuid && exec "$@"', str(uid), *command]


@test("who acts is who has logged in, also where all act as the daemon's user: the second who takes is told who has it")
def colleagues():
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        desk.do("take", "ana", env={"SUDO_USER": "daemon"})
        desk.do("take", "ana", env={"SUDO_USER": "daemon"})
        second = desk.cli("take", "ana", env={"SUDO_USER": "bin"})
        equal((second.code, second.err), (1, "frontdesk: conversation 1 is with cli daemon; release it first\n"), "the second")
        spoken = desk.cli("say", "ana", "Me too", env={"SUDO_USER": "bin"})
        equal((spoken.code, spoken.err), (second.code, second.err), "nor does the second speak over the first")
        desk.do("say", "ana", "Hello", env={"SUDO_USER": "daemon"})
        equal(desk.sandbox.wait_texts("ana", 2), ["pong 1", "Hello"], "who has it speaks")
        desk.do("release", "ana", env={"SUDO_USER": "bin"})
        equal([(row["kind"], row["actor"]) for row in desk.rows("SELECT kind, actor FROM event WHERE actor LIKE 'cli %'")],
              [("take", "cli daemon"), ("say", "cli daemon"), ("release", "cli bin")], "the ledger")
        for name in ("", "nobody of that name", "x\x1b[31m"):
            desk.do("note", "ana", "hm", env={"SUDO_USER": name})
        equal({row["actor"] for row in desk.rows("SELECT actor FROM message WHERE kind = 'note'")}, {f"cli {own_login()}"}, "nobody's name")


@test("who has logged in is the kernel's word, where sudo says nothing, or root")
def kernel_login():
    if subprocess.run(logged_in_as(1, "true"), stderr=subprocess.DEVNULL, check=False).returncode != 0:
        raise Skip("this kernel, or this user, sets no login")
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        for text, sudo in ("without", {}), ("root's own", {"SUDO_USER": "root"}):
            subprocess.run(logged_in_as(1, binary("frontdesk"), "note", "ana", text), env=desk.env | sudo, check=True,
                           stdout=subprocess.DEVNULL)
        equal([row["actor"] for row in desk.rows("SELECT actor FROM message WHERE kind = 'note'")],
              [f"cli {pwd.getpwuid(1).pw_name}"] * 2, "who it was")


@test("those who act at once while no daemon runs do so one after the other")
def one_after_the_other():
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        desk.stop()
        several = [subprocess.Popen([binary("frontdesk"), "note", "ana", f"note {number}"], env=desk.env, stdout=subprocess.DEVNULL,
                                    stderr=subprocess.PIPE, text=True) for number in range(5)]
        equal([(process.communicate()[1], process.returncode) for process in several], [("", 0)] * 5, "each is done")
        equal(desk.value("SELECT count(*) FROM message WHERE kind = 'note'"), 5, "and written down")


@test("transcript: why an answer did not go stands under it, on a terminal within its width, elsewhere whole")
def long_reason():
    with Desk() as desk:
        equal(desk.post({"user_id": "ana", "message": "ping 1"}, channel="telepathy").status, 202, "taken")
        eventually(lambda: [row["state"] for row in desk.outbox("ana")] == ["held"], "held")
        reason = "echo · held: " + desk.outbox("ana")[0]["reason"]
        contains(desk.do("transcript", "ana").out, " " + reason + "\n", "in a pipe")
        lines = re.sub("\x1b\\[[0-9;]*m", "", on_a_terminal(desk, "transcript", "ana").decode()).splitlines()
        equal([line for line in lines if len(line) > 80], [], "on a terminal of 80 columns")
        contains(" ".join(line.strip() for line in lines), reason, "all of it")


@test("one of a kind is told as one")
def singular():
    with Desk("INSERT INTO rule (name, words, say) VALUES ('hours', 'open', 'At ten.');", start=False) as desk:
        desk.do("rules", "load")
        contains(desk.do("rules", "check", "--cost").out, "1 rule, 1 literal, 0 rules without.", "what is looked at")
        told = desk.cli("doctor").out
        for words in "would load: 1 rule\n", "is in force, with 1 rule\n":
            contains(told, words, "doctor")


FLOW = """
INSERT INTO flow (name, title) VALUES ('table', 'your booking');
INSERT INTO step (name, say, ask) VALUES ('table.people', 'How "many"?', 'number');
INSERT INTO step (name, say) VALUES ('table.done', 'Done, {{ people }}.');
INSERT INTO rule (name, words, action, target) VALUES ('book', 'a table', 'flow', 'table');
"""


@test("a frozen daemon is waited for with a word on the terminal and not for ever; what then helps is named, by status as well")
def frozen():
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        desk.process.send_signal(signal.SIGSTOP)
        with ThreadPoolExecutor() as pool:
            watched = pool.submit(on_a_terminal, desk, "take", "ana")
            load = pool.submit(desk.cli, "rules", "load", within=30)
            status = pool.submit(desk.cli, "status", "--json")
            live = pool.submit(desk.cli, "doctor", "--live")
            chat = pool.submit(desk.cli, "chat", input="hello\n", env={"FRONTDESK_LISTEN": "127.0.0.1:8080"})
            shown, load, status, live = watched.result().decode(), load.result(), status.result(), live.result()
            chat = chat.result()
        desk.process.send_signal(signal.SIGCONT)
        true(0 < shown.find("waiting for the daemon") < shown.find("is frozen"), f"on a terminal: {shown!r}")
        equal((load.code, load.out, "waiting" in load.err), (1, "", False), "elsewhere there is no line that comes and goes")
        for word in (desk.db + ".sock is frozen", "may still be done", "start it again", "look before you try again"):
            contains(load.err, word, "what it may mean, and what helps")
        equal((live.code, "the daemon is frozen: " in live.err), (1, True), f"doctor --live: {live}")
        equal((chat.code, "listens" in chat.err), (1, False), f"chat: {chat}")
        contains(chat.err, desk.db + ".sock is frozen", "chat, whose daemon has another address than the default")
        needs = [(row["kind"], "is frozen" in row["text"]) for row in status.json()["needs"]]
        equal((status.json()["daemon"], needs[0]), ("frozen", ("daemon", True)), "status")
        desk.hears("bob", "ping 2", "pong 2")


@test("rules draw: DOT in a pipe, lines on a terminal, both as JSON; rules list and tell know the flow")
def draws():
    with Desk(rules=SHOP + FLOW) as desk:
        dot = desk.do("rules", "draw", "table").out
        equal(dot.splitlines()[0], 'digraph "table" {', "the first line of DOT")
        contains(dot, 'label="people\\nHow \\"many\\"?\\n? number"', "a quote stays inside")
        shown = on_a_terminal(desk, "rules", "draw", "table").decode()
        contains(shown, "ask number: “How \"many\"?”", "on a terminal")
        lacks(shown, "digraph", "on a terminal")
        contains(on_a_terminal(desk, "rules", "draw", "table", "--dot").decode(), "digraph", "--dot on a terminal")
        both = desk.do("rules", "draw", "table", "--json").json()
        equal((both["dot"], both["paragraphs"][1]["heading"]), (dot, "people"), "--json")
        unknown = desk.cli("rules", "draw", "tabel")
        equal((unknown.code, "did you mean 'table'?" in unknown.err), (3, True), f"a flow that is not there: {unknown}")
        flows = desk.do("rules", "list", "--json").json()["flows"]
        equal([(flow["flow"], flow["title"], flow["steps"], flow["started_by"]) for flow in flows],
              [("table", "your booking", 2, "book")], "rules list")
        contains(desk.do("rules", "tell").out, "the dialogue “table” begins", "rules tell")


if __name__ == "__main__":
    main(lanes=2)
