#!/usr/bin/python3
"""Dialogues on the whole road: a booking through Braze, services that fail, time, people who step in, reloads, kill -9."""
import http.client
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
import trace
import web
from desk import Desk
from sandbox import Sandbox
from tap import contains, equal, eventually, main, test, true

TORTURE = os.environ.get("TORTURE") == "1"

FLOWS = """
INSERT INTO setting (name, value) VALUES ('time_zone', 'Asia/Seoul'), ('allow_local_backends', 'yes');
INSERT INTO team (name) VALUES ('support');
INSERT INTO service (name, url, deadline) VALUES ('orders', 'SHOP/shop/orders/{{ order_id }}', '2 seconds');
INSERT INTO service (name, method, url, body, deadline) VALUES ('diary', 'POST', 'SHOP/shop/tables',
  '{"at": "{{ moment | date: "%Y-%m-%d %H:%M" }}", "people": {{ people }}}', '10 seconds');
INSERT INTO service_value (service, name, pointer) VALUES ('orders', 'state', '/status'), ('diary', 'free', '/free'),
  ('diary', 'code', '/code');
INSERT INTO flow (name, title, expires) VALUES ('table', 'your table', '1 hour'), ('order', 'your order', '1 hour');
INSERT INTO step (name, say, ask, accept_if, retry) VALUES
  ('table.people', 'How many?', 'number', '@people BETWEEN 1 AND 8', 'One to eight. How many?'),
  ('table.moment', 'When?', 'datetime', '@moment > :now', 'Which day, and what time?');
INSERT INTO step (name, say, ask) VALUES
  ('table.sure', 'For {{ people }}, {{ moment | date: "%Y-%m-%d %H:%M" }}?', 'yes_no');
INSERT INTO branch (step, only_if, say, redo) VALUES ('table.sure', '@sure = 0', NULL, 'moment');
INSERT INTO step (name, action, target) VALUES ('table.book', 'call', 'diary');
INSERT INTO branch (step, only_if, say, next) VALUES ('table.book', ':failed', 'We confirm by hand.', 'end');
INSERT INTO branch (step, only_if, say, redo) VALUES ('table.book', '@free = 0', 'Nothing is free then.', 'moment');
INSERT INTO step (name, say, next) VALUES ('table.done', 'Booked: {{ code }}.', 'end');
INSERT INTO step (name, say, ask, pattern) VALUES ('order.order_id', 'Which order?', 'pattern', '\\d{4,}');
INSERT INTO step (name, say, action, target) VALUES ('order.look', 'A moment.', 'call', 'orders');
INSERT INTO branch (step, only_if, say, next) VALUES
  ('order.look', ':failed AND :status = 404', 'There is no order {{ order_id }}.', 'end'),
  ('order.look', ':timed_out', 'The order book sleeps.', 'end'), ('order.look', ':failed', 'It does not open.', 'end');
INSERT INTO step (name, say, next) VALUES ('order.told', 'It is {{ state }}.', 'end');
INSERT INTO rule (name, pattern, action, target) VALUES
  ('table', 'table(?: for (?<people>\\d+))?', 'flow', 'table'), ('order', 'order(?: (?<order_id>\\d+))?', 'flow', 'order');
INSERT INTO rule (name, words, say) VALUES ('hours', 'open', 'Until six.');
INSERT INTO rule (name, priority, interrupts, words, action, target, say) VALUES
  ('person', 900, 'yes', 'human', 'handoff', 'support', 'A colleague is coming.');
INSERT INTO rule (name, priority, say) VALUES ('rest', 0, 'Pardon?');
"""

BOOKING = [("a table for 4", "When?"), ("2031-05-12 18:30", "For 4, 2031-05-12 18:30?"), ("no", "When?"),
           ("2031-05-13 19:00", "For 4, 2031-05-13 19:00?"), ("yes", "Booked: R1.")]


def rules(sandbox, flows=FLOWS):
    return texts.CARRIERS + flows.replace("SHOP", sandbox.url)


def start(flows=FLOWS, **env):
    import tempfile
    folder = tempfile.mkdtemp(prefix="frontdesk-test-")
    sandbox = Sandbox(folder, "--shop-tables", "1000")
    desk = Desk(rules(sandbox, flows), sandbox=sandbox, folder=folder, **env)
    desk.owns_sandbox = True
    return desk


def run_of(desk, user="ana"):
    return desk.value("SELECT station FROM run WHERE conversation = ?", desk.conversation(user))


def ends(desk):
    return [row["detail"] for row in desk.rows("SELECT detail FROM event WHERE kind = 'flow_end' ORDER BY id")]


