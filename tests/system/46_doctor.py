#!/usr/bin/python3
"""doctor: what is wrong is found and named with its remedy, by calls that do nothing; --live goes through a first message."""
import contextlib
import http.server
import json
import os
import re
import signal
import socketserver
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
import web
from desk import TOKEN, Desk, binary
from disk import small_disk
from sandbox import KEY, SEND
from tap import Skip, contains, equal, eventually, lacks, main, test, true

DETAILS = "/campaigns/details"
AI_KEY = "ai-key-canary-0815"
WITH_AI = texts.SHOP + """
INSERT INTO setting (name, value) VALUES ('allow_local_backends', 'yes');
INSERT INTO backend (name, kind, url, model, key_env, prompt) VALUES
  ('assistant', 'openai', '{url}/v1', 'gpt', 'TEST_AI_KEY', 'You work at a shop.');
INSERT INTO rule (name, priority, action, target) VALUES ('rest', 0, 'consult', 'assistant');
INSERT INTO attribute (name, at, value) VALUES ('last', 'reply', '{{ message }}');
"""


HAS_UNIT = any(os.path.exists(f"{at}/systemd/system/frontdeskd.service") for at in ("/etc", "/usr/local/lib", "/usr/lib"))
START = "systemctl start frontdeskd" if HAS_UNIT else "frontdeskd"


class AnotherVersion(http.server.BaseHTTPRequestHandler):
    """What a daemon with other members in its answers would say."""
    TOLD = {"format": 1, "version": "9.9.9", "libraries": [{}], "keys": [{}],
            "checks": [{"status": 401}, {"kind": "permission"}, {"kind": "campaign", "status": 200}, {"kind": "backend", "status": 200}]}

    def do_GET(self):
        body = json.dumps(self.TOLD).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def address_string(self):
        return "a command"  # one that came by a socket of this machine has no address

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def desk_with(*options, rules=texts.SHOP, **env):
    with Desk(start=False, **env) as desk:
        desk.sandbox.options = options
        desk.sandbox.start()
        desk.write_rules(rules.replace("{url}", desk.sandbox.url))
        desk.start()
        yield desk


def found(desk, code=None, **more):
    """The findings, as (level, area, text, remedy)."""
    result = desk.cli("doctor", "--json", **more)
    told = result.json()
    bad = [row for row in told["findings"] if row["level"] == "bad"]
    equal(result.code, 1 if bad else 0, f"the exit code says whether anything is bad: {bad}")
    equal((told["bad"], told["warn"]), (len(bad), len([r for r in told["findings"] if r["level"] == "warn"])), "the counts")
    for row in told["findings"]:
        equal(bool(row["remedy"]), row["level"] != "good", f"what is not good says what to do, and nothing else does: {row}")
    if code is not None:
        equal(result.code, code, f"{bad}")
    return [(row["level"], row["area"], row["text"], row["remedy"]) for row in told["findings"]]


def one(findings, level, area, *pieces):
    """Exactly one finding of that level and area has all of these in it."""
    fits = [row for row in findings if row[:2] == (level, area) and all(piece in f"{row[2]} → {row[3]}" for piece in pieces)]
    true(len(fits) == 1, lambda: f"one {level} of {area} with {pieces}: " + "\n".join(map(str, findings)))
    return fits[0]


@test("a desk in order: nothing is bad; what no call can tell is a list to tick; people get the same in words")
def well():
    with desk_with("--ai-key", AI_KEY, rules=WITH_AI, TEST_AI_KEY=AI_KEY) as desk:
        desk.hears("ana", "ping 1", "pong 1")
        desk.do("backup", os.path.join(desk.folder, "copy"))
        findings = found(desk, 0)
        for area, piece in (("Files", "its owner's alone"), ("Machine", "MB left"), ("Rules", "would load: "), ("Book", "newest backup was made"),
                            ("Daemon", "sqlite3 3."), ("Daemon", "it runs, in version"), ("Daemon", "webhooks are taken at"), ("Braze", "Braze answers"),
                            ("Braze", "the clock of this machine goes as"), ("Braze", "permission campaigns.trigger.send"),
                            ("Braze", "permission users.track"), ("Campaigns", "reply is live"), ("Campaigns", "reopen is live"),
                            ("Backends", "assistant has its key"), ("Backends", "assistant answers, and takes what it is asked with")):
            true([row for row in findings if row[0] == "good" and row[1] == area and piece in row[2]], f"{area}: {piece} in {findings}")
        one(findings, "warn", "Braze", "is the sandbox")
        checklist = " ".join(row["text"] for row in desk.cli("doctor", "--json").json()["checklist"])
        for word in ("Re-eligibility", "Frequency capping", "Quiet hours", "subscription group", "json_escape"):
            contains(checklist, word, "the list to tick")
        said = desk.do("doctor").out
        contains(said, "✓ reply is live", "in words")
        contains(said, "☐ Re-eligibility is on", "in words")


