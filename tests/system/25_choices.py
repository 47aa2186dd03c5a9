#!/usr/bin/python3
"""What customers choose from: quick replies, lists and numbered lines, and how each of them is answered."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
from desk import Desk
from tap import contains, equal, lacks, main, test, true

CAKES = ["Carrot", "Lemon", "Poppy seed", "Cheese", "Chocolate", "Plum", "Apple", "Almond", "Black Forest gateau", "Nut"]
RULES = f"""
INSERT INTO campaign (name, channel, app_id, subscription_group_id, layout) VALUES
  ('direct', 'whatsapp', '{texts.APP}', '{texts.GROUP}', 'response');
INSERT INTO campaign (name, channel, campaign_id, layout) VALUES
  ('plain', 'whatsapp', '{texts.REPLY}', 'response'), ('reopen', 'whatsapp', '{texts.REOPEN}', 'template');
INSERT INTO campaign (name, channel, campaign_id) VALUES ('text', 'sms', '{texts.OTHER}');
INSERT INTO rule (name, words, say, buttons) VALUES
  ('cakes', 'cakes', 'Which cake?', '{", ".join(CAKES)}'),
  ('three', 'three', 'Which cake?', '{", ".join(CAKES[:3])}'),
  ('twin', 'twin', 'Which cake?', 'Lemon, Plum, Nut, {{{{ field.more }}}}');
INSERT INTO rule (name, words, say) VALUES {", ".join(f"('cake-{n}', '={cake}', 'One {cake}.')" for n, cake in enumerate(CAKES))};
"""


def sent(desk, user):
    return desk.sandbox.messages(user)[-1]


def rows(message):
    return [row for section in message["list"]["sections"] for row in section["rows"]]


@test("up to three choices are quick replies, up to ten a list; a tap comes back as its title")
def shown():
    with Desk(RULES) as desk:
        desk.hears("ana", "three", "Which cake?")
        equal((sent(desk, "ana")["buttons"], "list" in sent(desk, "ana")), (CAKES[:3], False), "buttons")
        desk.hears("ana", "cakes", "Which cake?")
        message = sent(desk, "ana")
        true("buttons" not in message, "no buttons beside a list")
        equal(message["list"], {"button": "Choose", "sections": [{"title": "Choices", "rows": CAKES}]}, "the list")
        for cake in CAKES:
            desk.hears("ana", cake, f"One {cake}.")
        desk.wait_drained()
        equal(desk.sandbox.report()["dropped"], 0, "nothing that WhatsApp would not show")
        desk.do("audit")


@test("who cannot be shown a list gets numbered lines, and a number stands for its text")
def lines():
    with Desk(RULES) as desk:
        numbered = "Which cake?\n\n" + "\n".join(f"{n}. {cake}" for n, cake in enumerate(CAKES, 1))
        desk.post({"user_id": "eve", "message": "cakes", "dispatch_id": "s1"}, channel="sms")
        equal(desk.sandbox.wait_texts("eve", 1), [numbered], "by SMS")
        desk.post({"user_id": "eve", "message": "9", "dispatch_id": "s2"}, channel="sms")
        equal(desk.sandbox.wait_texts("eve", 2)[1], "One Black Forest gateau.", "the number")
        desk.post({"user_id": "eve", "message": "cakes", "dispatch_id": "s3"}, channel="sms")
        desk.sandbox.wait_texts("eve", 3)
        desk.post({"user_id": "eve", "message": "10.", "dispatch_id": "s4"}, channel="sms")
        equal(desk.sandbox.wait_texts("eve", 4)[3], "One Nut.", "the tenth")


@test("a list speaks the customer's language, and only equal messages share a call")
def languages():
    rules = RULES + """
        INSERT INTO phrase (name, language, text) VALUES ('list_button', 'en', 'See the cakes'), ('list_button', 'pt', 'Ver bolos');"""
    with Desk(rules) as desk:
        desk.sandbox.fault("status", path="/messages/send", status=503, times=0)
        for user, language in (("a", "en"), ("b", "ko"), ("c", "pt-BR"), ("d", "en-GB")):
            desk.say(user, "cakes", language=language)
        desk.kill()
        desk.sandbox.unscript()
        desk.start()
        desk.wait_drained()
        equal([sent(desk, user)["list"]["button"] for user in "abcd"], ["See the cakes", "선택하기", "Ver bolos", "See the cakes"],
              "what opens it")
        equal(sent(desk, "b")["list"]["sections"][0]["title"], "선택 항목", "the title over the rows")
        for batch in desk.sandbox.batches("/messages/send"):
            true(set(batch) <= {"a", "d"} or len(batch) == 1, f"apart: {batch}")
        equal(desk.sandbox.report()["dropped"], 0, "all of it shown")
        desk.do("audit")


@test("what is rendered is cut to a row, and what is there already is left out")
def rendered():
    with Desk(RULES) as desk:
        desk.say("ana", "twin", more="A cake with very many words in its name")
        desk.sandbox.wait_texts("ana", 1)
        equal(rows(sent(desk, "ana")), ["Lemon", "Plum", "Nut", "A cake with very many"], "cut on a word")
        desk.say("ben", "twin", more="lemon")
        desk.sandbox.wait_texts("ben", 1)
        equal(sent(desk, "ben")["buttons"], ["Lemon", "Plum", "Nut"], "three are buttons")
        equal(desk.sandbox.report()["dropped"], 0, "all of it shown")


@test("chat shows a list row by row, and a row can be typed")
def chat():
    with Desk(RULES) as desk:
        shown = desk.do("chat", "--as", "ana", "--script", "-", input="cakes\nPlum\n").out
        contains(shown, "[ Choose ]\n      · Carrot\n      · Lemon\n", "the list")
        contains(shown, "      · Nut\n", "to its end")
        contains(shown, "One Plum.", "the answer")
        lacks(desk.do("transcript", "ana").out, "· Carrot", "the book does not know how they were shown")


@test("rules check knows what each way out shows")
def checked():
    four = "INSERT INTO rule (name, say, buttons, campaign) VALUES ('r', 's', 'a, b, c, d', '%s');"
    with Desk(RULES, start=False) as desk:
        for more, piece in ((four % "plain", "at most 3 buttons, and this rule has more; a campaign with app_id"),
                            (four.replace("d'", "a text of twenty-five !!!'") % "direct", "at most 24 in a row of a list"),
                            ("INSERT INTO phrase (name, language, text) VALUES ('list_button', 'en', '"
                             + "x" * 21 + "');", "at most 20 on the button of a list")):
            desk.write_rules({"10-rules.sql": RULES, "20-more.sql": more})
            result = desk.cli("rules", "check", desk.rules_folder)
            equal(result.code, 1, piece)
            contains(result.out + result.err, piece, "the reason")
            contains(result.out + result.err, "20-more.sql:1", "the place")


if __name__ == "__main__":
    main(lanes=2)
