#!/usr/bin/python3
"""README and the two pages it leads to: what they print works. Rules load, commands exist, templates survive what customers type."""
import contextlib
import fcntl
import glob
import json
import os
import pty
import re
import select
import shlex
import sqlite3
import struct
import subprocess
import sys
import tempfile
import termios
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
from desk import Desk, binary
from sandbox import ROOT
from tap import PATIENCE, contains, equal, main, test, true

TAG = re.compile(r"\{\{.*?\}\}+")


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


PAGES = ("README.md", "rules/README.md", "src/README.md")
BOOK = read("rules", "README.md")  # how rules are written
README = "".join(map(read, PAGES))


def blocks(language):
    """The fenced blocks of a language, without the indentation of the list they stand in."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", README, re.MULTILINE | re.DOTALL)
    true(found, f"README has a block of {language}")
    return [re.sub(rf"^{indent}", "", text, flags=re.MULTILINE) for indent, text in found]


# Rules ------------------------------------------------------------------------------------------------------------
#
# rules/README.md is one shop. Its blocks of `sql`, in order, are the files of a folder called rules, and
# the folder must load after each of them. A block of `console` is run in the folder above with the blocks before it:
# a line that begins with `$ ` is a command, and what follows is what it prints, to the letter; a line of `…` stands for
# any further lines. In a `chat` the lines behind `you ›` are typed. A block of `console broken` begins with SQL
# that is one more file for this block alone. `REWRITE=1` puts what is printed today into the page, keeping the `…`.
# A block of `sql row` holds a backend that a reader may paste in place of the one whose name it has.

CAMPAIGN = "0b1f6c52-3a74-4a0e-8d13-5c9e27f4b6a1"  # of the chapter; the sandbox knows another
AI_KEY = "AKIDCANARY:secret-canary-4711"  # with a colon, so that it is Bedrock's as well
ASSISTANT = re.compile(r"INSERT INTO backend \(([^)]*)\)\s*VALUES\s*\(\s*'assistant',.*?\);\n", re.DOTALL)


def chapter():
    """The blocks of the page on rules, in order: (kind, text)."""
    return re.findall(r"^```(sql|console|console broken)\n(.*?)^```$", BOOK, re.MULTILINE | re.DOTALL)


def shops():
    """Each block with the files of the shop so far."""
    files = {}
    for kind, text in chapter():
        if kind == "sql":
            files = files | {f"{len(files) + 1:02}-readme.sql": text}
        yield kind, text, files


def typed(output):
    return "".join(line.removeprefix("you › ") + "\n" for line in output.splitlines() if line.startswith("you › "))


def printed(desk, command, output):
    """What a command of the chapter prints, without the blank lines at its edges."""
    words = shlex.split(command.removeprefix("$ frontdesk "))
    is_chat = words[0] == "chat"
    if is_chat:
        desk.do("rules", "load", desk.rules_folder)
        words += ["--script", "-"]
    done = subprocess.run([binary("frontdesk"), *words], env=desk.env, cwd=desk.folder, text=True, encoding="utf-8",
                          input=typed(output) if is_chat else "", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=60, check=False)
    return "\n".join(line.rstrip() for line in done.stdout.strip("\n").splitlines())


def agrees(got, shown):
    """Are the shown lines what was printed? A line of … is any number of lines."""
    pieces = ["\n".join(piece) for piece in split_at(shown.strip("\n").splitlines(), "…")]
    return re.fullmatch(r"(?:\n|.)*".join(map(re.escape, pieces)), got + ("\n" if shown.endswith("\n…\n") else ""))


def split_at(lines, mark):
    pieces = [[]]
    for line in lines:
        if line == mark:
            pieces[-1] += [""] if pieces[-1] else []
            pieces.append([])
        else:
            pieces[-1].append(line)
    return pieces


def rewritten(got, shown):
    """The lines of today, cut as the shown ones are: a … at their end cuts at as many lines."""
    lines, old = got.splitlines(), shown.strip("\n").splitlines()
    return "\n".join(lines[:len(old) - 1] + ["…"] if old and old[-1] == "…" else lines) + "\n"


def rewrite(old, new):
    global BOOK
    BOOK = BOOK.replace(old, new, 1)
    with open(os.path.join(ROOT, "rules", "README.md"), "w", encoding="utf-8") as file:
        file.write(BOOK)


def parts(kind, text):
    """The SQL at the head of a broken block, the command, and its output."""
    head, dollar, rest = text.partition("$ ")
    command, _, output = (dollar + rest).partition("\n")
    true((kind == "console broken") == bool(head), "SQL stands in broken blocks only")
    return head, command, output


@test("each sql block of the chapter on rules loads, with those before it; all of them without a warning")
def rules():
    seen = [files for kind, _, files in shops() if kind == "sql"]
    equal(len(seen), len(blocks("sql")), "the SQL stands in this page")
    true(len(seen) >= 10, f"{len(seen)} blocks")
    with Desk(start=False) as desk:
        for files in seen:
            desk.write_rules(files)
            result = desk.do("rules", "check", desk.rules_folder)
            contains(result.out + result.err, "All is well" if files is seen[-1] else "examples", list(files)[-1])
        desk.do("rules", "check", "--strict", desk.rules_folder)


@test("the shop needs its blocks: without the rules the examples fail")
def rules_prove():
    *_, (_, _, files) = shops()
    with Desk(start=False) as desk:
        for name, text in files.items():
            if "INSERT INTO rule (" in text and "rule_example" not in text:
                desk.write_rules({other: files[other] for other in files if other != name})
                equal(desk.cli("rules", "check", desk.rules_folder).code, 1, f"without {name}")


@test("each command that the chapter on rules shows prints what is shown")
def shown():
    with Desk() as desk:
        for kind, text, files in shops():
            if kind == "sql":
                continue
            head, command, output = parts(kind, text)
            files = {name: part.replace(CAMPAIGN, texts.REPLY) for name, part in files.items()}
            desk.write_rules(files | ({"99-broken.sql": head} if head else {}))
            got = printed(desk, command, output)
            if os.environ.get("REWRITE"):
                rewrite(f"```{kind}\n{text}```", f"```{kind}\n{head}{command}\n{rewritten(got, output)}```")
            else:
                true(agrees(got, output), f"{command}\nshown:\n{output}\nprinted:\n{got}")


def pasted(row):
    """The whole shop with that row in the place of its assistant's."""
    *_, (_, _, files) = shops()
    place, = [name for name, text in files.items() if ASSISTANT.search(text)]
    return files | {place: ASSISTANT.sub("", files[place]) + row}