@test("a booking with a change of mind, a question in between, and a diary that books once")
def booking():
    with start() as desk:
        for said, answer in BOOKING[:3]:
            desk.hears("ana", said, answer)
        equal(run_of(desk), "table.moment", "where it stands")
        desk.hears("ana", "are you open?", "Until six.", "Back to where we were (your table).", "When?")
        for said, answer in BOOKING[3:]:
            desk.hears("ana", said, answer)
        equal((run_of(desk), ends(desk)), (None, ["done"]), "it is over")
        booked = web.call(desk.sandbox.port, "GET", "/shop/tables").json()["tables"]
        equal([(table["at"], table["people"]) for table in booked], [("2031-05-13 19:00", 4)], "the diary")
        desk.wait_drained()
        states = desk.rows("SELECT state, count(*) AS count FROM turn GROUP BY state")
        equal([(row["state"], row["count"]) for row in states], [("answered", 6)], "turns")
        desk.do("audit")


@test("what a service says, or does not say, becomes the branch that was written for it")
def services():
    with start() as desk:
        desk.hears("ana", "order 10002", "A moment.", "It is on its way.")
        desk.hears("ana", "order 99999", "A moment.", "There is no order 99999.")
        desk.sandbox.fault("status", path="/shop/orders", status=503, times=0)
        desk.hears("ana", "order 10002", "A moment.", "It does not open.")
        desk.sandbox.unscript()
        desk.sandbox.fault("hang", path="/shop/orders", times=0)
        desk.hears("ana", "order 10002", "A moment.", "The order book sleeps.")
        desk.sandbox.unscript()
        desk.hears("ana", "order", "Which order?")
        desk.hears("ana", "10003", "A moment.", "It is delivered.")
        desk.do("audit")


@test("while a service is being asked, messages wait, and are then decided in their order")
def waiting():
    with start() as desk:
        desk.sandbox.slow(1500, times=1, path="/shop/orders")
        desk.hears("ana", "order 10002", "A moment.")
        for said in ("are you open?", "a table for 3"):
            desk.say("ana", said)
        equal(desk.value("SELECT count(*) FROM behind"), 2, "two wait")
        desk.do("audit")
        equal(desk.sandbox.wait_texts("ana", 4)[1:], ["It is on its way.", "Until six.", "When?"], "in order")
        desk.wait_drained()
        equal((desk.value("SELECT count(*) FROM behind"), run_of(desk)), (0, "table.moment"), "nobody waits")
        equal(desk.value("SELECT count(*) FROM turn WHERE state <> 'answered'"), 0, "all are answered")
        desk.do("audit")


@test("what interrupts is heard at once, also while a service is being asked")
def interrupts():
    with start() as desk:
        desk.sandbox.fault("hang", path="/shop/orders", times=0)
        desk.hears("ana", "order 10002", "A moment.")
        desk.say("ana", "are you open?")
        desk.hears("ana", "a human, please", "A colleague is coming.")
        equal(ends(desk), ["handoff"], "the dialogue is over")
        eventually(lambda: desk.value("SELECT count(*) FROM outbox WHERE kind = 'call' AND settled_at IS NULL") == 0,
                   "the call has ended", 20)
        desk.wait_drained()
        equal(desk.sandbox.texts("ana"), ["A moment.", "A colleague is coming."], "and nothing is said after it")
        desk.do("audit")


@test("a person takes it in the middle: the dialogue ends without a word, and does not come back")
def taken():
    with start() as desk:
        desk.hears("ana", "table", "How many?")
        desk.do("take", "ana")
        equal((run_of(desk), ends(desk)), (None, ["take"]), "it is over")
        desk.say("ana", "four")
        desk.do("say", "ana", "For four? I see to it.")
        desk.do("release", "ana")
        desk.hears("ana", "four", "Pardon?")
        equal(desk.sandbox.texts("ana"), ["How many?", "For four? I see to it.", "Pardon?"], "heard")
        desk.do("audit")


@test("timeout, reminder and expiry come by the clock, and survive a restart")
def clock():
    timed = (FLOWS.replace("VALUES ('table', 'your table', '1 hour')", "VALUES ('table', 'your table', '4 seconds')")
             + "INSERT INTO flow (name, expires, remind, reminder, expired) VALUES "
             "  ('vote', '6 seconds', '2 seconds', 'Still there?', 'Closed.');"
             "INSERT INTO step (name, say, ask, timeout) VALUES ('vote.stars', 'Stars?', 'number', '1 second');"
             "INSERT INTO branch (step, only_if, say, next) VALUES ('vote.stars', ':timed_out', 'No hurry.', 'why');"
             "INSERT INTO step (name, say, ask) VALUES ('vote.why', 'Why?', 'text');"
             "INSERT INTO rule (name, words, action, target) VALUES ('vote', 'vote', 'flow', 'vote');")
    with start(timed) as desk:
        desk.hears("ana", "vote", "Stars?")
        desk.hears("bob", "table", "How many?")
        desk.wait_drained()
        desk.kill()
        desk.start()
        equal(desk.sandbox.wait_texts("ana", 5, 20)[1:], ["No hurry.", "Why?", "Still there?", "Closed."], "in time")
        eventually(lambda: len(desk.sandbox.texts("bob")) == 2, "bob's has expired, too", 20)
        equal((run_of(desk), run_of(desk, "bob"), sorted(ends(desk))), (None, None, ["expired", "expired"]), "over")
        desk.do("audit")


