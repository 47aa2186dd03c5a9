"""disk: a small disk of one's own, and how it fills up."""
import contextlib
import os
import subprocess
import tempfile

from tap import Skip


@contextlib.contextmanager
def small_disk(megabytes):
    """A file system of its own; only root can make one."""
    if os.getuid() != 0:
        raise Skip("only root can mount a tmpfs")
    folder = tempfile.mkdtemp(prefix="frontdesk-disk-")
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", folder],
                           capture_output=True, text=True, check=False)
    try:
        if mount.returncode != 0:
            raise Skip("tmpfs cannot be mounted here: " + mount.stderr.strip())
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], capture_output=True, check=False)
        os.rmdir(folder)


def fill(path):
    """Fills the disk to its last byte."""
    with open(path, "wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x" * 65536) > 0:
            pass
