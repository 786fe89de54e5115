"""Tasks for another process, which finds them by the name of this module."""

from __future__ import annotations

import os
import time


def exits(*_: object) -> None:
    os._exit(9)


def sleeps(*_: object) -> None:
    time.sleep(600)


def breaks(*_: object) -> None:
    raise LookupError("a secret of the books")
