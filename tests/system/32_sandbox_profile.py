#!/usr/bin/python3
"""The sandbox as the keeper of profiles: what is written and shown, who writes at once, and days on which much goes wrong."""
import concurrent.futures
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import texts
import web
from sandbox import BUILD, KEY, SEND, TRACK, alone as sandbox
from tap import contains, equal, eventually, main, test, true

HEADERS = {"Authorization": "Bearer " + KEY, "Content-Type": "application/json"}
SUBSCRIBED = {"subscription_group_id": texts.GROUP, "subscription_state": "subscribed"}
UNSUBSCRIBED = {"subscription_group_id": texts.GROUP, "subscription_state": "unsubscribed"}


def post(box, path, body, timeout=15):
    return web.call(box.port, "POST", path, json.dumps(body), HEADERS, timeout)


def write(box, user, timeout=15, **attributes):
    return post(box, TRACK, {"attributes": [{"external_id": user, "_update_existing_only": True, **attributes}]}, timeout)


def event(user, name, second=0, **properties):
    return {"external_id": user, "name": name, "time": f"2026-05-12T09:30:{second:02}Z", "properties": properties}


def send(box, user, **recipient):
    properties = {"external_system_msg_body": "hi"}
    return post(box, SEND, {"campaign_id": texts.REPLY,
                            "recipients": [{"external_user_id": user, "trigger_properties": properties, **recipient}]})


# Looking ------------------------------------------------------------------------------------------------------------


@test("a profile, its events and its groups can be looked at by programs and by people")
def looking():
    with sandbox() as box:
        write(box, "mia", chats={"inc": 1}, topics=["hours"], subscription_groups=[UNSUBSCRIBED])
        write(box, "mia", chats={"inc": 2}, topics={"add": ["refund"]}, note="x" * 256)
        post(box, TRACK, {"events": [event("mia", "chat_ended", outcome="answered")]})
        equal(box.profile("mia"), {"chats": 3, "topics": ["hours", "refund"]}, "values")
        equal(box.subscriptions("mia"), {texts.GROUP: "unsubscribed"}, "groups")
        equal([(e["user"], e["name"], e["time"], e["properties"], e["repeated"]) for e in box.events("mia")],
              [("mia", "chat_ended", "2026-05-12T09:30:00Z", {"outcome": "answered"}, False)], "events")
        equal([(e["name"], e["why"]) for e in box.left_out("mia")], [("note", "a text of over 255 characters")], "left out")
        page = box.profile_page("mia")
        for line in ("mia (external), written 2 times", 'topics                   array    ["hours","refund"]',
                     "unsubscribed in group " + texts.GROUP, 'chat_ended {"outcome":"answered"}', "a text of over 255"):
            contains(page, line, "the page")
        equal(web.call(box.port, "GET", "/_sandbox/profiles/bob").status, 404, "nobody wrote about him")


@test("who waits for an event has it as soon as it is written")
def waiting():
    with sandbox() as box, concurrent.futures.ThreadPoolExecutor(1) as pool:
        post(box, TRACK, {"events": [event("mia", "chat_ended", 0)]})
        last = box.events("mia")[-1]["n"]
        began = time.monotonic()
        waits = pool.submit(box.events, "mia", last, 20000)
        post(box, TRACK, {"events": [event("bob", "chat_ended", 1), event("mia", "chat_ended", 2)]})
        equal([e["time"] for e in waits.result(30)], ["2026-05-12T09:30:02Z"], "the event")
        true(time.monotonic() - began < 15, "before the wait was over")


@test("--help names all that the sandbox can be asked")
def help_is_whole():
    with sandbox() as box:
        told = web.call(box.port, "GET", "/_sandbox/nothing").json()["error"]
        program = os.path.join(BUILD, "frontdesk-sandbox")
        told_help = subprocess.run([program, "--help"], capture_output=True, text=True, check=True)
        equal(subprocess.run([program, "-h"], capture_output=True, text=True, check=True).stdout, told_help.stdout, "-h is --help")
        second = subprocess.run([program, "--listen", f"127.0.0.1:{box.port}"], capture_output=True, text=True, timeout=20, check=False)
        equal((second.returncode, "name another place with --listen" in second.stderr), (1, True), f"a second one there: {second}")
        names = re.findall(r"[a-z_]+(?:/ID)?(?=[,;. ])", told.split("GET", 1)[1].split("(")[0])
        asked = [name for name in names if name not in ("script", "reset")]
        true(len(asked) >= 9, asked)
        for name in asked:
            contains(told_help.stdout, "/_sandbox/" + name, "--help")


