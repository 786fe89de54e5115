"""Make unknown values from a missing list, field or answer. Each has the reason, as a type and in words."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from msgspec.structs import replace

from exportready.kinds import KINDS
from exportready.kinds.nouns import list_name
from exportready.model.evidence import Dataset, Scope, Unknown, Value
from exportready.model.reasons import Reason


def cause_of(dataset: Dataset) -> Reason:
    """Return why a dataset is incomplete, for decisions."""
    return dataset.lack().cause


def source_of(dataset: Dataset) -> str:
    """Return the kind of record whose list is incomplete: the dataset's own kind, or the one it is derived from."""
    return dataset.source or dataset.kind


def why_of(dataset: Dataset) -> str:
    """Return why a dataset is incomplete, in words, starting with its name."""
    return f"{list_name(dataset.kind)}: {dataset.why}"


def remedy_of(dataset: Dataset) -> str:
    """Return what to do so that the next snapshot has the complete dataset."""
    return dataset.remedy or KINDS[dataset.kind].supply


def not_whole(dataset: Dataset, reason: str = "") -> Unknown:
    """Return an unknown value that depends on an incomplete dataset, with how to supply it. `reason` replaces the dataset's own."""
    remedy, source = remedy_of(dataset), source_of(dataset)
    return replace(dataset.lack(), reason=reason or why_of(dataset), remedy=remedy, source=source)


def not_among(dataset: Dataset, otherwise: str) -> Unknown:
    """Return an unknown value that depends on a record that may be missing only because the dataset is incomplete.

    `otherwise` is the reason if the dataset itself has none.
    """
    return replace(dataset.lack(otherwise), source=source_of(dataset))


def unresolved(dataset: Dataset, reason: str, remedy: str = "") -> Unknown:
    """Return an unknown value that depends on a record that another one refers to but the dataset doesn't have.

    `remedy` says how to supply the dataset's kind.
    """
    cause = cause_of(dataset) if dataset.scope is Scope.MISSING else Reason.UNRESOLVED
    return Unknown(cause=cause, reason=reason, remedy=remedy, source=source_of(dataset))


def without(value: Value, reason: str) -> Unknown:
    """Return an unknown value that depends on an unknown or empty field, with its own reason."""
    if isinstance(value, Unknown):
        return Unknown(cause=value.cause, reason=reason, source=value.source)
    return Unknown(cause=Reason.EMPTY, reason=reason)


def because_of(unknown: Unknown, *values: Value) -> Unknown:
    """Return an unknown value with the cause and source of the first unknown one of these values; unchanged if all are known."""
    lacking = first_unknown(*values)
    return replace(unknown, cause=lacking.cause, source=lacking.source) if lacking else unknown


def first_unknown(*values: Value) -> Unknown | None:
    """Return the first value that is not known."""
    return next((value for value in values if isinstance(value, Unknown)), None)


def total(values: Iterable[Value], otherwise: str) -> Value:
    """Return the sum of numbers; the first unknown one instead, or for an empty one an unknown value with the reason `otherwise`."""
    found = Decimal(0)
    for value in values:
        if not isinstance(value, Decimal):
            return value if isinstance(value, Unknown) else without(value, otherwise)
        found += value
    return found


def any_of(truths: Iterable[Value]) -> Value:
    """Return Kleene's `or` over yes-no values: true if one is true, else unknown if one is unknown, else false."""
    unknown: Value = False
    for truth in truths:
        if truth is True:
            return True
        if isinstance(truth, Unknown):
            unknown = truth
    return unknown


def first_text(values: Iterable[Value], otherwise: Value) -> Value:
    """Return the first value that is text, else `otherwise`."""
    return next((value for value in values if isinstance(value, str)), otherwise)
