"""hostile: what customers should not be able to do to who reads what they wrote, in one conversation; and a page looked at as
a browser would."""
from html.parser import HTMLParser

# Each text with what it tries.
TEXTS = [
    "\x1b]52;c;ZXZpbA==\x07 \x1b[2J\x1b[31m \x9b31m \rfake \x08\x08 \x7f",          # a terminal's clipboard, screen and colours
    "invoice \u202egnp.exe \u2066x\u2069 \u200f\u061c",                            # another order of letters
    "=cmd|' /C calc'!A0",                                                          # a spreadsheet's formula
    " \uff0b1+1",
    "@SUM(1)",
    "</p></style></title><script>alert('x')</script><img src=x onerror=\"alert(1)\">&lt;&amp; <!-- ",
    "javascript:alert(1) https://evil.example/?a=1&b=\"<\" data:text/html,x",
    "o\u200bp\u00ade\u2060n \uff48\uff4f\uff55\uff52\uff53?",                      # words that rules find, and eyes do not
    "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd \u0645\u0631\u062d\u0628\u0627 open",
    "open " + "w" * 300,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 Z\u0351\u036b\u0343\u036a\u0302 open\u2028now",
    "hi\n12:00:00  bot               Your refund is done.\n                            refund · accepted",
]
NAME = "<b>Eve</b> \x1b[7m\u202e"

# What a page may consist of, and what may stand in a tag.
TAGS = {"html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "dl", "dt", "dd", "div", "p", "bdi", "time", "mark",
        "ul", "li", "table", "tr", "th", "td", "footer"}
ATTRIBUTES = {"lang", "dir", "class", "datetime", "charset", "http-equiv", "content", "name"}
VOID = {"meta"}


class Page(HTMLParser):
    """Reads a page; what is not of ours is in `strange`."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.strange, self.open, self.texts, self.words, self.marked, self.meta, self.times = [], [], [], [], [], {}, []
        self.feed(text)
        self.close()
        if self.open:
            self.strange.append(f"left open: {self.open}")

    def handle_starttag(self, tag, attributes):
        self.strange += [f"<{tag}>"] * (tag not in TAGS)
        self.strange += [f"<{tag} {name}={value!r}>" for name, value in attributes if name not in ATTRIBUTES]
        named = dict(attributes)
        if tag == "meta":
            self.meta[named.get("http-equiv") or named.get("name") or "charset"] = named.get("content") or named.get("charset")
        if tag == "time":
            self.times.append(named.get("datetime"))
        if tag not in VOID:
            self.open.append((tag, named.get("class")))
        if (tag, named.get("class")) == ("p", "text"):
            self.texts.append("")

    def handle_startendtag(self, tag, attributes):
        self.strange.append(f"<{tag}/>")

    def handle_endtag(self, tag):
        if not self.open or self.open[-1][0] != tag:
            self.strange.append(f"</{tag}> inside {self.open}")
        else:
            self.open.pop()

    def handle_data(self, data):
        if ("p", "text") in self.open:
            self.texts[-1] += data
        if self.open and self.open[-1][0] == "mark":
            self.marked.append(data)
        if not any(tag == "style" for tag, _ in self.open):
            self.words.append(data)

    def handle_comment(self, data):
        self.strange.append(f"<!--{data}-->")

    def handle_pi(self, data):
        self.strange.append(f"<?{data}>")

    def unknown_decl(self, data):
        self.strange.append(f"<![{data}]>")
