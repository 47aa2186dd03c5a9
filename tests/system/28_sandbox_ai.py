#!/usr/bin/python3
"""The sandbox as an AI vendor: what each of them takes, refuses and answers, and every fault that can be ordered of it."""
import concurrent.futures
import contextlib
import json
import os
import resource
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import web
from sandbox import alone as sandbox
from tap import contains, equal, eventually, lacks, main, test, true
from vendors import (ACCESS, ANTHROPIC, AZURE, BEDROCK, END, FUNCTION, GEMINI, JSON, KEY, MODEL, MODELS, OPENAI, QUESTION, SAID,
                     SCHEMA, SECRET, SYSTEM, TEXT, USAGE, VENDORS, ask, block, refusal, sign)

# Good requests ------------------------------------------------------------------------------------------------------


@test("each vendor repeats the last message and counts what came with it, in its own shape")
def answers():
    with sandbox() as box:
        for vendor in VENDORS:
            answer = ask(box, vendor)
            equal(answer.status, 200, vendor)
            said = TEXT[vendor](answer.json())
            contains(said, SAID.replace("2", "0") if vendor == "rasa" else SAID, vendor)
            contains(said, "**Facts:** " + ("none" if vendor == "rasa" else "first_name, language"), vendor)
            if vendor in USAGE:
                tokens_in, tokens_out = USAGE[vendor](answer.json())
                contains(said, f"about {tokens_in} tokens", vendor)
                true(15 < tokens_out < 40, f"{vendor}: the answer has some twenty tokens, not {tokens_out}")
        equal(box.report()["ai"]["requests"], len(VENDORS), "requests")
        equal(box.report()["requests"], 0, "Braze's requests")


@test("the members that a vendor documents are all there")
def shapes():
    with sandbox() as box:
        told = ask(box, "openai").json()
        equal((told["object"], told["model"], told["choices"][0]["index"], told["choices"][0]["finish_reason"]),
              ("chat.completion", "gpt-4.1-mini", 0, "stop"), "openai")
        equal((told["choices"][0]["message"]["role"], told["choices"][0]["message"]["refusal"]), ("assistant", None), "openai")
        equal(told["usage"]["total_tokens"], sum(USAGE["openai"](told)), "openai: the total")
        true(told["id"].startswith("chatcmpl-") and abs(told["created"] - time.time()) < 60, told)
        equal(ask(box, "azure").json()["model"], "desk", "azure: the deployment")
        told = ask(box, "anthropic").json()
        equal((told["type"], told["role"], told["model"], told["stop_reason"], told["stop_sequence"]),
              ("message", "assistant", "claude-sonnet-4-5", "end_turn", None), "anthropic")
        told = ask(box, "gemini").json()
        equal((told["candidates"][0]["content"]["role"], told["candidates"][0]["finishReason"], told["modelVersion"]),
              ("model", "STOP", "gemini-2.5-flash"), "gemini")
        equal(told["usageMetadata"]["totalTokenCount"], sum(USAGE["gemini"](told)), "gemini: the total")
        told = ask(box, "bedrock").json()
        equal((told["output"]["message"]["role"], told["stopReason"], told["metrics"]), ("assistant", "end_turn",
                                                                                        {"latencyMs": 0}), "bedrock")
        equal(ask(box, "rasa").json()[0]["recipient_id"], "fd-17", "rasa")
        told = ask(box, "http").json()
        equal((told["session"], told["handoff"]), ("fd-17", False), "http")
        true(ask(box, "http", session=None).json()["session"], "a new session has a name")
        got = web.call(box.port, "GET", "/ai/http?question=Are%20you%20open%3F&session=fd-18").json()
        equal((got["session"], got["reply"]["text"][:25]), ("fd-18", 'You said: "Are you open?"'), "http by GET")


@test("any prefix stands before /v1/chat/completions, and Azure's own v1 takes its api-key")
def prefixes():
    with sandbox("--ai-key", KEY) as box:
        for path in ["/api/v1/chat/completions", "/groq/openai/v1/chat/completions"]:
            equal(ask(box, "openai", path=path).status, 200, path)
        answer = ask(box, "openai", path="/openai/v1/chat/completions", headers={"Authorization": None, "api-key": KEY})
        equal((answer.status, box.asked()[-1]["key_header"]), (200, "api-key"), "api-key")


