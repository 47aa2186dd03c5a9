#!/usr/bin/python3
"""frontdesk init: every kind in every language loads without a warning and chats; nothing is overwritten or half-done."""
import os
import re
import resource
import signal
import stat
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import web
from desk import Desk, Result, binary
from sandbox import KEY, ROOT, Sandbox
from tap import contains, equal, lacks, main, test, true

RULES = ["10-business.sql", "20-campaigns.sql", "30-always.sql", "40-questions.sql", "50-faq.sql"]
KINDS = ["shop", "restaurant", "service"]
TALKS = {  # what is said to every kind, and a piece of the answer; the greeting and "hours" in any language
    "en": [("hello", "What can we do for you?"), ("hours", "00"), ("hi, what are your hours?", "00"), ("person", "colleague")],
    "ko": [("hello", "무엇을 도와드릴까요?"), ("안녕하세요", "무엇을 도와드릴까요?"), ("hours", "오후"),
           ("영업시간이 어떻게 되나요?", "오후"), ("상담원 연결해 주세요", "담당자가")],
    "es": [("hello", "¿En qué podemos ayudarte?"), ("Buenas tardes", "¿En qué podemos ayudarte?"), ("hours", ":00"),
           ("¿qué horario tenéis?", ":00"), ("quiero hablar con una persona", "te escribe enseguida")],
}
FAQ = {  # what no rule takes, and the FAQ of each kind answers
    "en": {"shop": ("do you sell a gift card?", "from $10"), "restaurant": ("can we bring wine", "corkage"),
           "service": ("are you insured?", "papers")},
    "ko": {"shop": ("상품권 있나요?", "만 원부터"), "restaurant": ("휠체어도 괜찮나요", "턱이 없고"), "service": ("보험 있으세요?", "서류를")},
    "es": {"shop": ("¿tenéis tarjeta regalo?", "desde 10"), "restaurant": ("¿se puede llevar vino?", "descorche"),
           "service": ("¿tenéis seguro?", "los papeles")},
}


class Folder:
    """A temporary folder, and the command line in it with nothing of ours in the environment."""

    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="frontdesk-init-")
        self.path = self.temporary.name
        return self

    def __exit__(self, *_):
        self.temporary.cleanup()

    def at(self, *names):
        return os.path.join(self.path, *names)

    def cli(self, *words, **more):
        env = {key: value for key, value in os.environ.items() if not key.startswith(("FRONTDESK_", "BRAZE_"))}
        return Result(subprocess.run([binary("frontdesk"), *words], env=env, capture_output=True, text=True, cwd=self.path,
                                     stdin=subprocess.DEVNULL, timeout=60, check=False, **more))

    def init(self, *words):
        result = self.cli("init", *words)
        equal(result.code, 0, f"init {words}: {result}")
        return result


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def settings(path):
    return dict(re.findall(r"^(\w+)=(.*)$", read(path), re.MULTILINE))


