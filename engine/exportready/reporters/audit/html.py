"""The audit as one page: a summary that prints on one sheet, the accounts by area, what changed, whom to tell what.

It asks nothing of the network and reads without its script, which filters and sorts.
"""

from __future__ import annotations

from collections.abc import Iterator

from exportready.model.audit import Audit
from exportready.reporters.audit import Options, words
from exportready.reporters.audit.looks import LOOKS
from exportready.reporters.audit.practices import anchor
from exportready.reporters.audit.view import view
from exportready.reporters.pages import page_in_parts

LISTED = 500
"""So many files that could not be read, and places that are gone or passed over, are in a page."""


def render(audit: Audit, options: Options) -> Iterator[str]:
    """The whole page."""
    seen = view(audit, options.pages)
    yield from page_in_parts(
        "audit",
        audit=audit,
        seen=seen,
        told=words,
        looks=LOOKS,
        anchor=anchor,
        listed=LISTED,
        failing=[one for one in seen.practices if one.who],
        held=[one for one in seen.practices if not one.who],
    )