def played(row, url):
    """The row, its vendor being the sandbox at that url: the host is another, and all else as README has it."""
    columns = ASSISTANT.search(row).group(1)
    book = sqlite3.connect(":memory:")
    book.executescript(f"CREATE TABLE setting (name, value); CREATE TABLE backend ({columns}); {row}")
    book.row_factory = sqlite3.Row
    backend = dict(book.execute("SELECT * FROM backend").fetchone())
    book.close()
    own = {"openai": "/v1"}.get(backend["kind"], "")
    path = "/ai/http" if backend["kind"] == "http" else urllib.parse.urlsplit(backend.get("url") or "https://x" + own).path
    backend |= {"url": url + path, "settle_ms": 0}
    if backend["kind"] == "openai":
        backend.setdefault("key_env", "OPENAI_API_KEY")  # a model of one's own asks for none; the sandbox does
    quoted = ", ".join("'" + str(value).replace("'", "''") + "'" for value in backend.values())
    return (f"INSERT INTO setting (name, value) VALUES ('allow_local_backends', 'yes');\n"
            f"INSERT INTO backend ({', '.join(backend)}) VALUES ({quoted});\n"), backend


def assistants():
    rows = re.findall(r"^```sql row\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    true(len(rows) >= 9, f"{len(rows)} rows to paste")
    return [ASSISTANT.search(text).group() for text in blocks("sql") if ASSISTANT.search(text)] + rows


@test("each row of a backend loads in its place, whether its key is there or not, without a warning")
def rows_load():
    with Desk(start=False) as desk:
        for row in assistants():
            desk.write_rules(pasted(row))
            desk.do("rules", "check", "--strict", desk.rules_folder)


@test("each row of a backend reaches its vendor, as the sandbox plays it, and the answer reaches the customer")
def rows_answer():
    rows = assistants()
    keys = {name: AI_KEY for row in rows for name in re.findall(r"'(\w+_KEY)'", row)}
    with Desk(start=False, **keys) as desk:
        desk.sandbox.options = ("--ai-key", AI_KEY)
        desk.sandbox.start()
        for number, row in enumerate(rows):
            row, backend = played(row, desk.sandbox.url)
            desk.write_rules({name: text.replace(CAMPAIGN, texts.REPLY) for name, text in pasted(row).items()})
            desk.start() if number == 0 else desk.do("rules", "load", desk.rules_folder)
            user, text = f"reader-{number}", "Can you recommend something thin?"
            desk.say(user, text, first_name="Ana")
            contains(desk.sandbox.wait_texts(user, 1)[0], f'You said: "{text}"', backend["url"])
            asked = desk.sandbox.asked()
            equal((len(asked), asked[-1]["vendor"]), (number + 1, backend["kind"]), backend["url"])


@test("each frontdesk command that README prints exists")
def commands():
    lines = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("frontdesk ")]
    true(len(lines) > 10, "README prints commands")
    with Desk(start=False) as desk:
        for line in lines:
            words = re.findall(r"'[^']*'|\S+", line.partition("  #")[0])[1:]
            nouns = [word for word in words[:2] if re.fullmatch("[a-z]+", word) and word != "ana"]
            help_text = desk.do(*nouns, "--help").out
            contains(help_text, "frontdesk " + " ".join(nouns), line)
            for option in [word for word in words if word.startswith("--") and word != "--owner"]:
                contains(help_text, option, line)


