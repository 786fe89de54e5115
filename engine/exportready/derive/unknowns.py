"""Values that are not known, made from what is missing: a list, a field, an answer. Each says why, in a type and in words."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from exportready.kinds import KINDS
from exportready.kinds.nouns import list_name
from exportready.model.evidence import Dataset, Scope, Unknown, Value
from exportready.model.reasons import Reason


def cause_of(dataset: Dataset) -> Reason:
    """Return why a dataset is not whole, for decisions."""
    return dataset.lack().cause


def source_of(dataset: Dataset) -> str:
    """Return the kind of record whose list is not whole: the dataset's own, or the one that it is derived from."""
    return dataset.source or dataset.kind


def why_of(dataset: Dataset) -> str:
    """Return why a dataset is not whole, with what it should hold."""
    return f"{list_name(dataset.kind)}: {dataset.why}"


def remedy_of(dataset: Dataset) -> str:
    """Return what to do so that the next snapshot holds all of a dataset."""
    return dataset.remedy or KINDS[dataset.kind].supply


def not_whole(dataset: Dataset, reason: str = "") -> Unknown:
    """Return what rests on a dataset that is not whole, with how to supply it. `reason` replaces the dataset's own."""
    remedy, source = remedy_of(dataset), source_of(dataset)
    return replace(dataset.lack(), reason=reason or why_of(dataset), remedy=remedy, source=source)


def not_among(dataset: Dataset, otherwise: str) -> Unknown:
    """Return what rests on a record that a dataset lacks, which may be because the dataset is not whole.

    `otherwise` says so where the dataset itself does not say why it is not whole.
    """
    return replace(dataset.lack(otherwise), source=source_of(dataset))


def unresolved(dataset: Dataset, reason: str, remedy: str = "") -> Unknown:
    """Return what rests on a record of a dataset that another one names, and that is not there.

    `remedy` supplies the dataset's kind.
    """
    cause = cause_of(dataset) if dataset.scope is Scope.MISSING else Reason.UNRESOLVED
    return Unknown(cause=cause, reason=reason, remedy=remedy, source=source_of(dataset))


def without(value: Value, reason: str) -> Unknown:
    """Return what rests on a field that is unknown or empty, in other words than the field's own."""
    if isinstance(value, Unknown):
        return Unknown(cause=value.cause, reason=reason, source=value.source)
    return Unknown(cause=Reason.EMPTY, reason=reason)


def because_of(unknown: Unknown, *values: Value) -> Unknown:
    """Return what is not settled because one of these values is not known, in its own words; as it is where all are known."""
    lacking = first_unknown(*values)
    return replace(unknown, cause=lacking.cause, source=lacking.source) if lacking else unknown


def first_unknown(*values: Value) -> Unknown | None:
    """Return the first value that is not known."""
    return next((value for value in values if isinstance(value, Unknown)), None)


def any_of(truths: Iterable[Value]) -> Value:
    """Return Kleene's or over yes-no values: true where one is, else unknown where one is, else false."""
    unknown: Value = False
    for truth in truths:
        if truth is True:
            return True
        if isinstance(truth, Unknown):
            unknown = truth
    return unknown


def first_text(values: Iterable[Value], otherwise: Value) -> Value:
    """Return the first value that is text."""
    return next((value for value in values if isinstance(value, str)), otherwise)