def state(desk):
    """What a call could have changed."""
    report = desk.sandbox.report()
    return ([report[name] for name in ("messages", "dropped", "tracked", "events")], report["ai"], desk.sandbox.profiles(),
            desk.rows("SELECT * FROM outbox"), desk.rows("SELECT * FROM lane"), desk.rows("SELECT * FROM spend"))


@test("nothing that doctor asks is sent, written or paid for, or stops a lane")
def harmless():
    with desk_with("--ai-key", AI_KEY, rules=WITH_AI, TEST_AI_KEY=AI_KEY) as desk:
        desk.hears("ana", "ping 1", "pong 1")
        desk.wait_drained()
        eventually(lambda: desk.sandbox.profile("ana"), "the attribute is written")
        before = state(desk)
        found(desk, 0)
        after = state(desk)
        equal(after, before, "as before")
        desk.hears("ana", "ping 2", "pong 2")


@test("a key that Braze does not know, or that lacks a permission, is told from one that is well; and no output has a key in it")
def keys():
    with desk_with(BRAZE_API_KEY="another-key-canary-99") as desk:
        one(found(desk, 1), "bad", "Braze", "does not know the key", "BRAZE_API_KEY")
        lacks(desk.cli("doctor").out + desk.log(), "another-key-canary-99", "the key")
    with desk_with("--deny", "campaigns.trigger.send", "--deny", "campaigns.details") as desk:
        findings = found(desk, 1)
        one(findings, "bad", "Braze", "lacks the permission campaigns.trigger.send", "make a new key")
        one(findings, "warn", "Campaigns", "whether reply is live cannot be told", "campaigns.details")
        lacks(desk.cli("doctor").out + desk.log(), KEY, "the key")


@test("campaigns that are archived, drafts, of another kind or channel, or unknown are told with what to do")
def campaigns():
    with desk_with() as desk:
        for body, words in ((dict(archived=True), "reply is archived"), (dict(draft=True), "reply is a draft"),
                            (dict(enabled=False), "reply is paused"), (dict(schedule_type="action_based"), "is not API-triggered but action_based"),
                            (dict(channels=["email"]), "carries email")):
            whole = {"message": "success", "schedule_type": "api_triggered", "archived": False, "draft": False, "channels": ["whats_app"]}
            desk.sandbox.fault("status", times=1, path=DETAILS, status=200, body=json.dumps(whole | body))
            one(found(desk, 1), "bad", "Campaigns", words)
        for schedule, channel in (("API-Triggered", "WhatsApp"), ("api_triggered", "whats_app")):
            body = json.dumps({"message": "success", "schedule_type": schedule, "channels": [channel]})
            desk.sandbox.fault("status", times=1, path=DETAILS, status=200, body=body)
            equal([row for row in found(desk, 0) if row[0:2] == ("bad", "Campaigns")], [], "Braze's words in another dress")
        other = {"channels": ["whats_app"], "messages": {"1": {"body_text": "{{api_trigger_properties.${something}}}"}}}
        desk.sandbox.fault("status", times=1, path=DETAILS, status=200, body=json.dumps(other))
        one(found(desk, 0), "warn", "Campaigns", "does not have {{api_trigger_properties.${external_system_msg_body}}}")
        desk.sandbox.fault("status", times=1, path=DETAILS, status=400, body='{"message":"Invalid Campaign ID"}')
        one(found(desk, 1), "bad", "Campaigns", "no campaign with the id of reply")
        desk.sandbox.fault("status", times=2, path=DETAILS, status=200, body="<html>no JSON</html>")
        one(found(desk, 0), "warn", "Campaigns", "whether reply is live cannot be told")
        many = ", ".join(f"('c{i}', 'whatsapp', '{texts.REPLY}', 'response')" for i in range(70))
        desk.reload(texts.SHOP + f"INSERT INTO campaign (name, channel, canvas_id, layout) VALUES ('tour', 'whatsapp', '{texts.CANVAS}', 'response'),\n"
                    f"  ('old', 'whatsapp', '{texts.OTHER}', 'response');\n"
                    f"INSERT INTO campaign (name, channel, campaign_id, layout) VALUES {many};\n"
                    "INSERT INTO attribute (name, at, value) VALUES ('last', 'reply', '{{ message }}');\n")
        eventually(lambda: desk.value("SELECT max(id) FROM ruleset") == 2, "loaded")
        findings = found(desk, 1)
        one(findings, "good", "Campaigns", "tour is live")
        one(findings, "bad", "Campaigns", "no campaign with the id of old")
        one(findings, "good", "Braze", "the key has the permission users.track")
        one(findings, "good", "Braze", "the key has the permission canvas.trigger.send")
        one(findings, "warn", "Braze", "campaigns and backends were not looked at")


