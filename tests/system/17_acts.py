#!/usr/bin/python3
"""What rules do beside speaking: tags, variables, cooldowns, phrases by language, buttons and the tap that comes back."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
from desk import Desk
from sandbox import Sandbox
from tap import contains, equal, eventually, lacks, main, test, true

CHOICE = "88888888-8888-4888-8888-888888888888"
RULES = texts.CARRIERS + f"""
INSERT INTO campaign (name, channel, campaign_id, layout, buttons) VALUES ('choice', 'whatsapp', '{CHOICE}', 'response', 2);
INSERT INTO campaign (name, channel, campaign_id) VALUES ('text', 'sms', '{texts.OTHER}');
INSERT INTO campaign (name, channel, app_id, subscription_group_id, layout) VALUES
  ('direct', 'whatsapp', '{texts.APP}', '{texts.GROUP}', 'response');
INSERT INTO phrase (name, language, text) VALUES
  ('which', 'en', 'Which size?'), ('which', 'ko', '어떤 크기로 드릴까요?'), ('which', 'pt', 'Que tamanho?'),
  ('small', 'en', 'Small one'), ('small', 'ko', '작은 것');
INSERT INTO rule (name, priority, action, words, target) VALUES ('hurry', 900, 'tag', 'quick*', 'in a hurry');
INSERT INTO rule (name, words, say, buttons, campaign) VALUES
  ('cake', 'cake', '{{{{ phrase.which }}}}', '{{{{ phrase.small }}}}, Large one, No cake', 'choice'),
  ('pie', 'pie', '{{{{ phrase.which }}}}', '{{{{ phrase.small }}}}, Large one, No pie', 'direct');
INSERT INTO rule (name, pattern, say) VALUES ('size', '(?<size>small|large|작은) (?:one|것)', 'One {{{{ size | downcase }}}}.');
INSERT INTO rule_set (rule, name, value) VALUES ('size', 'size', '{{{{ size | downcase }}}}'), ('none', 'size', NULL);
INSERT INTO rule (name, priority, words, say) VALUES ('none', 600, '=no cake, =no pie', 'None then.'),
  ('recall', 500, 'what did i say', 'You said {{{{ size | default: "nothing" }}}}.');
