"""fakedesk: a desk whose wall clock a test moves. Skips where libfaketime is not installed, or a sanitizer is in the way."""
import glob
import os

from desk import Desk, is_sanitized
from tap import Skip


def need_faketime():
    found = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    if not found:
        raise Skip("libfaketime is not installed")
    if is_sanitized():
        raise Skip("faketime does not go with a sanitizer")
    return found[0]


class FakeDesk(Desk):
    """A desk whose wall clock is ours; the monotonic one goes on."""

    def __init__(self, **more):
        self.library = need_faketime()
        super().__init__(start=False, **more)
        self.clock_file = os.path.join(self.folder, "clock")
        self.jump("+0")
        self.env |= {"LD_PRELOAD": self.library, "FAKETIME_TIMESTAMP_FILE": self.clock_file, "FAKETIME_NO_CACHE": "1",
                     "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
        self.start_or_close()

    def jump(self, offset):
        """Seconds away from the true time."""
        with open(self.clock_file + ".new", "w", encoding="ascii") as file:
            file.write(f"{offset}\n")
        os.rename(self.clock_file + ".new", self.clock_file)