@test("a Braze that cannot be reached, a clock that is wrong and a daemon that is down are found")
def reach():
    with desk_with("--ahead", "900") as desk:
        one(found(desk, 1), "bad", "Braze", "seconds behind of Braze's", "timedatectl")
        for fault in ("html", "html=404", "html=302", "404", "empty"):
            desk.sandbox.fault_line(f"{fault} on {SEND}")
            findings = found(desk, 1)
            one(findings, "bad", "Braze", "is not Braze's REST API", "https://rest.iad-01.braze.com")
            equal([row for row in findings if "has the permission" in row[2]], [], f"{fault}: no key is known to be good by that")
        desk.sandbox.fault_line(f"html=503 on {SEND}")
        one(found(desk), "warn", "Braze", "Braze answers, but only this: Braze answered 503")
        desk.sandbox.options = ("--ahead", "-60")
        desk.sandbox.start()
        one(found(desk, 0), "warn", "Braze", "seconds ahead of Braze's")
        desk.sandbox.stop()
        one(found(desk, 1), "bad", "Braze", "Braze cannot be reached")
        desk.stop()
        findings = found(desk, 1)
        one(findings, "bad", "Daemon", "is not running", START + "; then ask again")
        equal([row for row in findings if row[1] == "Braze"], [], "then nobody can ask Braze")
        one(found(desk, 1, env={"BRAZE_API_KEY": ""}), "bad", "Settings", "BRAZE_API_KEY", "is not set here")
        for name, value, words in (("BRAZE_API_KEY", '"canary-4711"', "has quotation marks"), ("BRAZE_API_KEY", "canary 4711", "holds a blank"),
                                   ("BRAZE_REST_URL", "http://canary-4711.braze.com", "in clear"),
                                   ("BRAZE_REST_URL", "https://canary-4711.braze.com/users", "goes on behind the host"),
                                   ("BRAZE_REST_URL", "https://canary-4711.braze.com:443/users", "goes on behind the host"),
                                   ("BRAZE_REST_URL", "https://canary-4711.braze.com#", "goes on behind the host"),
                                   ("BRAZE_REST_URL", "https://me@canary-4711.braze.com", "has a user in it"),
                                   ("BRAZE_REST_URL", "https://Dashboard-canary-4711.braze.com", "is the dashboard's: the REST host begins with rest."),
                                   ("BRAZE_REST_URL", "canary-4711.braze.com", "is no https:// address"),
                                   ("FRONTDESK_WEBHOOK_TOKENS", "long-enough-for-it,canary-4711", "less than 12 characters"),
                                   ("FRONTDESK_WEBHOOK_TOKENS", " , ", "holds no token")):
            findings = found(desk, 1, env={name: value})
            one(findings, "bad", "Settings", name, words)
            lacks(str(findings), "canary-4711", "what it is set to")
            code, said = desk.try_start(**{name: value})
            equal((code, name in said), (1, True), f"{name} {words}: nor does the daemon take it")
            if name != "BRAZE_REST_URL":
                lacks(said, "canary", "what it is set to")


@test("secrets that systemd hands to the daemon alone are not called unset while it is down")
def handed_over():
    if os.getuid() != 0:
        raise Skip("only root can lend a unit of systemd to one program")
    unit = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools/packaging/frontdeskd.service")
    with desk_with() as desk:
        desk.stop()
        lend = ("mount -t tmpfs tmpfs /usr/local/lib && mkdir -p /usr/local/lib/systemd/system && "
                'sed "s,/etc/frontdesk/braze-api-key,$1/key," "$0" >/usr/local/lib/systemd/system/frontdeskd.service && '
                'shift && exec "$@"')
        doctor = ["unshare", "-m", "sh", "-c", lend, unit, desk.folder, binary("frontdesk"), "doctor", "--json"]
        env = desk.env | {"BRAZE_API_KEY": "", "BRAZE_REST_URL": ""}

        def settings():
            done = subprocess.run(doctor, env=env, capture_output=True, text=True, check=False)
            if done.stdout == "":
                raise Skip("no unit can be lent here: " + done.stderr.strip())
            rows = [(row["level"], row["area"], row["text"], row["remedy"]) for row in json.loads(done.stdout)["findings"]]
            one(rows, "bad", "Daemon", "is not running", "systemctl start frontdeskd")
            return rows

        one(settings(), "bad", "Settings", "BRAZE_API_KEY", f"is to come from {desk.folder}/key, which is not there")
        with open(os.path.join(desk.folder, "key"), "w") as file:
            file.write(KEY)
        one(settings(), "warn", "Settings", "BRAZE_API_KEY", "cannot be seen from here", "systemctl start frontdeskd", "journalctl")
        one(settings(), "bad", "Settings", "BRAZE_REST_URL", "is not set here")