# Templates ---------------------------------------------------------------------------------------------------------

TEXTS = ["hi", 'say "hi", she said', "C:\\new\\table", "it ends in a backslash \\", "it ends in a quote \"",
         "one\ntwo\r\nthree", "a\ttab", 'x","user_id":"victim', 'x","user_id":"victim","message":"y',
         '"}', '"}\n', "{{ ${user_id} }} {% raw %}",
         "50% & more = 6 + é", "\\\"", "\\n is no line break",
         "영업시간이 어떻게 되나요? 👩‍👩‍👧", "</script><b>'", "\u2028\u2029", "null", ""]


def escape_all(text):
    """json_escape as JSON has it."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def escape_two(text):
    """json_escape as Braze describes it: quotes and backslashes, and no word about line breaks."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def url_param_escape(text):
    return urllib.parse.quote(text, safe="")


def render(template, values, escape):
    """The template with its tags replaced. A tag that is not known fails: it would have been left out silently."""
    def fill(match):
        source, *filters = [part.strip() for part in match.group()[2:-2].split("|")]
        if source == "'now'":
            return "1790000000"
        value = values[re.fullmatch(r"(?:\w+\.)?\$\{(\w+)\}", source).group(1)]
        if "json_escape" in filters or "url_param_escape" in filters:
            return escape(value)
        true(re.fullmatch("[A-Za-z0-9-]*", value), f"{match.group()} lets any text through")
        return value
    return TAG.sub(fill, template)


def values(text, number):
    return {"user_id": "ana", "braze_id": "5f3c", "phone_number": "+821012345678", "dispatch_id": f"d-{number}", 
            "api_id": "camp-1",
            "first_name": 'A"n\\a', "language": "ko", "time_zone": "Asia/Seoul", "inbound_profile_name": '"A",na\\',
            "inbound_media_urls": "https://a.example/1.jpg,https://a.example/2.jpg", "inbound_message_body": text}


def newest(desk):
    return desk.rows("SELECT m.*, i.value AS who, c.channel, p.first_name, p.language FROM message m"
                     " JOIN conversation c ON c.id = m.conversation JOIN contact p ON p.id = c.contact"
                     " JOIN identity i ON i.contact = p.id AND i.kind = 'external'"
                     " WHERE m.kind = 'in' ORDER BY m.id DESC LIMIT 1")[0]


def send(desk, template, number, text, escape, channel="whatsapp", kind="application/json"):
    body = render(template, values(text, number), escape)
    answer = desk.post(body, channel=channel, X_Frontdesk_User="ana", Content_Type=kind)
    equal((answer.status, answer.json()["status"]), (202, "accepted"), repr(text))
    row = newest(desk)
    equal((row["text"], row["who"], row["channel"]), (text, "ana", channel), repr(text))
    equal(desk.rows("SELECT 1 FROM identity WHERE value = 'victim'"), [], "nobody passes for somebody else")
    return row