def adapt(path, **values):
    """Changes lines of a file of settings, as an owner would."""
    text = read(path)
    for name, value in values.items():
        text = re.sub(rf"^{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def desk_of(place, sandbox):
    """The daemon on a folder that init wrote. It is told one thing: where its settings are."""
    env = os.path.join(place, "frontdesk.env")
    desk = Desk(start=False, folder=tempfile.mkdtemp(prefix="frontdesk-test-"), sandbox=sandbox)
    adapt(env, BRAZE_REST_URL=sandbox.url, FRONTDESK_LISTEN=f"127.0.0.1:{desk.port}")
    desk.db = os.path.join(place, "frontdesk.db")
    desk.env = {key: value for key, value in desk.env.items() if not key.startswith(("FRONTDESK_", "BRAZE_"))}
    desk.env["FRONTDESK_ENV"] = env
    return desk.start()


def campaigns(place):
    found = re.findall(r"'(response|template)', '([0-9a-f-]{36})'", read(place, "rules", "20-campaigns.sql"))
    equal([layout for layout, _ in found], ["response", "template"], "the campaigns")
    return [word for layout, name in found for word in ("--campaign", f"{name}:{layout}")]


def talk(folder, language, kind):
    place = folder.at(f"{kind}-{language}")
    folder.init(place, "--kind", kind, "--language", language, "--url", "https://desk.example.com")
    check = folder.cli("rules", "check", "--strict", os.path.join(place, "rules"))
    equal(check.code, 0, f"{kind} {language}: {check}")
    contains(check.out, "All is well", f"{kind} {language}")
    os.mkdir(folder.at("sandbox-" + kind))
    sandbox = Sandbox(folder.at("sandbox-" + kind), *campaigns(place))
    try:
        with desk_of(place, sandbox) as desk:
            for number, (said, piece) in enumerate([*TALKS[language], FAQ[language][kind]]):
                chat = desk.do("chat", "--as", f"user-{number}", "--script", "-", input=said + "\n")
                contains(chat.out, piece, f"{kind} {language}: {said}")
            desk.do("audit")
    finally:
        sandbox.stop()


def talks(language):
    with Folder() as folder:
        for kind in KINDS:
            talk(folder, language, kind)


@test("English: all kinds pass rules check --strict and chat")
def english():
    talks("en")


@test("Korean: all kinds pass rules check --strict and chat")
def korean():
    talks("ko")


@test("Spanish: all kinds pass rules check --strict and chat")
def spanish():
    talks("es")


@test("the files are listed in order, and nothing stands apart by two blank lines")
def listing():
    with Folder() as folder:
        told = folder.init("new", "--kind", "shop").out
        listed = told.split("files\n")[1].split("\n\n")[0].split("\n")
        equal(listed, sorted(listed), "the order")
        contains(told, "rules/10-business.sql\nrules/20-campaigns.sql\n", "the rules")
        lacks(told, "\n\n\n", "blank lines")


@test("each rule of each template has an example that the owner can learn from")
def examples():
    with Folder() as folder:
        for language in TALKS:
            for kind in KINDS:
                place = folder.at(language + kind)
                folder.init(place, "--kind", kind, "--language", language)
                told = folder.cli("rules", "tell", os.path.join(place, "rules"), "--json").json()
                rules = [item for item in told["paragraphs"] if item["priority"] is not None]
                true(len(rules) > 12, f"{place} has rules")
                for rule in rules:
                    contains(rule["sentences"][-1], "For example: ", rule["heading"])


@test("without options: a shop in English; secrets are for the owner alone, and no two tokens are equal")
def defaults():
    with Folder() as folder:
        tokens = set()
        for name in ("one", "two"):
            result = folder.init(name)
            equal(sorted(os.listdir(folder.at(name))), ["braze-body.txt", "frontdesk.env", "rules"], "the folder")
            equal(sorted(os.listdir(folder.at(name, "rules"))), RULES, "the rules")
            for secret in ("frontdesk.env", "braze-body.txt"):
                equal(stat.S_IMODE(os.stat(folder.at(name, secret)).st_mode), 0o600, secret)
            equal(stat.S_IMODE(os.stat(folder.at(name)).st_mode), 0o700, "the folder")
            found = settings(folder.at(name, "frontdesk.env"))
            true(re.fullmatch("[0-9a-f]{48}", found["FRONTDESK_WEBHOOK_TOKENS"]), f"a token: {found}")
            tokens.add(found["FRONTDESK_WEBHOOK_TOKENS"])
            equal(found["FRONTDESK_RULES"], os.path.realpath(folder.at(name, "rules")), "the path is absolute")
            contains(read(folder.at(name), "rules", "10-business.sql"), "Corner Store", "a shop")
            commands = [line.strip() for line in result.out.splitlines() if line.startswith("  ")]
            env = os.path.realpath(folder.at(name, "frontdesk.env"))
            equal(commands, ["frontdesk-sandbox", f"frontdeskd --env {env}", f"frontdesk --env {env} chat"], "what is next")
            lacks(result.out + result.err, found["FRONTDESK_WEBHOOK_TOKENS"], "the token is not shown")
        equal(len(tokens), 2, "tokens")


@test("braze-body.txt: README's template, her address and her token; without --url a placeholder and a hint")
def body():
    template = re.search(r"```json\n(\{.*?\n\})\n```", read(ROOT, "README.md"), re.DOTALL).group(1)
    with Folder() as folder:
        for language in TALKS:
            folder.init(language, "--language", language, "--url", "https://desk.example.com/shop/")
            text = read(folder.at(language), "braze-body.txt")
            true(text.endswith("\n" + template + "\n"), "the body is README's")
            contains(text, "\nhttps://desk.example.com/shop/v1/inbound/whatsapp\n", "the address")
            token = settings(folder.at(language, "frontdesk.env"))["FRONTDESK_WEBHOOK_TOKENS"]
            contains(text, f"\nAuthorization\nBearer {token}\n", "the header")
            contains(text, "\nX-Frontdesk-User\n{{${user_id}}}\n", "who writes")
            lacks(text, "@", "nothing is left to fill in")
            lacks(read(folder.at(language), "frontdesk.env"), "@", "nothing is left to fill in")
        for number, path in enumerate(("/v1/inbound/whatsapp", "/v1/inbound", "/v1/inbound/sms/")):
            folder.init(f"whole{number}", "--url", "https://desk.example.com" + path)
            contains(read(folder.at(f"whole{number}"), "braze-body.txt"), "\nhttps://desk.example.com/v1/inbound/whatsapp\n",
                     "the path is not put there twice")
        hint = folder.init("none")
        contains(hint.out, "YOUR-DESK.example.com", "a hint")
        contains(read(folder.at("none"), "braze-body.txt"), "\nhttps://YOUR-DESK.example.com/v1/inbound/whatsapp\n", "a place")


@test("a folder that holds anything is refused and stays as it is; an empty one is taken, and so is the current one")
def existing():
    with Folder() as folder:
        os.mkdir(folder.at("full"))
        with open(folder.at("full", ".hidden"), "w", encoding="utf-8") as file:
            file.write("mine")
        result = folder.cli("init", "full")
        equal(result.code, 1, "a full folder")
        contains(result.err, "is not empty", "why")
        equal((os.listdir(folder.at("full")), read(folder.at("full"), ".hidden")), ([".hidden"], "mine"), "as it was")
        os.mkdir(folder.at("empty"))
        folder.init("empty")
        again = folder.cli("init", "empty")
        equal(again.code, 1, "a second time")
        with open(folder.at("file"), "w", encoding="utf-8"):
            pass
        equal(folder.cli("init", "file").code, 1, "a file")
        equal(folder.cli("init", "no/where").code, 1, "no folder above")
        os.mkdir(folder.at("here"))
        result = folder.cli("init", "empty/../here/.")
        equal(result.code, 0, f"through dots: {result}")
        equal(os.path.exists(folder.at("here", "frontdesk.env")), True, "there")


@test("a disk that fills up half-way leaves nothing behind, in a new folder and in an empty one")
def half_way():
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    with Folder() as folder:
        os.mkdir(folder.at("empty"))
        for name in ("new", "empty"):
            result = folder.cli("init", name, preexec_fn=limit)
            equal(result.code, 1, f"{result}")
            contains(result.err, "cannot be written: File too large", "why")
        equal(os.listdir(folder.path), ["empty"], "the new folder is gone")
        equal(os.listdir(folder.at("empty")), [], "the empty one is empty")


@test("bad options are refused before anything is made")
def bad_options():
    rows = [(["--kind", "shopp"], "did you mean 'shop'?"), (["--language", "de"], "en, ko, es"), (["--url", "desk.example.com"], "https://"),
            (["--url", "http://desk.example.com"], "https://"), (["--url", "https://"], "https://"),
            (["--url", "https:///x"], "https://"), (["--url", "https://a.example/?x=1"], "https://"),
            (["--url", "https://a.example\nBearer x"], "https://"), (["--csv"], "--csv")]
    with Folder() as folder:
        for words, piece in rows:
            result = folder.cli("init", "new", *words)
            equal(result.code, 2, f"{words}: {result}")
            contains(result.err, piece, f"{words}")
        result = folder.cli("init", "two\nlines")
        equal(result.code, 1, f"{result}")
        contains(result.err, "two\\nlines holds characters", "a path that would break the settings")
        equal(os.listdir(folder.path), [], "nothing")


@test("a path with blanks, quotes and Korean in it works in the settings and in the printed commands")
def odd_path():
    with Folder() as folder:
        name = "Ana's \"shop\" $5 \\ 가게"
        result = folder.init(name, "--language", "ko")
        command = next(line for line in result.out.splitlines() if line.endswith(" chat"))
        listed = command.replace(" chat", " rules tell --language ko --rules ") + re.search(r"--strict (.*)$", result.out, re.MULTILINE).group(1)
        done = subprocess.run(["sh", "-c", listed.replace("frontdesk ", binary("frontdesk") + " ", 1)], capture_output=True,
                              text=True, check=False)
        equal(done.returncode, 0, f"{listed}: {done.stderr}")
        contains(done.stdout, "업체 이름은 하늘상점입니다.", "told")
        env = folder.at(name, "frontdesk.env")
        check = folder.cli("--env", env, "rules", "check")
        equal(check.code, 0, f"the path of the rules is read: {check}")
        shell = subprocess.run(["sh", "-c", '. "$0"; printf %s "$FRONTDESK_RULES"', env], capture_output=True, text=True, check=False)
        equal(shell.stdout, os.path.realpath(folder.at(name, "rules")), "a shell reads the same file")


@test("--env: a file with a mistake is refused by both programs, with its line; a missing one too; a flag outranks it")
def env_file():
    with Folder() as folder:
        folder.init("desk")
        env = folder.at("desk", "frontdesk.env")
        equal(settings(env)["BRAZE_API_KEY"], KEY, "the sandbox's key")
        status = folder.cli("--env", env, "status")
        contains(status.err, os.path.realpath(folder.at("desk", "frontdesk.db")), "the book of this desk")
        other = folder.cli("--env", env, "--db", folder.at("other.db"), "status")
        contains(other.err, "other.db", "a flag outranks the file")
        with open(env, "a", encoding="utf-8") as file:
            file.write("NAME = value\n")
        line = len(read(env).splitlines())
        for program in ("frontdesk", "frontdeskd"):
            words = ["status"] if program == "frontdesk" else []
            done = subprocess.run([binary(program), "--env", env, *words], capture_output=True, text=True, timeout=30, check=False)
            equal(done.returncode, 1, f"{program}: {done}")
            contains(done.stderr, f"frontdesk.env:{line}: ", program)
            missing = subprocess.run([binary(program), "--env", folder.at("no"), *words], capture_output=True, text=True, timeout=30,
                                     check=False)
            equal(missing.returncode, 1, f"{program}: {missing}")
            contains(missing.stderr, "no cannot be read: No such file", program)


@test("frontdeskd --env starts; the token in the file opens the door, another does not")
def flag():
    with Folder() as folder:
        folder.init("desk")
        os.mkdir(folder.at("sandbox"))
        sandbox = Sandbox(folder.at("sandbox"), *campaigns(folder.at("desk")))
        try:
            with desk_of(folder.at("desk"), sandbox) as desk:
                desk.stop()
                env = desk.env.pop("FRONTDESK_ENV")
                with open(desk.log_file, "ab") as log:
                    desk.process = subprocess.Popen([binary("frontdeskd"), "--env", env], env=desk.env, stdin=subprocess.DEVNULL,
                                                    stdout=log, stderr=log)
                desk.wait_ready()
                body = {"user_id": "ana", "message": "hours", "dispatch_id": "d-1"}
                equal(desk.post(body, token="another-token").status, 401, "another token")
                equal(desk.post(body, token=settings(env)["FRONTDESK_WEBHOOK_TOKENS"]).status, 202, "the token")
                contains(sandbox.wait_texts("ana", 1)[0], "Monday to Saturday", "answered")
                true(web.call(desk.port, "GET", "/readyz").status == 200, "ready")
        finally:
            sandbox.stop()


if __name__ == "__main__":
    main(lanes=2)