VENDORS = texts.SHOP + """
INSERT INTO setting (name, value) VALUES ('allow_local_backends', 'yes');
INSERT INTO backend (name, kind, url, model, key_env, region) VALUES
  ('gpt', 'openai', '{url}/v1', 'gpt', 'TEST_AI_KEY', NULL), ('claude', 'anthropic', '{url}', 'claude', 'TEST_AI_KEY', NULL),
  ('gemini', 'gemini', '{url}', 'gemini', 'TEST_AI_KEY', NULL), ('nova', 'bedrock', '{url}', 'nova:0', 'TEST_AI_KEY', 'eu-west-1'),
  ('bot', 'rasa', '{url}', NULL, NULL, NULL),
  ('gpt-0', 'openai', '{url}/v1', 'no-such-model', 'TEST_AI_KEY', NULL), ('claude-0', 'anthropic', '{url}', 'no-such-model', 'TEST_AI_KEY', NULL),
  ('gemini-0', 'gemini', '{url}', 'no-such-model', 'TEST_AI_KEY', NULL), ('odd', 'openai', '{url}/shop', 'm', 'TEST_AI_KEY', NULL);
INSERT INTO backend (name, kind, url, body, text_at) VALUES ('own', 'http', '{url}/ai/http', '{"question": "{{ message }}"}', '/reply/text');
"""


@test("of each kind of backend doctor tells whether it takes the key and knows the model; nothing is thought over for it")
def backends():
    pair = "AKIDEXAMPLE:secret-canary-0815"
    with desk_with("--ai-key", pair, rules=VENDORS, TEST_AI_KEY=pair) as desk:
        findings = found(desk, 1)
        for name in ("gpt", "claude", "gemini", "nova", "bot"):
            one(findings, "good", "Backends", f"{name} answers, and takes what it is asked with")
        for name in ("gpt-0", "claude-0", "gemini-0"):
            one(findings, "bad", "Backends", f"{name} answers, and has no such model", "column model")
        one(findings, "warn", "Backends", "odd answers, but whether it would answer", "frontdesk drill odd timeout")
        one(findings, "good", "Backends", "own is a service of your own, and is not asked here")
        equal([row["status"] for row in desk.sandbox.asked() if row["status"] == 200], [], "no model thought for it")
        desk.sandbox.options = ("--ai-key", "AKIDEXAMPLE:another-secret")
        desk.sandbox.start()
        findings = found(desk, 1)
        for name in ("gpt", "claude", "gemini", "nova"):
            one(findings, "bad", "Backends", f"{name} does not take its key")
        lacks(str(findings) + desk.log(), "canary", "the key")


@test("files that others may read or write, a folder of rules that would not load, no backup and missing keys are found")
def files():
    with desk_with("--ai-key", AI_KEY, rules=WITH_AI) as desk:
        findings = found(desk, 1)
        one(findings, "bad", "Backends", "assistant has no key: TEST_AI_KEY is not set")
        one(findings, "warn", "Book", "no backup was ever made", "frontdesk backup")
        one(findings, "warn", "Book", "no webhook has ever come", "--live")
        os.chmod(desk.db, 0o640)
        one(found(desk, 1), "bad", "Files", "may be read by others", "chmod 600")
        os.chmod(desk.db, 0o600)
        os.chmod(desk.db + ".sock", 0o666)
        one(found(desk, 1), "bad", "Files", "the admin socket", "chmod 600")
        for path in (desk.rules_folder, os.path.join(desk.rules_folder, "10-rules.sql")):
            mode = os.stat(path).st_mode
            os.chmod(path, 0o777)
            one(found(desk, 1), "bad", "Files", "everybody may write rules", f"chmod o-w {path}")
            os.chmod(path, mode)
        equal([row for row in found(desk) if "stands in the folder" in row[2]], [], "what is in force stands in the folder")
        desk.write_rules(texts.SHOP)
        one(found(desk, 1), "warn", "Rules", "what is in force is not what stands in the folder", "frontdesk rules load")
        secret = os.path.join(desk.folder, "key")
        with open(secret, "w") as file:
            file.write(KEY)
        os.chmod(secret, 0o644)
        one(found(desk, 1, env={"BRAZE_API_KEY_FILE": secret}), "bad", "Files", secret, "chmod 600")
        with open(secret, "w") as file:
            file.write(f"FRONTDESK_DB={desk.db}\n")
        desk.stop()
        needs = desk.do("status", "--env", secret, "--json").json()["needs"]
        contains([row["remedy"] for row in needs], START if HAS_UNIT else f"frontdeskd --env {secret}", "how it is started")
        for env, start in (({}, "frontdeskd"), ({"BRAZE_REST_URL": ""}, "frontdeskd --env FILE")):
            needs = desk.do("status", "--json", env=env).json()["needs"]
            contains([row["remedy"] for row in needs], START if HAS_UNIT else start, "how it is started, where --env is not given")
        said = desk.cli("doctor", "--env", secret, "--json").json()["findings"]
        equal([row["remedy"] for row in said if secret in row["text"]], [f"chmod 600 {secret}"], "the file that --env names")
        desk.write_rules("INSERT INTO rule (name, colour) VALUES ('x', 'red');")
        one(found(desk, 1), "bad", "Rules", "would be refused", "10-rules.sql:1", "frontdesk rules check")