@test("the JSON template, whatever json_escape does with line breaks: text and fields arrive as they were typed")
def json_template():
    template, = blocks("json")
    with Desk() as desk:
        for number, text in enumerate(TEXTS):
            for escape in (escape_all, escape_two):
                row = send(desk, template, f"{escape.__name__}-{number}", text, escape)
                equal(row["campaign"], "camp-1", "campaign")
                equal(row["sent_at"], 1790000000000, "sent_at")
                equal(json.loads(row["media"]), ["https://a.example/1.jpg", "https://a.example/2.jpg"], "media")
                equal((row["first_name"], row["language"]), ('A"n\\a', "ko"), "the contact")
        again = desk.post(render(template, values("hi", "escape_all-0"), escape_all), X_Frontdesk_User="ana")
        equal(again.status, 200, "dispatch_id is the key for duplicates")


@test("a newcomer's template is full of empty values: known by phone")
def newcomer():
    template, = blocks("json")
    known = {"phone_number": "+821055555555", "inbound_message_body": "ping 1", "dispatch_id": "d-1"}
    empty = dict.fromkeys(values("", ""), "") | known
    with Desk() as desk:
        equal(desk.post(render(template, empty, escape_all), X_Frontdesk_User="").status, 202, "taken")
        equal(desk.sandbox.wait_texts("+821055555555", 1), ["pong 1"], "answered")


@test("the SMS variant, as the sentence under the template makes it")
def sms_template():
    template, = blocks("json")
    template = "\n".join(line.replace("whats_app.", "sms.") for line in template.splitlines() if "profile_name" not in line)
    with Desk() as desk:
        for number, text in enumerate(TEXTS):
            send(desk, template, number, text, escape_all, channel="sms")


@test("the form template")
def form_template():
    template = blocks("form")[0].strip()
    with Desk() as desk:
        for number, text in enumerate(TEXTS):
            send(desk, template, number, text, url_param_escape, kind="application/x-www-form-urlencoded")


@test("the property in the answering campaign's body is the one that carries our text")
def answer_template():
    name = re.fullmatch(r"\{\{api_trigger_properties\.\$\{(\w+)\}\}\}", blocks("liquid")[0].strip()).group(1)
    with Desk() as desk:
        desk.hears("ana", "ping 1", "pong 1")
        equal(desk.sandbox.messages("ana")[0]["properties"].get(name), "pong 1", name)


# References -------------------------------------------------------------------------------------------------------

def anchors(text):
    """Of the headings, as they are made from them: a second one of the same name is not counted on."""
    return {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}


@test("make demo without a terminal plays its conversation and ends with 0, and touches no desk that this shell speaks of")
def demo():
    with tempfile.TemporaryDirectory(prefix="a real desk ") as folder:
        real = {"FRONTDESK_DB": os.path.join(folder, "real.db"), "FRONTDESK_LISTEN": "nonsense", "FRONTDESK_METRICS": "nonsense",
                "BRAZE_REST_URL": "https://rest.iad-01.braze.com", "BRAZE_API_KEY": "real-key-123456"}
        settings = os.path.join(folder, "frontdesk.env")
        with open(settings, "w", encoding="utf-8") as file:
            file.writelines(f'{name}="{value}"\n' for name, value in real.items())
        env = os.environ | real | {"FRONTDESK_ENV": settings, "FRONTDESK_ADMIN": os.path.join(folder, "real.sock"), "TMPDIR": folder}
        done = subprocess.run(["sh", os.path.join(ROOT, "tools", "demo.sh")], env=env, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=300, check=False)
        equal((done.returncode, done.stderr), (0, ""), f"exit, and what it complains of: {done.stdout[-500:]}")
        for piece in ("you › ", "Order 10001, carrot cake", "The book adds up"):
            contains(done.stdout, piece, "the conversation, and the account of it")
        equal(os.listdir(folder), ["frontdesk.env"], "nothing is left behind, and no other book was opened")


@test("make where the header of a library is lacking says what helps, and builds no file; with all of them it builds")
def lacking_library():
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(os.path.join(folder, "none", "curl"))
        with open(os.path.join(folder, "none", "curl", "curl.h"), "w", encoding="utf-8") as file:
            file.write('#error "as if it were not there"\n')
        for flags, code in ((f"-O1 -I{folder}/none", 2), ("-O1", 0)):
            env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
            done = subprocess.run(["make", "-C", ROOT, f"B={folder}/build", f"CFLAGS={flags}", f"{folder}/build/obj/src/base/buf.o"],
                                  capture_output=True, text=True, check=False, env=env)
            equal((done.returncode, "make packages" in done.stderr), (code, code != 0), f"{flags}: {done}")
            equal(os.path.exists(f"{folder}/build/obj/src/base/buf.o"), code == 0, flags)


