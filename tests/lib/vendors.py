"""vendors: what each AI vendor takes, as the sandbox plays it: a good request, where an answer's parts lie, signatures."""
import hashlib
import hmac
import json
import urllib.parse

import web

KEY = "ai-key-canary-0815"
ACCESS, SECRET = "AKIDCANARY", "secret-canary-4711"
MODEL = "anthropic.claude-3-5-sonnet-20240620-v1:0"
SYSTEM = "You work at the bakery.\nfirst_name: Ana\n- language: en"
QUESTION = "Are you open?"
SAID = 'You said: "Are you open?" (history: 2, about '
SCHEMA = {"type": "object", "properties": {"flow": {"type": "string", "enum": ["order", "table"]}}, "required": ["flow"]}
CHAT = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"},
        {"role": "user", "content": QUESTION}]
JSON = {"Content-Type": "application/json"}
FUNCTION = {"name": "start_flow", "description": "Starts a dialogue.", "parameters": SCHEMA}


def block(text):
    return [{"text": text}]


# What a vendor takes: path, headers, body, and where the answer's text lies.
OPENAI = ("/v1/chat/completions", {"Authorization": "Bearer " + KEY},
          {"model": "gpt-4.1-mini", "messages": [{"role": "system", "content": SYSTEM}, *CHAT], "max_tokens": 300,
           "temperature": 0.2, "tools": [{"type": "function", "function": FUNCTION}]})
AZURE = ("/openai/deployments/desk/chat/completions?api-version=2024-10-21", {"api-key": KEY},
         {k: v for k, v in OPENAI[2].items() if k != "model"})
ANTHROPIC = ("/v1/messages", {"x-api-key": KEY, "anthropic-version": "2023-06-01"},
             {"model": "claude-sonnet-4-5", "max_tokens": 300, "system": SYSTEM, "messages": CHAT,
              "tools": [{"name": "start_flow", "description": "Starts a dialogue.", "input_schema": SCHEMA}]})
GEMINI = ("/v1beta/models/gemini-2.5-flash:generateContent", {"x-goog-api-key": KEY},
          {"systemInstruction": {"parts": block(SYSTEM)},
           "contents": [{"role": "user", "parts": block("Hi")}, {"role": "model", "parts": block("Hello!")},
                        {"role": "user", "parts": block(QUESTION)}],
           "tools": [{"functionDeclarations": [FUNCTION, {"name": "close_conversation", "description": "Ends it."}]}],
           "generationConfig": {"maxOutputTokens": 300, "temperature": 0.2}})
BEDROCK = (f"/model/{urllib.parse.quote(MODEL)}/converse", {},
           {"system": block(SYSTEM), "inferenceConfig": {"maxTokens": 300},
            "messages": [{"role": "user", "content": block("Hi")}, {"role": "assistant", "content": block("Hello!")},
                         {"role": "user", "content": block(QUESTION)}],
            "toolConfig": {"tools": [{"toolSpec": {"name": "start_flow", "inputSchema": {"json": SCHEMA}}}]}})
RASA = ("/webhooks/rest/webhook", {}, {"sender": "fd-17", "message": QUESTION})
HTTP = ("/ai/http", {}, {"question": QUESTION, "session": "fd-17", "history": ["Hi", "Hello!"],
                         "facts": {"first_name": "Ana", "language": "en"}})
VENDORS = {"openai": OPENAI, "azure": AZURE, "anthropic": ANTHROPIC, "gemini": GEMINI, "bedrock": BEDROCK, "rasa": RASA,
           "http": HTTP}
MODELS = ["openai", "azure", "anthropic", "gemini", "bedrock"]
TEXT = {"openai": lambda a: a["choices"][0]["message"]["content"], "azure": lambda a: a["choices"][0]["message"]["content"],
        "anthropic": lambda a: a["content"][0]["text"],
        "gemini": lambda a: a["candidates"][0]["content"]["parts"][0]["text"],
        "bedrock": lambda a: a["output"]["message"]["content"][0]["text"], "rasa": lambda a: a[0]["text"],
        "http": lambda a: a["reply"]["text"]}
END = {"openai": lambda a: a["choices"][0]["finish_reason"], "azure": lambda a: a["choices"][0]["finish_reason"],
       "anthropic": lambda a: a["stop_reason"], "gemini": lambda a: a["candidates"][0]["finishReason"],
       "bedrock": lambda a: a["stopReason"]}
USAGE = {"openai": lambda a: (a["usage"]["prompt_tokens"], a["usage"]["completion_tokens"]),
         "azure": lambda a: (a["usage"]["prompt_tokens"], a["usage"]["completion_tokens"]),
         "anthropic": lambda a: (a["usage"]["input_tokens"], a["usage"]["output_tokens"]),
         "gemini": lambda a: (a["usageMetadata"]["promptTokenCount"], a["usageMetadata"]["candidatesTokenCount"]),
         "bedrock": lambda a: (a["usage"]["inputTokens"], a["usage"]["outputTokens"]),
         "http": lambda a: (a["usage"]["in"], a["usage"]["out"])}


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def sign(path, host, body, secret=SECRET, access=ACCESS, date="20260512T093000Z", service="bedrock", signed_path=None):
    """The headers of version 4. The path is escaped once more than it goes over the wire."""
    names = "content-type;host;x-amz-date"
    scope = f"{date[:8]}/eu-central-1/{service}/aws4_request"
    request = "\n".join(["POST", signed_path or urllib.parse.quote(path, safe="/-._~"), "", "content-type:application/json",
                         "host:" + host, "x-amz-date:" + date, "", names, hashlib.sha256(body.encode()).hexdigest()])
    text = "\n".join(["AWS4-HMAC-SHA256", date, scope, hashlib.sha256(request.encode()).hexdigest()])
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = mac(key, part)
    return {"X-Amz-Date": date, "Authorization": f"AWS4-HMAC-SHA256 Credential={access}/{scope}, SignedHeaders={names}, "
                                                 f"Signature={mac(key, text).hex()}"}


def ask(box, vendor, headers=None, path=None, raw=None, timeout=15, without=(), **changes):
    """A good request of that vendor, but for the changes; a member that becomes None is left out."""
    target, own, body = VENDORS[vendor]
    target = path or target
    text = raw if raw is not None else json.dumps({k: v for k, v in {**body, **changes}.items() if v is not None})
    if vendor == "bedrock" and headers is None:
        own = sign(target, f"127.0.0.1:{box.port}", text)
    sent = {k: v for k, v in {**JSON, **own, **(headers or {})}.items() if v is not None}
    return web.call(box.port, "POST", target, text, sent, timeout)


def refusal(vendor, answer):
    """(status, the vendor's word for it)."""
    told = answer.json()
    word = {"openai": lambda: told["error"]["code"] or told["error"]["type"],
            "azure": lambda: told["error"].get("code") or told["error"].get("type"),
            "anthropic": lambda: told["error"]["type"], "gemini": lambda: told["error"]["status"],
            "bedrock": lambda: answer.headers["x-amzn-errortype"], "rasa": lambda: told["reason"],
            "http": lambda: told.get("code")}
    return answer.status, word[vendor]()