@test("a disk that a restart empties, and one with little room, are told with what to do")
def disks():
    with small_disk(150) as folder, Desk(FRONTDESK_DB=os.path.join(folder, "desk.db")) as desk:
        findings = found(desk)
        one(findings, "warn", "Machine", "the book is on tmpfs", "gone when the machine is switched off", "put the book on a local disk")
        one(findings, "good", "Machine", "MB left")
        with open(os.path.join(folder, "other"), "wb") as file:
            os.posix_fallocate(file.fileno(), 0, 80 << 20)
        one(found(desk, 1), "bad", "Machine", "the disk of the book has", "make room")


@test("a file that is no book, and one of an older or newer version, are a finding like any other, and the rest is looked at all the same")
def no_book():
    with Desk(start=False) as desk:
        for name, content, words in (("text", b"Dear diary, " * 800, "this is no database"), ("empty", b"", "wants an upgrade to")):
            path = os.path.join(desk.folder, name)
            with open(path, "wb") as file:
                file.write(content)
            os.chmod(path, 0o600)
            findings = found(desk, 1, env={"FRONTDESK_DB": path})
            one(findings, "bad", "Book", "it cannot be read", words)
            one(findings, "good", "Rules", "would load")
            equal(desk.cli("audit", env={"FRONTDESK_DB": path}).code, 1, "another command fails, and no more")
        desk.start()
        desk.stop()
        desk.edit("PRAGMA user_version = 999")
        findings = found(desk, 1)
        one(findings, "bad", "Book", "has schema 999", "install the newer frontdesk")
        equal([row for row in findings if "no rules are in force" in row[2]], [], "what cannot be read is not said to lack")


@test("a daemon of another version is told as one; what it does not say is passed over")
def another_version():
    with Desk() as desk:
        desk.stop()
        with socketserver.UnixStreamServer(desk.db + ".sock", AnotherVersion) as server:
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
            findings = found(desk, 1)
            server.shutdown()
        one(findings, "warn", "Daemon", "it runs version 9.9.9, and this command is of version")


@test("a book of another user, and a folder in which nothing may be written, are told with the way out, by the daemon, too")
def foreign():
    if os.getuid() != 0:
        raise Skip("only root can be another user")
    with Desk() as desk:
        desk.stop()
        os.chmod(desk.folder, 0o755)

        def as_nobody(name, *words):
            return subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", binary(name), *words], env=desk.env,
                                  capture_output=True, text=True, timeout=60, check=False)
        said = as_nobody("frontdesk", "status")
        if said.returncode in (126, 127):
            raise Skip("another user may not enter the folder of the programs: " + said.stderr)
        equal(said.returncode, 1, "another's book")
        contains(said.stderr, "it belongs to root, and may not be read by others: runuser -u root", "another's book")
        os.chown(desk.db, 65534, 65534)
        for name, words in (("frontdesk", "as the user of the daemon"), ("frontdeskd", "give it to the user of the daemon")):
            said = as_nobody(name, *(["status"] if name == "frontdesk" else []))
            equal(said.returncode, 1, f"{name}, another's folder")
            contains(said.stderr, words, f"{name}, another's folder")
        told = json.loads(as_nobody("frontdesk", "doctor", "--json").stdout)["findings"]
        true([row for row in told if row["level"] == "bad" and row["area"] == "Files" and "may not be written here" in row["text"]], f"{told}")


# status