@test("what was asked can be read: the whole of it but the key, of one vendor or of all, and waited for")
def remembers():
    with sandbox("--ai-key", KEY) as box:
        for vendor in ["openai", "anthropic", "gemini"]:
            ask(box, vendor, headers={"X-Shop": "north"})
        ask(box, "anthropic", headers={"x-api-key": "wrong-key-canary"})
        all_asked = box.asked()
        equal([a["vendor"] for a in all_asked], ["openai", "anthropic", "gemini", "anthropic"], "vendors")
        one = all_asked[0]
        equal((one["path"], one["model"], one["messages"], one["last"], one["system"], one["key_header"]),
              (OPENAI[0], "gpt-4.1-mini", 3, QUESTION, SYSTEM, "authorization"), "openai")
        equal((one["body"], one["headers"]["x-shop"], one["outcome"], one["status"], one["why"]),
              (OPENAI[2], "north", "answered", 200, None), "openai")
        contains(one["said"], SAID, "what was said")
        equal([(a["outcome"], a["status"], a["why"]) for a in box.asked("anthropic")],
              [("answered", 200, None), ("refused", 401, "The key is not the right one.")], "anthropic")
        for key in [KEY, "wrong-key-canary"]:
            lacks(json.dumps(all_asked), key, "keys")
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(box.asked, "rasa", all_asked[-1]["n"], 10000)
            ask(box, "openai")
            ask(box, "rasa")
            equal([a["last"] for a in waiting.result(12)], [QUESTION], "waited for")
        box.reset()
        equal((box.asked(), box.report()["ai"]["requests"]), ([], 0), "after a reset")


@test("a line of --requests is written for each, and no key in it")
def journal():
    with sandbox("--ai-key", KEY) as box:
        ask(box, "openai")
        ask(box, "openai", model=None)
        box.fault_line("503 of gemini")
        ask(box, "gemini")
        equal([(r["vendor"], r["status"], r["outcome"], r["taken"]) for r in box.requests()],
              [("openai", 200, "answered", True), ("openai", 400, "refused", False), ("gemini", 503, "status", False)],
              "the journal")
        with open(box.requests_file, encoding="utf-8") as file:
            lacks(file.read(), KEY, "the journal")


@test("--ai-answer is always said, and --ai-delay is how long it takes")
def options():
    with sandbox("--ai-answer", "We open at *nine*.", "--ai-delay", "300") as box:
        for vendor in VENDORS:
            began = time.monotonic()
            equal(TEXT[vendor](ask(box, vendor).json()), "We open at *nine*.", vendor)
            true(time.monotonic() - began >= 0.29, f"{vendor} took its time")


# Refusals -----------------------------------------------------------------------------------------------------------


@test("a key that is missing or wrong is refused in the vendor's words")
def keys():
    words = {"openai": ("Authorization", "Bearer wrong-key", (401, "invalid_request_error"), (401, "invalid_api_key")),
             "azure": ("api-key", "wrong-key", (401, "401"), (401, "401")),
             "anthropic": ("x-api-key", "wrong-key", (401, "authentication_error"), (401, "authentication_error")),
             "gemini": ("x-goog-api-key", "wrong-key", (403, "PERMISSION_DENIED"), (400, "INVALID_ARGUMENT"))}
    with sandbox("--ai-key", KEY) as box:
        for vendor, (header, wrong, missing, bad) in words.items():
            equal(ask(box, vendor).status, 200, vendor)
            equal(refusal(vendor, ask(box, vendor, headers={header: None})), missing, vendor)
            equal(refusal(vendor, ask(box, vendor, headers={header: wrong})), bad, vendor)
        equal(ask(box, "gemini", headers={"x-goog-api-key": "wrong-key"}).json()["error"]["details"][0]["reason"],
              "API_KEY_INVALID", "gemini says which 400 it is")
        equal(ask(box, "openai", headers={"Authorization": KEY}).status, 401, "a key without Bearer")
        equal(ask(box, "rasa").status, 200, "rasa asks for none")
        equal(ask(box, "rasa", headers={"Authorization": "Bearer wrong-key"}).status, 401, "but looks at one")
        equal(ask(box, "http").status, 401, "http asks when the sandbox has one")
        equal(ask(box, "http", headers={"Authorization": "Bearer " + KEY}).status, 200, "http")
    with sandbox() as box:
        for vendor, (header, wrong, missing, _) in words.items():
            equal(ask(box, vendor, headers={header: wrong}).status, 200, f"{vendor} takes any key")
            equal(refusal(vendor, ask(box, vendor, headers={header: None})), missing, f"{vendor}, but needs one")


@test("a signature is worked out anew, over the path as it is escaped twice")
def signatures():
    with sandbox("--ai-key", f"{ACCESS}:{SECRET}") as box:
        path, _, body = BEDROCK
        text, host = json.dumps(body), f"127.0.0.1:{box.port}"
        contains(path, "%3A", "the colon of the model")
        equal(ask(box, "bedrock").status, 200, "a good one")
        equal(box.asked()[-1]["model"], MODEL, "the model")
        wrong = {"another secret": sign(path, host, text, secret="other"), "another body": sign(path, host, text + " "),
                 "another host": sign(path, "bedrock.example", text), "a path escaped once": sign(path, host, text,
                                                                                                 signed_path=path)}
        for what, headers in wrong.items():
            equal(refusal("bedrock", ask(box, "bedrock", headers=headers)), (403, "InvalidSignatureException"), what)
        equal(refusal("bedrock", ask(box, "bedrock", headers=sign(path, host, text, access="AKIDOTHER"))),
              (403, "UnrecognizedClientException"), "another access key")


