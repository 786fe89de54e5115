"""Read files that others may have put there: only ordinary ones, and only up to a size.

A named pipe may never say anything, a device may never end, and a file may say that it has 30 GB.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from exportready.schema.budgets import FILE_SIZE, WRITTEN_FILE_SIZE

NOT_ORDINARY = "it is a pipe, a device or a folder, not an ordinary file"
"""Why something isn't read, as `OSError.strerror`."""


def read_bytes(path: Path, limit: int = FILE_SIZE) -> bytes:
    """Return the bytes of an ordinary file of at most `limit` bytes. Raises OSError, whose `strerror` people can read."""
    # O_NONBLOCK: otherwise opening a pipe waits for a program that writes into it
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, NOT_ORDINARY, str(path))
        if found.st_size > limit:
            raise OSError(
                errno.EFBIG, f"it has {found.st_size >> 20:,} MB, and at most {limit >> 20:,} MB are read", str(path)
            )
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"it has more than {limit >> 20:,} MB, the most that is read", str(path))
    return data


def read_written(path: Path) -> bytes:
    """Return the bytes of a file that people write, such as rules or waivers. Raises OSError as `read_bytes` does."""
    return read_bytes(path, WRITTEN_FILE_SIZE)