CAPPED = texts.SHOP + """
INSERT INTO setting (name, value) VALUES ('allow_local_backends', 'yes');
INSERT INTO backend (name, kind, url, model, key_env, prompt, max_tokens, price_in, price_out, day_cap, fallback) VALUES
  ('assistant', 'openai', '{url}/v1', 'gpt', 'TEST_AI_KEY', 'You work at a shop.', 200, '0', '100', '0.03', 'faq');
INSERT INTO backend (name, kind) VALUES ('faq', 'faq');
INSERT INTO faq (question, answer) VALUES ('Do you have parking?', 'Behind the house.');
INSERT INTO rule (name, words, action, target) VALUES ('parking', 'parking', 'consult', 'assistant');
"""

# The texts as they stand; each with the command that deals with it.
NEEDS = [
    ["waiting", "pam waits for a person of support, for ", "frontdesk take 1"],
    ["cap", "backend assistant may cost nothing more today: 0.02 is spent, of 0.03; until midnight its fallback answers",
     "frontdesk usage --by contact --since today"],
    ["unreadable", "1 webhook could not be read", "frontdesk webhooks list --state unreadable"],
    ["held", "1 text is held back", "frontdesk outbox list --state held"],
    ["dead", "1 text was refused in the last 7 days", "frontdesk outbox list --state dead"],
    ["rules", "the rule folder was refused: 10-rules.sql:1: rule has no column 'colour'; known are", "frontdesk rules check"],
]


@test("status: answers that Braze makes wait, and answers that are late for whatever reason, need her")
def late():
    with Desk() as desk:
        desk.sandbox.fault("limit_retry_after", seconds=3000)
        desk.say("ana", "ping 1")
        eventually(lambda: desk.attempts("ana"), "the first attempt")
        need, = desk.do("status", "--json").json()["needs"]
        true(re.fullmatch(r"braze makes us wait another (49|5\d|60) minutes: Braze answered 429: Rate limit exceeded", need["text"]), f"{need}")
        equal((need["kind"], need["remedy"]), ("lane", "frontdesk outbox list --state pending"), "what it is, and what to type")
        equal(desk.stop(), 0, "exit")
        desk.edit("DELETE FROM lane")
        desk.sandbox.fault("status", status=503, headers={"Retry-After": "3000"})
        desk.start()
        eventually(lambda: len(desk.attempts("ana")) == 2, "the second attempt")
        need, = desk.do("status", "--json").json()["needs"]
        true(re.fullmatch(r"braze makes us wait another (49|5\d|60) minutes: Braze answered 503.*", need["text"]), f"{need}")
        equal(desk.stop(), 0, "exit")
        desk.edit("DELETE FROM lane", "UPDATE outbox SET created_at = created_at - 300000")
        desk.sandbox.fault("hang", times=0)
        desk.start()
        need, = desk.do("status", "--json").json()["needs"]
        equal((need["kind"], need["remedy"]), ("late", "frontdesk outbox list --state pending"), "what it is, and what to type")
        true(re.fullmatch(r"1 answer waits to go out, the oldest for \d minutes", need["text"]), f"{need}")
        desk.kill()
        needs = desk.do("status", "--json").json()["needs"]
        equal([row["kind"] for row in needs], ["daemon"], "that the daemon is down says enough")


@test("status leads with all that needs her, each with its remedy, and with nothing when nothing does")
def needs():
    with desk_with("--ai-key", AI_KEY, rules=CAPPED, TEST_AI_KEY=AI_KEY) as desk:
        equal(desk.cli("status", "--json").json()["needs"], [], "nothing yet")
        contains(desk.do("status").out, "All is well; nothing needs you.", "and it says so")
        desk.say("pam", "a human please")
        desk.sandbox.wait_texts("pam", 1)
        desk.sandbox.ai("hang", times=1, of="openai", ms=60000)
        desk.say("ana", "is there parking?")
        eventually(lambda: desk.sandbox.asked(), "the assistant is asked")
        desk.post(b"\xff\xfe\x00")
        desk.post({"user_id": "lee", "message": "ping 1", "dispatch_id": "lee-1"}, channel="line")
        desk.sandbox.refuse_user("bob")
        desk.say("bob", "ping 2")
        desk.wait_outbox("bob", "dead")
        desk.wait_outbox("lee", "held")
        desk.reload("INSERT INTO rule (name, colour) VALUES ('x', 'red');")
        desk.wait_log("colour")
        told = [[row["kind"], row["text"], row["remedy"]] for row in desk.do("status", "--json").json()["needs"]]
        equal([row[0] for row in told], [row[0] for row in NEEDS], f"kinds, in their order: {told}")
        for got, wanted in zip(told, NEEDS):
            true(got[1].startswith(wanted[1]) and got[2] == wanted[2], f"{got} is {wanted}")
        out = desk.do("status").out
        true(out.index("waits for a person") < out.index("messages today"), "what needs her comes first")
        book = os.path.join(desk.folder, "the book's.db")
        os.symlink(desk.db, book)
        place = {"PATH": os.path.dirname(binary("frontdesk")) + ":" + desk.env["PATH"], "FRONTDESK_DB": "/nowhere"}
        rows = desk.do("status", "--json", "--db", book, "--admin", desk.db + ".sock", env=place).json()["needs"]
        for row in rows:
            typed = subprocess.run(["sh", "-c", row["remedy"]], env=desk.env | place, capture_output=True, text=True, check=False)
            equal(typed.returncode, 1 if row["remedy"].endswith("rules check") else 0, f"pasted, it does what it says: {row} {typed}")