@test("without a secret to compare with, the form of a signature still has to be right")
def signature_forms():
    with sandbox() as box:
        path, _, body = BEDROCK
        good = sign(path, "h", json.dumps(body), secret="whatever")
        auth = good["Authorization"]
        equal(ask(box, "bedrock", headers=good).status, 200, "any secret")
        wrong = {"another service": sign(path, "h", "", service="s3"),
                 "no date": {**good, "X-Amz-Date": None}, "another day": {**good, "X-Amz-Date": "20260513T093000Z"},
                 "a date of another form": {**good, "X-Amz-Date": "2026-05-12"},
                 "a short signature": {**good, "Authorization": auth[:-1]},
                 "no host signed": {**good, "Authorization": auth.replace("host;", "")},
                 "another algorithm": {**good, "Authorization": auth.replace("AWS4-HMAC-SHA256", "Bearer")}}
        for what, headers in wrong.items():
            equal(refusal("bedrock", ask(box, "bedrock", headers=headers)), (403, "InvalidSignatureException"), what)
        equal(refusal("bedrock", ask(box, "bedrock", headers={"Authorization": None})),
              (403, "MissingAuthenticationTokenException"), "none")


INVALID = {"openai": (400, "invalid_request_error"), "azure": (400, "invalid_request_error"),
           "anthropic": (400, "invalid_request_error"), "gemini": (400, "INVALID_ARGUMENT"),
           "bedrock": (400, "ValidationException"), "rasa": (400, "BadRequest"), "http": (400, None)}


@test("what is no request is refused by each: no JSON, no object, another type, a member that nobody knows")
def no_requests():
    with sandbox() as box:
        for vendor, wanted in INVALID.items():
            for raw in ["", "{", "[]", "nothing", '{"messages":[]} x']:
                equal(refusal(vendor, ask(box, vendor, raw=raw)), wanted, f"{vendor}: {raw}")
            text_type = {"Content-Type": "text/plain", **(sign(BEDROCK[0], "h", "") if vendor == "bedrock" else {})}
            equal(refusal(vendor, ask(box, vendor, headers=text_type)), wanted, f"{vendor}: text/plain")
            equal(web.call(box.port, "PUT", VENDORS[vendor][0], "{}", {**JSON, **VENDORS[vendor][1]}).status,
                  403 if vendor == "bedrock" else 405, f"{vendor}: PUT")
            if vendor != "http":
                equal(refusal(vendor, ask(box, vendor, colour="red")), wanted, f"{vendor}: an unknown member")
        equal(box.report()["ai"]["refused"], box.report()["ai"]["requests"], "all of them")


@test("what a chat must not look like is refused: by OpenAI")
def refused_by_openai():
    cases = {"no model": {"model": None}, "an empty model": {"model": ""}, "no messages": {"messages": None},
             "empty messages": {"messages": []}, "messages as text": {"messages": "hi"},
             "an unknown role": {"messages": [{"role": "customer", "content": "x"}]},
             "no role": {"messages": [{"content": "x"}]}, "empty content": {"messages": [{"role": "user", "content": ""}]},
             "blank content": {"messages": [{"role": "user", "content": " \n"}]},
             "no content": {"messages": [{"role": "user"}]}, "empty parts": {"messages": [{"role": "user", "content": []}]},
             "an unknown part": {"messages": [{"role": "user", "content": [{"type": "txt", "text": "x"}]}]},
             "a tool's message without its call": {"messages": [{"role": "tool", "content": "x"}]},
             "max_tokens 0": {"max_tokens": 0}, "max_tokens as text": {"max_tokens": "300"},
             "both limits": {"max_completion_tokens": 300}, "temperature 3": {"temperature": 3},
             "tools as an object": {"tools": {}}, "no tools": {"tools": []}, "tool_choice alone": {"tools": None,
                                                                                                 "tool_choice": "auto"},
             "a bare tool": {"tools": [FUNCTION]}, "a tool of no type": {"tools": [{"function": FUNCTION}]},
             "a tool without a name": {"tools": [{"type": "function", "function": {"parameters": SCHEMA}}]},
             "a tool's name with a blank": {"tools": [{"type": "function", "function": {**FUNCTION, "name": "a b"}}]},
             "a tool twice": {"tools": [{"type": "function", "function": FUNCTION}] * 2},
             "parameters of no type": {"tools": [{"type": "function", "function": {**FUNCTION, "parameters": {}}}]},
             "a property of no type": {"tools": [{"type": "function", "function": {
                 **FUNCTION, "parameters": {"type": "object", "properties": {"flow": {"type": "text"}}}}}]},
             "required without a property": {"tools": [{"type": "function", "function": {
                 **FUNCTION, "parameters": {**SCHEMA, "required": ["team"]}}}]},
             "a stream": {"stream": True}, "JSON that nobody was told of": {"response_format": {"type": "json_object"}}}
    with sandbox() as box:
        for what, changes in cases.items():
            equal(refusal("openai", ask(box, "openai", **changes)), INVALID["openai"], what)
        for model in ["o3-mini", "gpt-5", "gpt-5-mini", "openai/gpt-5.2"]:
            told = ask(box, "openai", model=model, temperature=None)
            equal((refusal("openai", told), told.json()["error"]["param"]), ((400, "unsupported_parameter"), "max_tokens"),
                  model)
            equal(ask(box, "openai", model=model, temperature=None, max_tokens=None, max_completion_tokens=300).status, 200,
                  f"{model} with max_completion_tokens")
        told = ask(box, "openai", model="o3", max_tokens=None, temperature=0.2).json()["error"]
        equal(told["param"], "temperature", "a thinker's temperature")
        equal(refusal("azure", ask(box, "azure", path="/openai/deployments/desk/chat/completions")), (404, "404"),
              "azure without an api-version")
        equal(box.report()["ai"]["faults"], 0, "faults")


