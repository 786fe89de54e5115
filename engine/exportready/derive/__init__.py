"""Conclude what no file states but follows from what was read. Derivations carry gaps as readers do."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime

from msgspec.structs import replace

from exportready.derive import pending, purchasing, references
from exportready.derive.answers import ACCOUNT
from exportready.derive.derivation import Derivation, Inputs
from exportready.derive.registry import DERIVATIONS
from exportready.model.evidence import Evidence


def derive(evidence: Evidence, at: datetime, before: Evidence | None = None, wanted: Container[str] | None = None) -> Evidence:
    """Return the evidence with every derived kind that it does not state itself, or with those that are `wanted`.

    `at` decides which answers are fresh; `before` is an earlier snapshot, for what has changed since. Which transactions are pending,
    which lists lack what those name, and the facts of the account come first in any case: all others may rest on them.
    """
    stated = frozenset(evidence.datasets)
    now = references.mark(pending.mark(evidence), wanted)
    if ACCOUNT not in stated:
        now = _with(DERIVATIONS[ACCOUNT], Inputs(evidence=now, at=at, before=before))
    now = purchasing.with_none_where_unused(now)
    for kind, derivation in DERIVATIONS.items():
        if kind != ACCOUNT and kind not in stated and (wanted is None or kind in wanted):
            now = _with(derivation, Inputs(evidence=now, at=at, before=before))
    return now


def _with(derivation: Derivation, inputs: Inputs) -> Evidence:
    return replace(inputs.evidence, datasets={**inputs.evidence.datasets, derivation.kind: derivation(inputs)})
