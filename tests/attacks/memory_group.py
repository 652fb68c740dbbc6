"""A limit of memory as a container has it: a control group, where this process may make one."""

import contextlib
import os
import pathlib

ROOT = pathlib.Path("/sys/fs/cgroup")


class MemoryGroup:
    """An empty group with a limit; `prefix` is a command that enters it and runs what follows."""

    def __init__(self, folder, limit_file, limit_bytes):
        self.folder = folder
        folder.mkdir()
        try:
            (folder / limit_file).write_text(str(limit_bytes), encoding="ascii")
        except OSError:
            folder.rmdir()
            raise
        self.prefix = ("/bin/sh", "-c", f'echo $$ > {folder}/cgroup.procs && exec "$0" "$@"')

    def remove(self):
        with contextlib.suppress(OSError):  # a process that was killed may take a moment to leave it
            self.folder.rmdir()


def own_folders():
    """Where this process may have a group below its own: version 2, then version 1 of control groups."""
    for line in pathlib.Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines():
        _, controllers, path = line.split(":", 2)
        path = path.lstrip("/")
        if not controllers:
            yield ROOT / path, "memory.max"
        elif "memory" in controllers.split(","):
            yield ROOT / "memory" / path, "memory.limit_in_bytes"
            yield ROOT / "memory", "memory.limit_in_bytes"


def make_group(name, limit_bytes):
    """A group, or None where the rights for it are missing."""
    for parent, limit_file in own_folders():
        with contextlib.suppress(OSError):
            return MemoryGroup(parent / f"advantaged-attacks-{name}-{os.getpid()}", limit_file, limit_bytes)
    return None
