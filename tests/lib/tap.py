"""tap: the frame in which the system tests run.

A test is a function under @test("what must be true"); it fails by an exception. main() runs them in the order of the
file, or `lanes` at a time where they mostly wait, and prints one TAP line for each and the plan. A name (or a
piece of it) on the command line picks tests. Nothing here sleeps for a fixed time: `eventually` asks until a
condition holds or its deadline has passed.
"""
import concurrent.futures
import os
import sys
import time
import traceback

# Where all is slow, under a sanitizer on a busy machine, what comes in the end may take that many times longer.
PATIENCE = float(os.environ.get("PATIENCE", "1"))
_tests = []


class Skip(Exception):
    """This machine or build cannot run the test; the message says why."""


def test(name):
    def add(function):
        _tests.append((name, function))
        return function
    return add


def _run(function):
    """The verdict of one test: (TAP words, directive, diagnostics)."""
    try:
        function()
        return "ok", "", ""
    except Skip as why:
        return "ok", " # SKIP " + str(why), ""
    except Exception:
        return "not ok", "", traceback.format_exc()


def _print(number, name, verdict, seconds):
    words, directive, diagnostics = verdict
    lines = [f"{words} {number} - {name}{directive}"]
    if diagnostics:
        lines += ["# " + line for line in diagnostics.splitlines()] + [f"# after {seconds:.1f} s"]
    elif os.environ.get("TIMES"):
        lines.append(f"# {seconds:.2f} s")
    print("\n".join(lines), flush=True)
    return words == "ok"


def _timed(function):
    began = time.monotonic()
    return _run(function), time.monotonic() - began


def main(lanes=1):
    chosen = [(name, function) for name, function in _tests
              if all(word in name for word in sys.argv[1:])]
    print(f"1..{len(chosen)}", flush=True)
    all_well = len(chosen) > 0
    with concurrent.futures.ThreadPoolExecutor(lanes) as pool:
        results = [pool.submit(_timed, function) for _, function in chosen]
        for number, ((name, _), result) in enumerate(zip(chosen, results), 1):
            verdict, seconds = result.result()
            all_well &= _print(number, name, verdict, seconds)
    sys.exit(0 if all_well else 1)


def equal(got, wanted, what):
    if got != wanted:
        raise AssertionError(f"{what}: wanted {wanted!r}, got {got!r}")


def true(claim, what):
    if not claim:
        raise AssertionError(what() if callable(what) else what)


def contains(text, piece, what):
    if piece not in text:
        raise AssertionError(f"{what}: {piece!r} is not in {text!r}")


def lacks(text, piece, what):
    if piece in text:
        raise AssertionError(f"{what}: {piece!r} is in {text!r}")


def eventually(condition, what, within=10.0, every=None):
    """The first true value of condition(); a failure when the deadline passes without one.

    It looks every `every` seconds, for what lasts a moment only; without that again and again after a twentieth of the
    time it has waited, since a look costs more than to be a little late.
    """
    began, within = time.monotonic(), within * PATIENCE
    while True:
        value = condition()
        if value:
            return value
        waited = time.monotonic() - began
        if waited > within:
            raise AssertionError(f"{what() if callable(what) else what}: not within {within:g} s")
        time.sleep(every or min(max(waited / 20, 0.01), 0.25))


def dwindles(count, what, within=30.0):
    """Waits until count() is 0; a failure when it has become no less for `within` seconds."""
    least, since = count(), time.monotonic()
    while least > 0:
        time.sleep(0.05)
        now = count()
        if now < least:
            least, since = now, time.monotonic()
        elif time.monotonic() - since > within * PATIENCE:
            raise AssertionError(f"{now} {what}: no fewer for {within * PATIENCE:g} s")


def never(condition, what, within):
    """Holds on for `within` seconds and fails as soon as condition() is true: for what must not happen."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        value = condition()
        if value:
            raise AssertionError(f"{what}: {value!r}")
        time.sleep(0.02)