# --live


class Walk:
    """doctor --live with its input in our hands."""

    def __init__(self, desk):
        self.process = subprocess.Popen([binary("frontdesk"), "doctor", "--live"], env=desk.env, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.said = ""

    def hears(self, piece):
        eventually(lambda: piece in self.listen(), lambda: f"{piece!r} in {self.said!r}", 20)

    def listen(self):
        self.said += (self.process.stdout.read() or b"").decode()
        return self.said

    def types(self, line):
        self.process.stdin.write(line.encode() + b"\n")

    def ends(self, code):
        equal(self.process.wait(20), code, f"how it ends: {self.listen()}")
        self.process.stdin.close()
        self.process.stdout.close()


HELLO = texts.SHOP + "INSERT INTO rule (name, words, say) VALUES ('hello', 'hello', 'Hello yourself.');\n"


@test("doctor --live: a first message comes, is answered, is seen")
def first():
    with desk_with(rules=HELLO) as desk:
        walk = Walk(desk)
        walk.hears("write to the number of your shop")
        desk.say("eve", "prices")
        walk.hears("A message came, of eve, but not the one I wait for")
        desk.say("ana", 'say "hello"', user_id="ana")
        walk.hears("It came: “say \"hello\"”, of ana.")
        walk.hears("The rule hello answered: “Hello yourself.”")
        walk.hears("Did you see it on your telephone?")
        walk.types("perhaps")
        walk.types("y")
        walk.ends(0)
        contains(walk.said, "your desk is open", "the end")
        lacks(walk.said, "json_escape", "a good body needs no other")
        lacks(walk.said, "prices", "what a customer writes is not the test")


@test("doctor --live: a body without json_escape is told with what to paste; an answer that is not seen with four switches")
def unescaped():
    with desk_with(rules=HELLO) as desk:
        walk = Walk(desk)
        walk.hears("write to the number")
        answer = desk.post('{"user_id": "ana", "message": "say "hello""}')
        equal(answer.status, 202, "taken all the same")
        walk.hears("lacks json_escape")
        walk.hears('"message":      "{{whats_app.${inbound_message_body} | default: \'\' | json_escape}}"')
        walk.hears("no dispatch_id")
        walk.hears("lacks the header X-Frontdesk-User")
        walk.hears("Did you see it")
        walk.types("n")
        walk.ends(1)
        for word in ("Re-eligibility", "Frequency capping", "Subscription", "API-triggered"):
            contains(walk.said, word, "the switches")


@test("doctor --live: what cannot be read, what no rule takes, and what Braze refuses end with the reason")
def unanswered():
    with desk_with(rules=texts.SHOP) as desk:
        for post, words in ((lambda: desk.post(b"\xff\xfe\x00"), "nothing could be read out of it"),
                            (lambda: desk.say("ana", '"hello"'), "no rule takes it")):
            walk = Walk(desk)
            walk.hears("write to the number")
            post()
            walk.ends(1)
            contains(walk.said, words, "why")
        desk.sandbox.refuse_user("bob")
        walk = Walk(desk)
        walk.hears("write to the number")
        desk.say("bob", "ping 1, hello")
        walk.ends(1)
        contains(walk.said, "it is dead: ", "why")


@test("doctor --live: a call with a wrong token or address is told while one waits; so it is by status, doctor, the metrics and the log")
def turned_away():
    with desk_with(rules=HELLO) as desk:
        walk = Walk(desk)
        walk.hears("write to the number")
        equal(desk.post({"message": "hello"}, token="yesterday's token").status, 401, "turned away")
        walk.hears("was turned away with 401: it showed a token that is not known here")
        equal(desk.post({"message": "hello"}, token=None).status, 401, "turned away")
        walk.hears("was turned away with 401: it showed no token")
        mistyped = web.call(desk.port, "POST", "/v1/inbuond/whatsapp", b"{}", {"Authorization": "Bearer " + TOKEN})
        equal(mistyped.status, 404, "a mistyped address")
        walk.hears("was turned away with 404: it showed a good token, but no webhook is taken at its path")
        walk.hears("the method POST")
        equal(web.call(desk.port, "POST", "/wp-login.php", b"", {}).status, 404, "who tries doors is no webhook")
        desk.say("ana", "hello")
        walk.hears("It came: “hello”")
        walk.hears("without straight quotation marks")
        walk.hears("Did you see it")
        walk.types("y")
        walk.ends(0)
        need = desk.do("status", "--json").json()["needs"][0]
        equal((need["kind"], need["remedy"]), ("turned_away", "frontdesk doctor --live"), "status")
        contains(need["text"], "3 webhooks were turned away (401, 404), the newest ", "status")
        one(found(desk, 0), "warn", "Daemon", "3 webhooks were turned away", "into the header Authorization")
        metrics = web.call_unix(desk.db + ".sock", "GET", "/metrics").body.decode()
        contains(metrics, "frontdesk_webhooks_without_token_total 1\n", "metrics")
        contains(metrics, "frontdesk_webhooks_unknown_token_total 1\n", "metrics")
        contains(metrics, "frontdesk_webhooks_astray_total 1\n", "metrics")
        equal(desk.log().count("event=webhook_turned_away"), 1, "a line a minute")
        lacks(desk.log(), "yesterday", "what it showed")


@test("doctor --live: a key that lacks the permission, a Braze that is down, a second campaign and a daemon that ends are told at once")
def held_up():
    with desk_with("--deny", "campaigns.trigger.send", rules=HELLO) as desk:
        walk = Walk(desk)
        walk.hears("write to the number")
        desk.say("ana", "hello")
        walk.ends(1)
        contains(walk.said, "the answer is there, but cannot go out: Braze answered 403", "the permission")
        desk.sandbox.options = ()
        desk.sandbox.stop()
    with desk_with(rules=HELLO) as desk:
        desk.sandbox.stop()
        walk = Walk(desk)
        walk.hears("write to the number")
        desk.say("ana", "hello", campaign="one")
        walk.hears("The answer does not get through: Braze could not be reached")
        desk.say("ana", "hello", 200, campaign="two")
        desk.sandbox.start()
        walk.hears("two webhook campaigns fire")
        walk.hears("Did you see it")
        walk.types("y")
        walk.ends(0)
        walk = Walk(desk)
        walk.hears("write to the number")
        desk.stop()
        walk.ends(1)
        contains(walk.said, f"the daemon has ended: {START}, then begin again", "the daemon")


@test("doctor --live: who says nothing is told with the way out: a person, a rule, an opt-out, a telephone of the desk")
def silent():
    rules = HELLO + "INSERT INTO team (name, notify_user) VALUES ('shop', 'kim');\n" \
                    "INSERT INTO rule (name, priority, words, action, target) VALUES ('shop', 950, 'boss', 'handoff', 'shop');\n"
    with desk_with(rules=rules) as desk:
        desk.hears("ana", "human", "A colleague is coming.")
        desk.hears("bob", "stop", "You will hear no more from us.")
        desk.say("cat", "the boss please")
        desk.sandbox.wait_texts("kim", 1)
        conversation = desk.conversation("ana")
        for user, text, words in (("ana", "hello", f"frontdesk release {conversation}"), ("dan", "blah hello", "the rule noise took it, and is there to say"),
                                  ("bob", "hello", "has opted out"), ("kim", "hello", "is one of the desk's own and has a case")):
            walk = Walk(desk)
            walk.hears("write to the number")
            desk.say(user, text)
            walk.ends(1)
            contains(walk.said, words, user)


@test("doctor --live: Ctrl-C and the end of its input end it, and a daemon that is down is told at once")
def ended():
    with desk_with(rules=HELLO) as desk:
        walk = Walk(desk)
        walk.hears("write to the number")
        walk.process.send_signal(signal.SIGINT)
        walk.ends(1)
        contains(walk.said, "Nothing was changed", "it says goodbye")
        walk = Walk(desk)
        walk.hears("write to the number")
        walk.process.stdin.close()
        desk.say("ana", "hello")
        walk.process.wait(20)
        contains(walk.listen(), "Ended", "without input nobody can say that it was seen")
        desk.stop()
        result = desk.cli("doctor", "--live")
        equal(result.code, 1, "no daemon")
        contains(result.err, f"{START}, then begin again", "what to do")


if __name__ == "__main__":
    main(lanes=2)