INSERT INTO rule (name, words, say, cooldown) VALUES ('joke', 'joke', 'A joke.', '1 hour');
INSERT INTO rule (name, priority, words, say) VALUES ('no-joke', 400, 'joke', 'Later.');
INSERT INTO rule (name, priority, words, action, say) VALUES ('opt-out', 1000, '=stop', 'opt_out', 'Bye.');
"""


def start():
    import tempfile
    folder = tempfile.mkdtemp(prefix="frontdesk-test-")
    sandbox = Sandbox(folder, "--campaign", CHOICE + ":buttons=2")
    desk = Desk(RULES, sandbox=sandbox, folder=folder)
    desk.owns_sandbox = True
    return desk


@test("a tag is noted, in ledger, transcript and why, and the next rule answers")
def tags():
    with start() as desk:
        desk.hears("ana", "quick, a joke", "A joke.")
        number = desk.say("ana", "quickly now")
        desk.wait_drained()
        equal([(r["actor"], r["detail"]) for r in desk.rows("SELECT * FROM event WHERE kind = 'tag'")],
              [("rule hurry", "in a hurry")] * 2, "ledger")
        equal(desk.value("SELECT state FROM turn ORDER BY id DESC LIMIT 1"), "unanswered", "only a tag: nobody answered")
        contains(desk.do("transcript", "ana").out, "tagged in a hurry", "the transcript")
        lines = desk.do("transcript", "ana", "--json").json()["messages"]
        equal([line["tags"] for line in lines], [["in a hurry"], None, ["in a hurry"]], "as JSON")
        why = desk.do("why", number, "--json").json()
        equal(([t["tag"] for t in why["tags"]], why["decision"]["rule"]), (["in a hurry"], None), "why")
        desk.do("audit")


@test("what a match has caught is remembered in the conversation, over reload and restart, and can be taken back")
def variables():
    with start() as desk:
        desk.hears("ana", "what did I say", "You said nothing.")
        desk.hears("ana", "the LARGE one", "One large.")
        desk.hears("bob", "what did I say", "You said nothing.")
        before = desk.value("SELECT max(id) FROM ruleset")
        desk.reload(RULES + "-- changed\n")
        eventually(lambda: desk.value("SELECT max(id) FROM ruleset") > before, "reloaded")
        desk.restart()
        desk.hears("ana", "what did I say", "You said large.")
        desk.hears("ana", "no cake", "None then.")
        desk.hears("ana", "what did I say", "You said nothing.")
        tried = desk.do("rules", "try", "a small one", "--json").json()
        contains([(e["effect"], e["name"], e["text"]) for e in tried["effects"]], ("set", "size", "small"), "rules try")


@test("a rule with a cooldown rests for that customer alone, over a restart, and says so")
def cooldown():
    with start() as desk:
        desk.hears("ana", "a joke please", "A joke.")
        desk.hears("ana", "a joke please", "Later.")
        desk.hears("bob", "a joke please", "A joke.")
        desk.restart()
        desk.hears("ana", "joke!", "Later.")
        number = desk.value("SELECT max(message) FROM decision")
        contains(desk.do("why", number).out, "cooling down until ", "why")
        desk.stop()
        desk.edit("UPDATE cooldown SET until_at = 1")
        desk.start()
        desk.hears("ana", "joke!", "A joke.")


@test("a phrase speaks the customer's language, and the default one where it has no text")
def phrases():
    with start() as desk:
        for user, language, text in (("a", "en", "Which size?"), ("b", "ko", "어떤 크기로 드릴까요?"), ("c", "ko-KR", "어떤 크기로 드릴까요?"),
                                     ("d", "pt-BR", "Que tamanho?"), ("e", "de", "Which size?"), ("f", "", "Which size?")):
            desk.say(user, "pie", language=language)
            equal(desk.sandbox.wait_texts(user, 1), [text], language)
        equal(desk.sandbox.messages("b")[0]["buttons"], ["작은 것", "Large one", "No pie"], "so do buttons")
        equal(desk.sandbox.messages("d")[0]["buttons"][0], "Small one", "and where they have no text, the default")


@test("buttons go out as the layout shows them, the rest as numbered lines, and a tap or a number comes back")
def buttons():
    with start() as desk:
        desk.hears("ana", "cake", "Which size?\n\n3. No cake")
        sent = desk.sandbox.messages("ana")[-1]
        equal((sent["buttons"], sent["campaign"]), (["Small one", "Large one"], CHOICE), "two buttons")
        equal(sorted(sent["properties"]), ["button_1", "button_2", "external_system_msg_body"], "properties")
        desk.hears("ana", "Large one", "One large.")
        desk.hears("ana", "cake", "Which size?\n\n3. No cake")
        desk.hears("ana", "3", "None then.")
        desk.hears("ana", "pie", "Which size?")
        sent = desk.sandbox.messages("ana")[-1]
        equal(sent["buttons"], ["Small one", "Large one", "No pie"], "by /messages/send, all three")
        desk.say("bob", "cake", status=202)
        desk.post({"user_id": "eve", "message": "cake", "dispatch_id": "s"}, channel="sms")
        equal(desk.sandbox.wait_texts("eve", 1), ["Which size?\n\n1. Small one\n2. Large one\n3. No cake"], "by SMS")
        desk.wait_drained()
        equal(desk.sandbox.report()["dropped"], 0, "nothing that WhatsApp would not show")
        shown = desk.do("transcript", "ana").out
        contains(shown, "[ Small one ]  [ Large one ]  [ No cake ]", "the transcript")
        equal(desk.do("transcript", "bob", "--json").json()["messages"][1]["buttons"],
              ["Small one", "Large one", "No cake"], "as JSON")
        desk.do("audit")


@test("buttons survive a kill, and /messages/send batches only what is equal")
def durable():
    with start() as desk:
        desk.sandbox.fault("status", path="/messages/send", status=503, times=0)
        for user in ("a", "b", "c"):
            desk.say(user, "pie", language="ko" if user == "c" else "en")
        desk.kill()
        desk.sandbox.unscript()
        desk.start()
        desk.wait_drained()
        equal([desk.sandbox.messages(user)[-1]["buttons"][0] for user in "abc"], ["Small one", "Small one", "작은 것"], "kept")
        for batch in desk.sandbox.batches("/messages/send"):
            true("c" not in batch or batch == ["c"], f"apart: {batch}")
        desk.do("audit")


@test("chat shows the buttons of the sandbox")
def chat():
    with start() as desk:
        shown = desk.do("chat", "--as", "ana", "--script", "-", input="cake\nSmall one\n").out
        contains(shown, "[ Small one ]  [ Large one ]", "buttons")
        contains(shown, "One small.", "and the tap is answered")


@test("who has opted out is neither tagged nor answered")
def gates():
    with start() as desk:
        desk.hears("ana", "stop", "Bye.")
        desk.say("ana", "quick, the large one")
        desk.wait_drained()
        equal(desk.value("SELECT count(*) FROM event WHERE kind = 'tag'"), 0, "no tag")
        equal(desk.value("SELECT variables FROM conversation"), "{}", "nothing remembered")


@test("rules check refuses what would not be shown, with file and line")
def refusals():
    with start() as desk:
        for more, piece in (
                ("INSERT INTO rule (name, say, buttons) VALUES ('r', 's', 'a, b, c, d');", "at most 3 buttons"),
                ("INSERT INTO rule (name, say, buttons) VALUES ('r', 's', 'a text that is far too long');", "27 characters"),
                ("INSERT INTO rule (name, say) VALUES ('r', '{{ phrase.wich }}');", "did you mean 'which'?"),
                ("INSERT INTO phrase (name, language, text) VALUES ('x', 'ko', 'y');", "default language"),
                ("INSERT INTO rule_set (rule, name, value) VALUES ('cake', 'language', 'x');", "already")):
            desk.write_rules({"10-rules.sql": RULES, "20-more.sql": more})
            checked = desk.cli("rules", "check", desk.rules_folder)
            equal(checked.code, 1, piece)
            contains(checked.out + checked.err, piece, "the reason")
            contains(checked.out + checked.err, "20-more.sql:1", "the place")
            lacks(checked.out, "rules would load", "no")


if __name__ == "__main__":
    main(lanes=2)
