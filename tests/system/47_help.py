#!/usr/bin/python3
"""Help: every command explains itself with an example that works, shells complete command lines, manual pages are whole."""
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from desk import Desk, binary
from sandbox import ROOT
from tap import contains, equal, lacks, main, test, true

FRONTDESK = binary("frontdesk")
HERE = os.path.dirname(FRONTDESK)


def run(*words, **more):
    return subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=60, **more)


def patterns():
    """What `frontdesk --help` lists."""
    listed = run(FRONTDESK, "--help").stdout.split("Everywhere:")[0]
    return [line[2:].split("  ")[0].strip() for line in listed.splitlines() if re.match("  [a-z]", line)]


def literal(pattern):
    return [word for word in pattern.split() if not re.match(r"[\[A-Z]", word)]


@test("the list of all commands has groups, and each command stands in one of them")
def groups():
    shown = run(FRONTDESK, "--help").stdout
    true("\nMore:\n" not in shown, "a command stands in no group")
    names = patterns()
    equal(len(names), len(set(names)), "each once")
    true(len(names) > 30, "commands: %d" % len(names))
    reading = shown[shown.index("Reading:"):shown.index("\n\nWhat got stuck:")]
    contains(reading, "outbox show ID", "what only reads")
    for pattern in ("outbox retry", "outbox drop", "webhooks replay", "take", "erase", "rules load"):
        lacks(reading, f"  {pattern} ", "what changes something")


@test("the list of all commands fits a terminal of 80 columns")
def width():
    for words in ("help",), ("help", "rules"), ("conversations", "--help"), ("doctor", "--help"):
        lines = run(FRONTDESK, *words).stdout.splitlines()
        equal([line for line in lines if len(line) > 80 and not line.startswith("  frontdesk")], [], " ".join(words))
    for program in ("frontdeskd", "frontdesk-sandbox"):
        lines = run(binary(program), "--help").stdout.splitlines()
        equal([line for line in lines if len(line) > 80 or line != line.rstrip()], [], program)


@test("every command tells what it does, and gives an example that the program understands")
def examples():
    for pattern in patterns():
        shown = run(FRONTDESK, *literal(pattern), "--help").stdout
        contains(shown, "frontdesk " + pattern + "\n", pattern)
        lines = [line.strip() for line in shown.splitlines() if line.startswith("  frontdesk ")]
        true(lines, "frontdesk %s --help has no example" % pattern)
        mine = [line for line in lines if line.split()[1:1 + len(literal(pattern))] == literal(pattern)]
        true(mine, "the examples of %s are of other commands: %s" % (pattern, lines))
        for line in lines:
            understood(line)


def understood(example):
    """The command line is taken: with --help behind it, it comes to the help of one command; and its options belong there."""
    line = re.split(r"\s[>|]\s|\s{2,}|\s#", example)[0]
    words = run("sh", "-c", r"printf '%s\0' " + line).stdout.split("\0")[1:-1]
    done = run(FRONTDESK, *words, "--help")
    equal(done.returncode, 0, example)
    options = re.findall(r"--([a-z-]+)", " ".join(words))
    for option in options:
        contains(done.stdout, "--" + option, example)


@test("help knows nouns, shortened words and nonsense")
def nouns():
    contains(run(FRONTDESK, "help", "rules").stdout, "rules rollback N", "a noun")
    contains(run(FRONTDESK, "ru", "ro", "--help").stdout, "frontdesk rules rollback N\n", "shortened")
    done = run(FRONTDESK, "help", "nonsense")
    equal((done.returncode, done.stdout), (2, ""), "nonsense")
    contains(done.stderr, "frontdesk help lists all of them", "nonsense")


# Shells

BASH = r"""
source <("$FRONTDESK" completion bash)
complete() { :; }
compopt() { :; }
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
_frontdesk
((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}"
"""
ZSH = r"""
compdef() { : }
_describe() { printf '%s\n' ${(P)2} }
_files() { echo files $@ }
source <("$FRONTDESK" completion zsh)
words=("$@") CURRENT=$#
_frontdesk
"""


def bash(*words, env=None):
    return run("bash", "--norc", "-c", BASH, "bash", FRONTDESK, *words, env=env).stdout.split("\n")[:-1]


def zsh(*words, env=None):
    return run("zsh", "-f", "-c", ZSH, "zsh", FRONTDESK, *words, env=env).stdout.split("\n")[:-1]


def fish(line, env=None):
    script = run(FRONTDESK, "completion", "fish").stdout.replace("complete -c frontdesk", "complete -c frontdesk -p " + FRONTDESK)
    return run("fish", "--no-config", "-c", script + "\ncomplete -C " + '"%s %s"' % (FRONTDESK, line), env=env).stdout.split("\n")[:-1]


ENV = dict(os.environ, FRONTDESK=FRONTDESK, FRONTDESK_DB="/nonexistent/frontdesk.db")