@test("what a chat must not look like is refused: by Anthropic and Bedrock, whose roles take turns")
def refused_by_turns():
    user, bot = {"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}
    own = {"no model": {"model": None}, "no max_tokens": {"max_tokens": None}, "max_tokens 0": {"max_tokens": 0},
           "temperature 1.5": {"temperature": 1.5}, "a system role": {"messages": [{"role": "system", "content": "x"}]},
           "an empty system": {"system": ""}, "a blank block": {"messages": [{"role": "user", "content": [
               {"type": "text", "text": " "}]}]},
           "a block of no type": {"messages": [{"role": "user", "content": block("x")}]},
           "OpenAI's tools": {"tools": OPENAI[2]["tools"]}, "a tool without a schema": {"tools": [{"name": "a"}]},
           "tool_choice as text": {"tool_choice": "auto"}, "a stream": {"stream": True}}
    common = {"no messages": None, "empty messages": [], "the bot first": [bot, user], "two of a kind": [user, user],
              "two bots": [user, bot, bot, user], "the bot last": [user, bot], "empty content": [{**user, "content": ""}]}
    with sandbox() as box:
        for what, changes in {**own, **{what: {"messages": m} for what, m in common.items()}}.items():
            equal(refusal("anthropic", ask(box, "anthropic", **changes)), INVALID["anthropic"], what)
        for version in [None, "yesterday"]:
            equal(refusal("anthropic", ask(box, "anthropic", headers={"anthropic-version": version})),
                  INVALID["anthropic"], f"anthropic-version {version}")
        for what, messages in common.items():
            blocks = messages and [{**m, "content": block(m["content"])} for m in messages]
            equal(refusal("bedrock", ask(box, "bedrock", messages=blocks)), INVALID["bedrock"], what)
        for what, changes in {"content as text": {"messages": [user]}, "system as text": {"system": SYSTEM},
                              "a model in the body": {"model": MODEL}, "no tools": {"toolConfig": {"tools": []}},
                              "maxTokens 0": {"inferenceConfig": {"maxTokens": 0}},
                              "a bare tool": {"toolConfig": {"tools": [FUNCTION]}}}.items():
            equal(refusal("bedrock", ask(box, "bedrock", **changes)), INVALID["bedrock"], what)


@test("what a chat must not look like is refused: by Gemini, Rasa and the service")
def refused_by_others():
    def functions(**changes):
        return {"tools": [{"functionDeclarations": [{**FUNCTION, **changes}]}]}

    def contents(*roles, text="x"):
        return {"contents": [{"role": role, "parts": block(text)} for role in roles]}

    gemini = {"no contents": {"contents": None}, "empty contents": {"contents": []}, "another role": contents("assistant"),
              "the model first": contents("model", "user"), "the model last": contents("user", "model"),
              "blank text": contents("user", text=""), "no parts": {"contents": [{"role": "user"}]},
              "a name of snakes": {"system_instruction": {"parts": block("x")}},
              "an unknown setting": {"generationConfig": {"max_tokens": 3}}, "OpenAI's tools": {"tools": OPENAI[2]["tools"]},
              "no properties": functions(parameters={"type": "object", "properties": {}}),
              "additionalProperties": functions(parameters={**SCHEMA, "additionalProperties": False}),
              "no description": functions(description=""), "two candidates": {"generationConfig": {"candidateCount": 2}}}
    with sandbox() as box:
        for what, changes in gemini.items():
            equal(refusal("gemini", ask(box, "gemini", **changes)), INVALID["gemini"], what)
        for changes in [{"sender": None}, {"message": None}, {"message": " "}, {"sender": 17}]:
            equal(refusal("rasa", ask(box, "rasa", **changes)), INVALID["rasa"], changes)
        for changes in [{"question": None}, {"question": ""}, {"question": ["x"]}]:
            equal(refusal("http", ask(box, "http", **changes)), INVALID["http"], changes)


@test("there is no model no-such-model, and none that takes over 100,000 tokens")
def too_much():
    with sandbox() as box:
        none = {"openai": ask(box, "openai", model="no-such-model"), "anthropic": ask(box, "anthropic", model="no-such-model"),
                "azure": ask(box, "azure", path=AZURE[0].replace("desk", "no-such-model")),
                "gemini": ask(box, "gemini", path=GEMINI[0].replace("gemini-2.5-flash", "no-such-model")),
                "bedrock": ask(box, "bedrock", path="/model/no-such-model/converse")}
        equal({vendor: refusal(vendor, answer) for vendor, answer in none.items()},
              {"openai": (404, "model_not_found"), "anthropic": (404, "not_found_error"), "azure": (404, "DeploymentNotFound"),
               "gemini": (404, "NOT_FOUND"), "bedrock": (400, "ValidationException")}, "no such model")
        long = "word " * 90000
        much = {"openai": {"messages": [{"role": "user", "content": long}]},
                "anthropic": {"messages": [{"role": "user", "content": long}]},
                "gemini": {"contents": [{"role": "user", "parts": block(long)}]},
                "bedrock": {"messages": [{"role": "user", "content": block(long)}]}}
        equal({vendor: refusal(vendor, ask(box, vendor, **changes)) for vendor, changes in much.items()},
              {"openai": (400, "context_length_exceeded"), "anthropic": (400, "invalid_request_error"),
               "gemini": (400, "INVALID_ARGUMENT"), "bedrock": (400, "ValidationException")}, "too long")
        contains(ask(box, "anthropic", **much["anthropic"]).json()["error"]["message"], "too long", "anthropic says why")


# Scripts ------------------------------------------------------------------------------------------------------------


@test("a text on order is said once, in turn, by whom it names: a vendor, a model, a path, or any of them")
def says():
    with sandbox() as box:
        box.fault_line('say="Of the model." of claude-sonnet-4-5\nsay="Of *openai*." x2 of openai\nsay=Anyone.\n'
                       'say="By path." on /v1/messages')
        heard = [(vendor, TEXT[vendor](ask(box, vendor).json())) for vendor in
                 ["gemini", "openai", "anthropic", "openai", "anthropic"]]
        equal(heard, [("gemini", "Anyone."), ("openai", "Of *openai*."), ("anthropic", "Of the model."),
                      ("openai", "Of *openai*."), ("anthropic", "By path.")], "what was said")
        contains(TEXT["openai"](ask(box, "openai").json()), SAID, "afterwards")
        box.ai("say", text='{"say": "안녕", "do": []}\n\n- eins')
        equal(TEXT["bedrock"](ask(box, "bedrock").json()), '{"say": "안녕", "do": []}\n\n- eins', "in JSON any text")
        box.fault_line('say=""')
        equal(TEXT["openai"](ask(box, "openai").json()), "", "an empty answer")


@test("what is ordered of the AI vendors is not met by Braze or the shop, nor by a request that is refused")
def does_not_stray():
    with sandbox() as box:
        box.fault_line("say=Hello. x2\n503\n500 of openai")
        equal(web.call(box.port, "GET", "/shop/orders/12345").status, 200, "the shop")
        equal(ask(box, "anthropic", max_tokens=None).status, 400, "a refused request")
        equal(TEXT["anthropic"](ask(box, "anthropic").json()), "Hello.", "a sound one")
        equal([(f["do"], f["times"]) for f in box.faults_left()], [("say", 1), ("status", 1), ("status", 1)], "what is left")
        equal(web.call(box.port, "POST", "/messages/send", "{}", {"Authorization": "Bearer sandbox-key-123456"}).status, 503,
              "Braze's own")


@test("a tool is called in the vendor's own way")
def calls_tools():
    arguments = {"flow": "order", "count": 2}
    with sandbox() as box:
        box.ai("tool", times=0, tool="start_flow", arguments=arguments)
        call = ask(box, "openai").json()["choices"][0]
        equal((call["finish_reason"], call["message"]["content"]), ("tool_calls", None), "openai")
        made = call["message"]["tool_calls"][0]
        equal((made["type"], made["function"]["name"], json.loads(made["function"]["arguments"])),
              ("function", "start_flow", arguments), "openai")
        told = ask(box, "anthropic").json()
        equal((told["stop_reason"], [(c["type"], c["name"], c["input"]) for c in told["content"]]),
              ("tool_use", [("tool_use", "start_flow", arguments)]), "anthropic")
        told = ask(box, "gemini").json()["candidates"][0]
        equal((told["finishReason"], told["content"]["parts"]),
              ("STOP", [{"functionCall": {"name": "start_flow", "args": arguments}}]), "gemini")
        told = ask(box, "bedrock").json()
        made = told["output"]["message"]["content"][0]["toolUse"]
        equal((told["stopReason"], made["name"], made["input"]), ("tool_use", "start_flow", arguments), "bedrock")
        equal(ask(box, "rasa").json(), [{"recipient_id": "fd-17", "custom": {"action": "start_flow", **arguments}}], "rasa")
        equal(json.loads(ask(box, "http").json()["reply"]["text"]), {"say": "", "do": [{"act": "start_flow", **arguments}]},
              "http")
        box.unscript()
        box.fault_line('tool=hand_off with {"team":"sales"} x* of http\ntool=hand_off with {"team":"sales"} of rasa\ntool=close_conversation of openai')
        equal(ask(box, "http").json()["handoff"], True, "http hands off")
        equal(ask(box, "rasa").json()[0]["custom"], {"handoff": True, "team": "sales"}, "rasa hands off")
        made = ask(box, "openai").json()["choices"][0]["message"]["tool_calls"][0]["function"]
        equal(made, {"name": "close_conversation", "arguments": "{}"}, "no arguments")
        box.ai("tool", tool="hand_off", text="One moment.")
        told = ask(box, "anthropic").json()["content"]
        equal([c["type"] for c in told], ["text", "tool_use"], "said along with the call")


@test("refusals, filters and answers that were cut off end as the vendor ends them")
def ends():
    with sandbox() as box:
        box.fault_line("cut x*")
        equal({v: END[v](ask(box, v).json()) for v in MODELS},
              {"openai": "length", "azure": "length", "anthropic": "max_tokens", "gemini": "MAX_TOKENS",
               "bedrock": "max_tokens"}, "cut off")
        half = TEXT["openai"](ask(box, "openai").json())
        true(half.startswith("You said") and "Facts" not in half, half)
        box.unscript()
        box.ai("decline", times=0, text="I would rather not.")
        message = ask(box, "openai").json()["choices"][0]["message"]
        equal((message["content"], message["refusal"]), (None, "I would rather not."), "openai declines")
        told = ask(box, "anthropic").json()
        equal((told["stop_reason"], told["content"]), ("refusal", []), "anthropic declines")
        told = ask(box, "gemini").json()["candidates"][0]
        equal((told["finishReason"], "content" in told), ("SAFETY", False), "gemini declines")
        equal(END["bedrock"](ask(box, "bedrock").json()), "content_filtered", "bedrock declines")
        equal(TEXT["rasa"](ask(box, "rasa").json()), "I would rather not.", "rasa declines")
        box.unscript()
        box.fault_line("filter x*")
        told = ask(box, "openai").json()["choices"][0]
        equal((told["finish_reason"], told["message"]["content"]), ("content_filter", ""), "openai filters")
        told = ask(box, "azure")
        equal((refusal("azure", told), told.json()["error"]["innererror"]["code"]),
              ((400, "content_filter"), "ResponsibleAIPolicyViolation"), "azure filters")
        equal(refusal("anthropic", ask(box, "anthropic")), (400, "invalid_request_error"), "anthropic filters")
        told = ask(box, "gemini").json()
        equal((told["promptFeedback"], "candidates" in told), ({"blockReason": "PROHIBITED_CONTENT"}, False), "gemini filters")
        equal(END["bedrock"](ask(box, "bedrock").json()), "guardrail_intervened", "bedrock filters")


@test("an answer keeps to the tokens that it may have")
def keeps_to_its_tokens():
    with sandbox() as box:
        told = ask(box, "openai", max_tokens=5).json()
        equal((TEXT["openai"](told), END["openai"](told), USAGE["openai"](told)[1]), ('You said: "Are you o', "length", 5),
              "openai")
        told = ask(box, "anthropic", max_tokens=5).json()
        equal((END["anthropic"](told), USAGE["anthropic"](told)[1]), ("max_tokens", 5), "anthropic")
        box.ai("say", text="안녕하세요 여러분")
        equal(TEXT["openai"](ask(box, "openai", max_tokens=5).json()), "안녕하세요", "whole characters")


@test("asked for JSON, a model says JSON")
def says_json():
    with sandbox() as box:
        told = ask(box, "openai", response_format={"type": "json_object"},
                   messages=[{"role": "system", "content": "Reply in JSON."}, {"role": "user", "content": QUESTION}])
        contains(json.loads(TEXT["openai"](told.json()))["say"], 'You said: "Are you open?"', "openai")
        told = ask(box, "gemini", generationConfig={"responseMimeType": "application/json"})
        contains(json.loads(TEXT["gemini"](told.json()))["say"], SAID, "gemini")


@test("too busy, out of money, broken: statuses and headers on order, with the vendor's words below")
def statuses():
    with sandbox() as box:
        box.fault_line("limit_retry_after=7 x* of openai\nlimit_retry_after=7 x* of anthropic\n"
                       "limit_retry_after=7 x* of gemini\nlimit_retry_after=7 x* of bedrock")
        wanted = {"openai": "rate_limit_exceeded", "anthropic": "rate_limit_error", "gemini": "RESOURCE_EXHAUSTED",
                  "bedrock": "ThrottlingException"}
        for vendor, word in wanted.items():
            answer = ask(box, vendor)
            equal((refusal(vendor, answer), answer.headers["retry-after"]), ((429, word), "7"), vendor)
        equal(ask(box, "gemini").json()["error"]["details"][0]["retryDelay"], "7s", "gemini's own way to say it")
        for order, wanted in {
                "overloaded": {"openai": (503, "service_unavailable"), "anthropic": (529, "overloaded_error"),
                               "gemini": (503, "UNAVAILABLE"), "bedrock": (503, "ServiceUnavailableException"),
                               "http": (503, None), "rasa": (503, "Unavailable")},
                "no_money": {"openai": (429, "insufficient_quota"), "anthropic": (400, "invalid_request_error"),
                             "gemini": (429, "RESOURCE_EXHAUSTED"), "bedrock": (400, "ServiceQuotaExceededException")},
                "500": {"openai": (500, "server_error"), "anthropic": (500, "api_error"), "gemini": (500, "INTERNAL"),
                        "bedrock": (500, "InternalServerException"), "rasa": (500, "UnhandledException")},
                "401": {"openai": (401, "invalid_request_error"), "anthropic": (401, "authentication_error"),
                        "gemini": (401, "UNAUTHENTICATED"), "rasa": (401, "NotAuthenticated")},
                "418": {"openai": (418, "invalid_request_error"), "anthropic": (418, "api_error")}}.items():
            box.unscript()
            box.fault_line(f"{order} x* on /")
            equal({vendor: refusal(vendor, ask(box, vendor)) for vendor in wanted}, wanted, order)
        box.unscript()
        box.fault("status", path="/v1", status=529, headers={"retry-after": "3"}, body='{"own":1}')
        answer = ask(box, "anthropic")
        equal((answer.status, answer.headers["retry-after"], answer.json()), (529, "3", {"own": 1}), "one's own words")
        equal(box.report()["ai"]["tokens_out"], 0, "nobody paid for these")


@test("what a vendor tells by no code but by its words, the sandbox tells by the same words")
def words():
    with sandbox() as box:
        box.fault_line("no_money of anthropic\nfilter of anthropic")
        told = [ask(box, "anthropic").json()["error"]["message"] for _ in range(2)]
        contains(told[0], "credit balance is too low", "no money")
        contains(told[1], "blocked by content filtering policy", "a filter")
        contains(ask(box, "bedrock", path="/model/no-such-model/converse").json()["message"], "model identifier is invalid",
                 "no model")


@test("answers are late, drip or lie about their length on order")
def late():
    with sandbox() as box:
        box.fault_line("late=300 of openai\ndrip=2000 of openai\nlying_length of openai")
        for least in [0.3, 0.2]:
            began = time.monotonic()
            contains(TEXT["openai"](ask(box, "openai").json()), SAID, "late")
            true(time.monotonic() - began >= least - 0.01, f"it took {time.monotonic() - began:.2f} s")
        try:
            raise AssertionError(f"all the bytes promised came: {ask(box, 'openai')}")
        except web.http.client.IncompleteRead as short:
            contains(short.partial, b"chat.completion", "what came")
        equal(box.report()["ai"]["faults"], 3, "faults")


@test("garbage on order: pages, halves, nothing, and no HTTP")
def garbage():
    with sandbox() as box:
        for vendor in VENDORS:
            box.unscript()
            box.fault_line("html on /\nbroken on /\nempty on /\nhtml=502 on /\ngarbage on /")
            page, half, nothing, gateway = [ask(box, vendor) for _ in range(4)]
            true(page.status == 200 and page.headers["content-type"] == "text/html" and b"<html>" in page.body, page)
            equal((half.status, half.headers["content-type"], nothing.status, nothing.body, gateway.status),
                  (200, "application/json", 200, b"", 502), vendor)
            try:
                half.json()
                raise AssertionError("half an answer is no JSON")
            except json.JSONDecodeError:
                pass
            with contextlib.suppress(web.http.client.HTTPException):
                raise AssertionError(f"no HTTP was answered with {ask(box, vendor)}")
            contains(TEXT[vendor](ask(box, vendor).json()), "You said", f"{vendor} is well again")


@test("an answer can be huge, and still be sound")
def huge():
    with sandbox() as box:
        box.fault_line("long x* of openai\nlong=1500000 of anthropic\nhuge=3000000 on /v1beta")
        text = TEXT["openai"](ask(box, "openai").json())
        equal((len(text), text[:21]), (2 * 1024 * 1024, "This is a long answer"), "openai")
        equal(len(TEXT["anthropic"](ask(box, "anthropic").json())), 1500000, "anthropic")
        equal(len(ask(box, "gemini").body), 3000000, "and unsound")


@test("connections break on order: before the request is taken, after it, and never an answer")
def breaks():
    with sandbox() as box:
        box.fault_line("reset_before of openai\nreset_after of openai\nhang=400 of openai")
        for _ in range(2):
            try:
                raise AssertionError(f"a reset was answered with {ask(box, 'openai')}")
            except ConnectionError:
                pass
        began = time.monotonic()
        try:
            raise AssertionError(f"a hang was answered with {ask(box, 'openai')}")
        except ConnectionError:
            true(time.monotonic() - began > 0.35, "it hung a while")
        equal([(a["outcome"], a["status"], a["said"] != "") for a in box.asked()],
              [("reset_before", 0, False), ("reset_after", 0, True), ("hang", 0, False)], "what was asked")
        true(0 < box.report()["ai"]["tokens_out"] < 40, "one answer was made, and lost on its way")


@test("200 slow answers wait at once, and the sandbox has one thread and time for others")
def slow_ones():
    count = 200
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 2048)), hard))
    with sandbox("--ai-delay", "2000") as box:
        path, own, body = ANTHROPIC
        text = json.dumps(body).encode()
        head = "".join(f"{k}: {v}\r\n" for k, v in {"Host": "x", **JSON, **own, "Content-Length": len(text)}.items())
        request = f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + text
        began = time.monotonic()
        with contextlib.ExitStack() as stack:
            lines = [stack.enter_context(web.open_socket(box.port, 30)) for _ in range(count)]
            for line in lines:
                line.sendall(request)
            eventually(lambda: box.report()["ai"]["requests"] == count, "all are asked", 10)
            true(time.monotonic() - began < 2, "while the first still waits")
            equal(box.report()["ai"]["most_at_once"], count, "at once")
            equal(web.call(box.port, "GET", "/shop/orders/12345").status, 200, "others are served")
            with open(f"/proc/{box.process.pid}/status", encoding="ascii") as status:
                contains(status.read(), "Threads:\t1\n", "threads")
            answers = [web.read_answer(line) for line in lines]
        took = time.monotonic() - began
        equal([a.status for a in answers], [200] * count, "statuses")
        true(all(SAID in TEXT["anthropic"](a.json()) for a in answers), "texts")
        true(1.9 < took < 8, f"together they took {took:.1f} s, not one after the other")
        equal([a["at_once"] for a in box.asked()], list(range(1, count + 1)), "each saw those before it")