@test("a reload in the middle: the run moves along, and a step or flow that is gone strands nobody")
def reload():
    with start() as desk:
        for user in ("ana", "bob", "cho"):
            desk.hears(user, "a table for 4", "When?")

        def load(flows):
            desk.write_rules(rules(desk.sandbox, flows))
            desk.do("rules", "load", desk.rules_folder)
        load(FLOWS.replace("'For {{ people }},", "'Really for {{ people }},"))
        desk.hears("ana", "2031-05-12 18:30", "Really for 4, 2031-05-12 18:30?")
        load(FLOWS.replace("  ('table.moment', 'When?', 'datetime', '@moment > :now', 'Which day, and what time?');",
                           "  ('table.day', 'Which day?', 'datetime', '@day > :now', NULL);")
             .replace("moment | date", "day | date").replace("'moment'", "'day'"))
        before = len(desk.sandbox.texts("bob"))
        desk.say("bob", "2031-05-12 18:30")
        desk.sandbox.wait_texts("bob", before + 1)
        load("INSERT INTO rule (name, priority, say) VALUES ('rest', 0, 'Pardon?');")
        before = len(desk.sandbox.texts("cho"))
        desk.say("cho", "2031-05-12 18:30")
        desk.sandbox.wait_texts("cho", before + 1)
        eventually(lambda: desk.value("SELECT count(*) FROM run") <= 1, "bob's and cho's are over")
        desk.hears("cho", "hello", "Pardon?")
        desk.do("audit")


def book(desk, user, lines, offset=0):
    """Says the lines until each is acknowledged and answered, whatever happens to the daemon meanwhile."""
    for number, (said, _) in enumerate(lines):
        fields = {"user_id": user, "dispatch_id": f"{user}-{offset + number}", "message": said}

        def acknowledged():
            try:
                return desk.post(fields).status in (200, 202)
            except (OSError, http.client.HTTPException):
                if not desk.runs():
                    desk.process.wait()
                    desk.start()
                return False
        eventually(acknowledged, f"{said!r} is taken", 30, 0.02)

        def answered():
            if not desk.runs():
                desk.process.wait()
                desk.start()
            return desk.value("SELECT count(*) FROM outbox WHERE settled_at IS NULL") == 0 and \
                desk.value("SELECT count(*) FROM behind") == 0
        eventually(answered, f"{said!r} is answered", 40, 0.02)


def check_booking(desk, user, what):
    wanted = [answer for _, answer in BOOKING]
    rows = desk.rows("SELECT m.text, o.is_ambiguous, o.state FROM outbox o JOIN message m ON m.id = o.message WHERE"
                     " o.contact = (SELECT contact FROM identity WHERE value = ?) AND o.kind = 'send' ORDER BY o.id", user)
    said = [row["text"] for row in rows]
    equal(said[:-1], wanted[:-1], f"{what}: said, each once")
    true(said[-1].startswith("Booked: R"), lambda: f"{what}: the end: {said}")
    heard = desk.sandbox.texts(user)
    for text in set(said):
        same = [row for row in rows if row["text"] == text]
        true(len(same) <= heard.count(text) <= len(same) + sum(row["is_ambiguous"] for row in same),
             lambda: f"{what}: {same} in {heard}")
    equal(desk.cli("audit").code, 0, f"{what}: audit")


@test("kill -9 at any commit during a booking: afterwards the customer goes on as if nothing had happened")
def kills():
    trace.need_strace()
    dice = random.Random(int(os.environ.get("SEED", "7")))
    with start() as desk:
        points = [(call, when) for call in ("fdatasync", "pwrite64", "sendto") for when in range(1, 40)]
        for number, (call, when) in enumerate(points if TORTURE else dice.sample(points, 5 if os.environ.get("SANITIZED") else 14)):
            user = f"user-{number}"
            with trace.attached(desk.process, call, "signal=KILL", when):
                book(desk, user, BOOKING)
            if not desk.runs():
                desk.process.wait()
                desk.start()
            check_booking(desk, user, f"{call} {when}")
        starts = desk.log().count("event=ready")
        true(starts > 2, f"only {starts} lives")
        codes = [table["code"] for table in web.call(desk.sandbox.port, "GET", "/shop/tables").json()["tables"]]
        equal(len(codes), number + 1, "each booked once")


main()