@test("ten thousand profiles in batches of 75 are written and read in a moment, and a request of 76 or of 4 MB is refused")
def many():
    with sandbox() as box:
        people = [{"external_id": f"user-{n}", "_update_existing_only": True, "chats": {"inc": 1}} for n in range(10000)]
        began = time.monotonic()
        for at in range(0, len(people), 75):
            equal(post(box, TRACK, {"attributes": people[at:at + 75]}).status, 201, "a batch")
        equal([found["attributes"] for found in box.profiles()], [{"chats": 1}] * 10000, "profiles")
        true(time.monotonic() - began < 20, "in a moment")
        calls = box.calls()
        equal((len(calls), sum(call["objects"] for call in calls), max(call["objects"] for call in calls)), (134, 10000, 75),
              "calls")
        equal(post(box, TRACK, {"attributes": people[:75], "events": [event("mia", "x")]}).status, 400, "76 in all")
        huge = {"attributes": [dict(people[0], note="x" * (4 * 1024 * 1024))]}
        equal(post(box, TRACK, huge).status, 413, "over 4 MB")


# Who writes at once ---------------------------------------------------------------------------------------------------


@test("two calls at once that touch one profile are told of, be one of them a reply with attributes; others are not")
def together():
    with sandbox() as box, concurrent.futures.ThreadPoolExecutor(4) as pool:
        box.slow(700, times=4, path="/")
        first = [pool.submit(write, box, "mia", a=1), pool.submit(write, box, "bob", a=1)]
        eventually(lambda: len(box.calls(None)) == 2, "both are under way")
        equal(box.violations(), [], "two people")
        first += [pool.submit(send, box, "mia", attributes={"b": 2}), pool.submit(send, box, "bob")]
        equal([call.result(15).status for call in first], [201] * 4, "answers")
        equal([(v["what"], v["user"]) for v in box.violations()], [("together", "mia")], "violations")
        write(box, "mia", a=2)
        report = box.report()
        equal((report["violations"], report["most_at_once"]), (1, 2), "one after the other is well")
        equal([call["users"] for call in box.calls(SEND)], [["external:mia"]], "a reply without attributes writes nothing")


@test("a call whose caller has given up is under way no more")
def given_up():
    with sandbox() as box:
        box.fault("take_and_hang", times=2, path=TRACK, ms=600000)
        for number in (1, 2):
            try:
                write(box, "mia", timeout=0.3, a=number)
                raise AssertionError("it was answered")
            except (socket.timeout, TimeoutError):
                pass
        write(box, "mia", a=3)
        equal([call["at_once"] for call in box.calls()], [1, 1, 1], "at once")
        equal([(call["outcome"], call["status"], call["taken"]) for call in box.calls()],
              [("take_and_hang", 0, True)] * 2 + [("accepted", 201, True)], "calls")
        equal(box.violations(), [], "violations")


@test("an event that comes twice is written twice, as by Braze, and told of")
def twice():
    with sandbox() as box:
        same = {"events": [event("mia", "chat_ended", 1, by="idle")]}
        box.fault("reset_after", path=TRACK)
        box.fault("reset_before", path=TRACK)
        for _ in range(2):
            try:
                post(box, TRACK, same)
                raise AssertionError("it was answered")
            except (ConnectionError, http.client.HTTPException):
                pass
        equal(box.violations(), [], "the second was not taken")
        post(box, TRACK, same)
        equal([e["repeated"] for e in box.events("mia")], [False, True], "events")
        equal([(v["what"], v["user"]) for v in box.violations()], [("repeated event", "mia")], "violations")


