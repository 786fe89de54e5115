"""When files were exported, where a person said so of one file."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Receipt(msgspec.Struct, frozen=True):
    """When one file was exported, as a person said of this file (`files` in account.yaml)."""

    sha256: str
    """The first digits of its digest: a later file under the same name is another."""
    taken_at: datetime