@test("a script that makes no sense is refused as a whole, and says why")
def scripts():
    with sandbox() as box:
        for line, why in {"say": "needs its text", "tool": "needs its tool", "tool=x with [1]": "JSON object",
                          "503 with {}": "belong to", "filter=hard": "whole number", 'say="We are': "not closed",
                          "say=We are": "not understood"}.items():
            answer = web.call(box.port, "POST", "/_sandbox/script", line)
            equal(answer.status, 400, line)
            contains(answer.json()["error"], why, line)
        for fault in [{"do": "say"}, {"do": "say", "text": 5}, {"do": "tool", "tool": "a", "arguments": "{}"},
                      {"do": "status", "text": "x"}, {"do": "decline", "tool": "a"}, {"do": "long", "bytes": 0}]:
            answer = web.call(box.port, "POST", "/_sandbox/script", json.dumps([{"do": "filter"}, fault]), JSON)
            equal(answer.status, 400, fault)
        equal(box.faults_left(), [], "nothing of it was taken")
        box.fault_line('tool=hand_off with {"team":"sales"} x3 of openai on /v1')
        equal(box.faults_left(), [{"do": "tool", "times": 3, "path": "/v1", "of": "openai", "tool": "hand_off",
                                   "arguments": {"team": "sales"}}], "what is left")


main()