@test("make demo on a terminal comes to the chat by itself, whatever pager there is, and Ctrl-D ends it")
def demo_on_a_terminal():
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    env = os.environ | {"TERM": "xterm", "PAGER": "cat > /dev/null; exit 1", "NO_COLOR": "1"}
    process = subprocess.Popen(["sh", os.path.join(ROOT, "tools", "demo.sh")], env=env, stdin=follower, stdout=follower,
                               stderr=follower, start_new_session=True)
    os.close(follower)
    shown = b""
    with contextlib.suppress(OSError):  # the terminal is gone with the last who has it
        while select.select([leader], [], [], 60 * PATIENCE)[0] and (piece := os.read(leader, 65536)):
            if b"Ctrl-D ends the chat" not in shown and b"Ctrl-D ends the chat" in shown + piece:
                os.write(leader, b"\x04")
            shown += piece
    os.close(leader)
    equal(process.wait(60 * PATIENCE), 0, "exit")
    shown = shown.decode().replace("\r", "")
    for piece in "The same from the book:\n\nid        1\nuser      ana\n", "The book adds up", "Now you.", "You are you.":
        contains(shown, piece, "all of it stays on the terminal")


@test("each link of the three pages leads to a heading or a file that is there")
def links():
    found = 0
    for page in PAGES:
        text = re.sub(r"^( *)```.*?^ *```$", "", read(page), flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\((?!http)([^)\s]+)\)", text):
            path, _, anchor = target.partition("#")
            whole = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
            true(os.path.exists(os.path.join(ROOT, whole)), f"{page}: {target} is there")
            true(not anchor or anchor in anchors(read(whole)), f"{page}: {target} is a heading there")
            found += 1
    true(found > 20, f"{found} links")


@test("README is short, and the rule that it shows stands in the page on rules, whose blocks are run")
def short():
    first = read("README.md")
    true(len(first.splitlines()) <= 500, "it can be read in one sitting")
    rule, = re.findall(r"^    INSERT INTO rule .*?;$", first, re.MULTILINE | re.DOTALL)
    contains(BOOK, re.sub("^    ", "", rule, flags=re.MULTILINE), "the rule")


@test("the files that README names exist")
def files():
    named = set(re.findall(r"`((?:src|rules|tools|tests|schema)/[^` ]*)`", README))
    true(len(named) > 25, "README names files")
    equal([name for name in sorted(named) if not os.path.exists(os.path.join(ROOT, name))], [], "missing")


@test("the tests that the table of promises names exist")
def promises():
    sources = {os.path.basename(path): read(path) for path in
               glob.glob(os.path.join(ROOT, "tests", "system", "*.py")) + glob.glob(os.path.join(ROOT, "tests", "unit", "*.c"))}
    named = re.findall(r'\| `([\w.]+)` "([^"]+)" \|$', README, re.MULTILINE)
    true(len(named) > 15, "the table")
    for file, words in named:
        declared = re.findall(r'@test\(f?"(.*?)"\)|unit_test\w*\((\w+)', sources.get(file, ""))
        true(any(words in "".join(names) for names in declared), f"{file} has no test {words!r}")


@test("the settings in the packaged files are the daemon's, and README speaks of the same places")
def packaging():
    unit, example = read("tools", "packaging", "frontdeskd.service"), read("tools", "packaging", "frontdesk.env.example")
    source = read("src", "daemon", "config.c")
    for name in set(re.findall(r"\b(?:FRONTDESK|BRAZE)_[A-Z_]+\b", unit + example)):
        contains(source, f'"{name}"', "a setting of the daemon")
    for path in ("/etc/frontdesk/frontdesk.env", "/etc/frontdesk/webhook-tokens", "/etc/frontdesk/braze-api-key",
                 "/etc/frontdesk/rules", "/var/lib/frontdesk/frontdesk.db"):
        contains(README, path, "README")
        contains(unit, path, "the unit")


if __name__ == "__main__":
    main(lanes=2)