@test("a request that is overtaken is written after the next one, or when its time has come")
def overtaken():
    with sandbox() as box:
        box.fault_line("overtaken=600000 on /users/track")
        write(box, "mia", mood="old")
        equal(box.profile("mia"), {}, "not yet")
        write(box, "mia", mood="new")
        equal(box.profile("mia"), {"mood": "old"}, "the older one came last")
        box.fault_line("overtaken=300 on /users/track")
        write(box, "mia", mood="late")
        eventually(lambda: box.profile("mia") == {"mood": "late"}, "its time comes", 5)


# Bad days -----------------------------------------------------------------------------------------------------------


def try_once(box, number):
    """The status, 0 when nobody can know."""
    try:
        return post(box, TRACK, {"attributes": [{"external_id": f"user-{number % 7}", "chats": {"inc": 1}}]}, 1).status
    except (OSError, http.client.HTTPException):
        return 0


@test("on a bad day the log tells which calls were written, also of those of which the caller cannot know")
def bad_day():
    with sandbox() as box:
        box.bad_day(7)
        statuses = [try_once(box, number) for number in range(200)]
        calls = box.calls()
        equal([call["status"] for call in calls], statuses, "what the caller saw")
        equal(len({call["outcome"] for call in calls} & {"accepted", "status", "limit_epoch", "limit_track", "hang",
                                                         "take_and_hang", "reset_before", "reset_after"}), 8, "all of them came")
        true(any(call["taken"] and call["status"] == 500 for call in calls), "a 500 that was written")
        written = sum(found["attributes"]["chats"] for found in box.profiles())
        equal(written, sum(call["taken"] for call in calls), "written")
        true(written > statuses.count(201), "more than was told")
        box.unscript()
        box.reset()
        box.bad_day(7)
        equal([try_once(box, number) for number in range(40)], statuses[:40], "the same seed, the same day")


@test("a day may have percentages of its own, and other paths stay well")
def own_day():
    with sandbox() as box:
        box.bad_day(3, refused_503=100)
        equal(write(box, "mia", a=1).status, 503, "written")
        equal(send(box, "mia").status, 201, "sent")
        equal(box.profiles(), [], "profiles")


# Groups, strangers, contracts -----------------------------------------------------------------------------------------


@test("who has unsubscribed gets nothing although the send is accepted, until a send subscribes him")
def groups():
    with sandbox() as box:
        write(box, "mia", subscription_groups=[UNSUBSCRIBED])
        equal((send(box, "mia").status, box.texts("mia")), (201, []), "unsubscribed")
        contains(box.requests(SEND)[-1]["recipients"][0]["why"], "unsubscribed", "the record")
        equal(send(box, "mia", attributes={"subscription_groups": [SUBSCRIBED]}).status, 201, "with its attributes")
        equal(box.texts("mia"), ["hi"], "subscribed before the send")
        equal(send(box, "mia", attributes={"subscription_groups": [dict(SUBSCRIBED, subscription_group_id="no")]}).status, 400,
              "a group that there is not")


@test("strangers have no profile, newcomers wait for their subscription, and a contract by monthly users tells of seconds")
def options():
    with sandbox("--stranger", "eve", "--newcomers-unsubscribed", "--monthly-users", "--track-limit", "2") as box:
        alias = {"alias_name": "+8210", "alias_label": "phone"}
        body = {"campaign_id": texts.REPLY, "recipients": [{"user_alias": alias,
                                                            "trigger_properties": {"external_system_msg_body": "hi"}}]}
        equal((post(box, SEND, body).status, box.texts("+8210")), (201, []), "a newcomer")
        body["recipients"][0]["attributes"] = {"subscription_groups": [SUBSCRIBED]}
        equal((post(box, SEND, body).status, box.texts("+8210")), (201, ["hi"]), "who was subscribed")
        answers = [write(box, "eve", a=1) for _ in range(6)]
        equal(box.profiles("eve"), [], "a stranger")
        equal({entry["why"] for entry in box.left_out("eve")}, {"there is no such profile"}, "left out")
        limited = [answer for answer in answers if answer.status == 429]
        true(len(limited) >= 2, answers)  # a window of three seconds may end between them
        for answer in answers:
            told = answer.headers.get("x-ratelimit-retry-after" if answer.status == 429 else "x-ratelimit-reset")
            true(1 <= int(told) <= 3, answer.headers)
        true(all("x-ratelimit-reset" not in answer.headers for answer in limited), "no other header")


main(lanes=3)
