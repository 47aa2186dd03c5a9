"""trace: system calls of the daemon, watched or bent by strace.

Either from the start: strace is a grandchild then (-D), so that the daemon stays our own child. Or from now on:
`attached`. Counts in `when=` are per thread, and begin where the watching begins.
"""
import contextlib
import os
import re
import shutil
import signal
import subprocess

from tap import Skip, eventually

LINE = re.compile(r"^(?P<tid>\d+) +(?P<at>[\d.]+) (?P<rest>.*)$")
RESUMED = re.compile(r"^<\.\.\. (?P<call>\w+) resumed>(?P<rest>.*)$")


def need_strace():
    """Skips the test where strace is lacking or may not trace."""
    strace = shutil.which("strace")
    if strace is None:
        raise Skip("strace is not installed")
    if subprocess.run([strace, "-o", os.devnull, "true"], capture_output=True, check=False).returncode != 0:
        raise Skip("strace may not trace here")
    return strace


def inject(call, fault, when):
    """A wrapper that does `fault` (signal=KILL, error=EIO, delay_enter=…) to the calls that `when` counts."""
    return [need_strace(), "-D", "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}",
            "-e", f"inject={call}:{fault}:when={when}"]


def ends_traced():
    """The environment of a daemon that ends while strace has it: LeakSanitizer does not go with that."""
    return {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}


@contextlib.contextmanager
def attached(process, call, fault, when):
    """While it lasts, the faults of `inject` happen to a process that runs already."""
    tracer = subprocess.Popen([need_strace(), "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}",
                               "-e", f"inject={call}:{fault}:when={when}", "-p", str(process.pid)])
    try:
        wait_traced(process, [tracer])
        yield tracer
    finally:
        tracer.send_signal(signal.SIGTERM)
        tracer.wait(30)


def wait_traced(process, tracers):
    """Until every thread has its tracer. Skips the test where the daemon, which forbids it to all but root, may not be traced."""
    has_ended = lambda: any(tracer.poll() is not None for tracer in tracers)
    eventually(lambda: has_ended() or _is_traced(process.pid), "strace is attached")
    if has_ended() and process.poll() is None:
        raise Skip("strace may not trace the daemon here")


def _is_traced(pid):
    threads = os.listdir(f"/proc/{pid}/task")
    for thread in threads:
        with open(f"/proc/{pid}/task/{thread}/status", encoding="ascii") as status:
            if "TracerPid:\t0\n" in status.read():
                return False
    return True


def watch(output, calls, length=8192):
    return [need_strace(), "-D", "-f", "-qq", "-ttt", "-yy", "-s", str(length), "-o", output, "-e", f"trace={calls}"]


class Call:
    def __init__(self, name, text, begun, ended):
        self.name, self.text, self.begun, self.ended = name, text, begun, ended  # line numbers

    @property
    def failed(self):
        return " = -1 " in self.text[-120:]

    def __repr__(self):
        return f"<{self.name} {self.begun}-{self.ended} {self.text[:90]}>"


def read(path):
    """The finished calls of a trace by their end; interrupted lines are joined."""
    calls, open_calls = [], {}
    with open(path, encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file):
            match = LINE.match(line.rstrip("\n"))
            if match:
                _read_line(match, number, calls, open_calls)
    return calls


def _read_line(match, number, calls, open_calls):
    tid, rest = match["tid"], match["rest"]
    resumed = RESUMED.match(rest)
    if resumed:
        name, text, begun = open_calls.pop(tid, (resumed["call"], "", number))
        calls.append(Call(name, text + resumed["rest"], begun, number))
    elif rest.endswith("<unfinished ...>"):
        open_calls[tid] = (rest.split("(", 1)[0], rest[:-len("<unfinished ...>")], number)
    elif "(" in rest:
        calls.append(Call(rest.split("(", 1)[0], rest, number, number))
