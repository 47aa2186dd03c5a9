"""stopwatch: how long something takes where nobody else wants the processors.

    watch = Stopwatch(lambda: [desk.process.pid])      # or desk.stopwatch(): of the daemon and its sandbox
    …
    true(watch.seconds() < 2, "at once")

That is the time of day, less what these processes, and the thread that asks, were ready for meanwhile and had to wait for a
processor: the kernel counts it (the second figure of /proc/PID/task/TID/schedstat, in nanoseconds). Of a process the thread
counts that has waited longest. What they slept, or waited for the disk, a lock or each other, stays in, so that who waits for
the wrong thing is found out on a busy machine as well. Where the kernel does not count, it is the time of day.
"""
import os
import threading
import time


def processor_seconds(pid):
    """What a process has worked so far, and no less when it has ended and nobody has asked for its end."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
        user, system = stat.read().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _threads(pid):
    try:
        return os.listdir(f"/proc/{pid}/task")
    except OSError:     # it has ended
        return []


def _delay(pid, thread):
    """The seconds that a thread has waited for a processor so far."""
    try:
        with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[1]) / 1e9
    except OSError:
        return 0.0


class Stopwatch:
    def __init__(self, pids, asker="self"):
        """`asker` None: who asks looks again and again, and holds nothing up."""
        self._pids, self._asker = pids, asker   # the former are asked again at the end: a process may have started meanwhile
        self._before, self._began = self._delays(), time.monotonic()

    def _delays(self):
        """Process → thread → delay."""
        found = {pid: {thread: _delay(pid, thread) for thread in _threads(pid)} for pid in self._pids()}
        if self._asker:
            found["self"] = {threading.get_native_id(): _delay("self", threading.get_native_id())}
        return found

    def seconds(self):
        passed, waited = time.monotonic() - self._began, 0.0
        for pid, threads in self._delays().items():
            before = self._before.get(pid, {})
            waited += max((delay - before.get(thread, 0.0) for thread, delay in threads.items()), default=0.0)
        return max(0.0, passed - waited)