@test("bash completes words, options, their values, and names that hold anything")
def in_bash():
    equal(bash("rules", "ro", env=ENV), ["rollback"], "bash")
    equal(bash("conversations", "--own", env=ENV), ["--owner"], "bash")
    equal(bash("conversations", "--owner", "=", "a", env=ENV), ["agent"], "bash")
    equal(bash("conversations", "--owner", "=", env=ENV), ["bot", "agent", "closed"], "bash")
    equal(bash("conversations", "--owner", "c", env=ENV), ["closed"], "bash")
    with Desk() as desk:
        desk.say("ana", "hello")
        desk.say("an $(touch x)", "hello")
        env = ENV | {"FRONTDESK_DB": desk.env["FRONTDESK_DB"]}
        equal(sorted(bash("take", "an", env=env)), ["an\\ \\$\\(touch\\ x\\)", "ana"], "bash")
        equal(bash("why", "an", env=env), bash("take", "an", env=env), "of whom why may be asked")
        equal(bash("outbox", "show", "", env=env), [], "a number is not offered")


@test("zsh and fish complete the same, with what it is")
def in_others():
    equal(zsh("rules", "ro", env=ENV), ["rollback:put the rules of an earlier load into force again"], "zsh")
    equal(zsh("rules", "check", "", env=ENV), ["files -/"], "zsh")
    equal(fish("rules ro", env=ENV), ["rollback\tput the rules of an earlier load into force again"], "fish")
    equal(fish("conversations --owner ", env=ENV), ["agent", "bot", "closed"], "fish")


# Pages

def page(name):
    return run(os.path.join(HERE, "frontdesk-manual"), name).stdout


def shown(name):
    """The page as a terminal shows it, without bold and underline."""
    done = run("mandoc", "-T", "utf8", "-O", "width=200", input=page(name))
    return re.sub(".\b", "", done.stdout)


@test("make uninstall takes out all that make install put there, and nothing else")
def uninstall():
    with tempfile.TemporaryDirectory() as folder:
        def make(target):
            env = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
            run("make", target, f"DESTDIR={folder}", "PREFIX=/opt/desk", cwd=ROOT, env=env, check=True)

        def files():
            return sorted(os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names)
        kept = os.path.join(folder, "opt/desk/bin/other")
        os.makedirs(os.path.dirname(kept))
        with open(kept, "w") as file:
            file.write("of another program")
        make("install")
        for name in ("bin/frontdeskd", "lib/systemd/system/frontdeskd.service", "share/man/man1/frontdesk.1", "share/frontdesk/README.md"):
            contains(files(), f"opt/desk/{name}", "installed")
        with open(os.path.join(folder, "opt/desk/lib/systemd/system/frontdeskd.service")) as unit:
            contains(unit.read(), "ExecStart=/opt/desk/bin/frontdeskd\n", "the unit starts what was installed")
        make("uninstall")
        equal(files(), ["opt/desk/bin/other"], "what is left")


@test("the manual pages are sound")
def sound():
    for name in ("frontdesk.1", "frontdesk-rules.5", "frontdeskd.8"):
        done = run("mandoc", "-T", "lint", "-W", "warning", input=page(name))
        equal(done.stdout, "", name)


@test("frontdesk(1) has every command and option that --help has, as it is typed")
def commands():
    text = shown("frontdesk.1")
    for pattern in patterns():
        true("frontdesk " + pattern + "\n" in text, "frontdesk(1) lacks " + pattern)
    for option in re.findall(r"^  (--[a-z-]+)", "".join(run(FRONTDESK, *literal(p), "--help").stdout for p in patterns()), re.M):
        true(option in text, "frontdesk(1) lacks " + option)


@test("frontdeskd(8) has every variable that the daemon's --help has")
def variables():
    text = shown("frontdeskd.8")
    names = re.findall(r"^  ([A-Z_]{6,}) ", run(binary("frontdeskd"), "--help").stdout, re.M)
    true(len(names) >= 12, names)
    for name in names:
        true(name in text, "frontdeskd(8) lacks " + name)


@test("frontdesk-rules(5) has every table, column, setting and fact that rules explain has")
def rules():
    text = shown("frontdesk-rules.5")
    tables = [row["table"] for row in json.loads(run(FRONTDESK, "rules", "explain", "--json").stdout)["tables"]]
    for table in tables:
        told = json.loads(run(FRONTDESK, "rules", "explain", table, "--json").stdout)
        for noun, key in (("columns", "column"), ("settings", "setting"), ("facts", "fact")):
            for row in told.get(noun, []):
                true("\n     " + row[key] in text, "frontdesk-rules(5) lacks %s.%s" % (table, row[key]))
    done = run(FRONTDESK, "rules", "explain", "srvice")
    equal((done.returncode, done.stdout), (3, ""), "a slip")
    contains(done.stderr, "did you mean 'service'", "a slip")


if __name__ == "__main__":
    main()
