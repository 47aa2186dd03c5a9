"""stopwatch: how long something takes where nobody else wants the processors.

    watch = Stopwatch(lambda: [desk.process.pid])      # or desk.stopwatch(): of the daemon and its sandbox
    …
    true(watch.seconds() < 2, "at once")

That is the time of day, less what these processes, and the thread that asks, were ready for meanwhile and had to wait for a
processor: the kernel counts it (the second figure of /proc/PID/task/TID/schedstat, in nanoseconds). Of a process its first
thread counts, and the daemon's engine: what others do beside them holds nobody up. What they slept, or waited for the disk, a
lock or each other, stays in, so that who waits for the wrong thing is found out on a busy machine as well. Where the kernel does
not count, it is the time of day.
"""
import os
import threading
import time


def processor_seconds(pid):
    """What a process has worked so far, and no less when it has ended and nobody has asked for its end."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
        user, system = stat.read().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _read(path):
    try:
        with open(path, encoding="ascii") as file:
            return file.read()
    except OSError:
        return ""


def _threads(pid):
    """Those that hold others up."""
    try:
        found = os.listdir(f"/proc/{pid}/task")
    except OSError:     # it has ended
        return []
    return [thread for thread in found if thread == str(pid) or _read(f"/proc/{pid}/task/{thread}/comm") == "engine\n"]


def _delay(pid, thread):
    """The seconds that a thread has waited for a processor so far."""
    figures = _read(f"/proc/{pid}/task/{thread}/schedstat").split()
    return int(figures[1]) / 1e9 if len(figures) > 1 else 0.0


class Stopwatch:
    def __init__(self, pids, asker="self"):
        """`asker` None: who asks looks again and again, and holds nothing up."""
        self._pids, self._asker = pids, asker   # the former are asked again at the end: a process may have started meanwhile
        self._before, self._began = self._delays(), time.monotonic()

    def _delays(self):
        threads = [(pid, thread) for pid in self._pids() for thread in _threads(pid)]
        if self._asker:
            threads.append((self._asker, threading.get_native_id()))
        return {thread: _delay(*thread) for thread in threads}

    def seconds(self):
        passed = time.monotonic() - self._began
        waited = sum(delay - self._before.get(thread, 0.0) for thread, delay in self._delays().items())
        return max(0.0, passed - waited)
