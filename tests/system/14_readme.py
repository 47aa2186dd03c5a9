#!/usr/bin/python3
"""README: what it prints works. Its rules load, its commands exist, its templates survive what customers type."""
import glob
import json
import os
import re
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from desk import Desk
from sandbox import ROOT
from tap import contains, equal, main, test, true

TAG = re.compile(r"\{\{.*?\}\}+")


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


README = read("README.md")


def blocks(language):
    """The fenced blocks of a language, without the indentation of the list they stand in."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", README, re.MULTILINE | re.DOTALL)
    true(found, f"README has a block of {language}")
    return [re.sub(rf"^{indent}", "", text, flags=re.MULTILINE) for indent, text in found]


def shop():
    return {f"{n}0-readme.sql": text for n, text in enumerate(blocks("sql"), 1)}


@test("the SQL of the tour is a folder that loads, without a warning")
def rules():
    with Desk(shop(), start=False) as desk:
        result = desk.do("rules", "check", "--strict", desk.rules_folder)
        contains(result.out + result.err, "All is well", "rules check")


@test("each of the tour's files is needed: the examples of the third fail without the second")
def rules_prove():
    files = shop()
    with Desk({name: files[name] for name in sorted(files) if not name.startswith("2")}, start=False) as desk:
        equal(desk.cli("rules", "check", desk.rules_folder).code, 1, "without the rules")


@test("each frontdesk command that README prints exists")
def commands():
    lines = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("frontdesk ")]
    true(len(lines) > 15, "README prints commands")
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
