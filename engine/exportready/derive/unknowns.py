"""Values that are not known, made from what is missing: a list, a field, an answer. Each says why, in a type and in words."""

from __future__ import annotations

from collections.abc import Iterable

from exportready.kinds import KINDS, plural
from exportready.model.evidence import Dataset, Scope, Unknown, Value
from exportready.model.reasons import Channel, Reason

_BY_SCOPE = {Scope.MISSING: Reason.NOT_SUPPLIED, Scope.ACTIVE: Reason.ACTIVE_ONLY}


def cause_of(dataset: Dataset) -> Reason:
    """Return why a dataset is not whole, for decisions."""
    return dataset.cause or _BY_SCOPE.get(dataset.scope, Reason.PARTIAL)


def source_of(dataset: Dataset) -> str:
    """Return the kind of record whose list is not whole: the dataset's own, or the one that it is derived from."""
    return dataset.source or dataset.kind


def why_of(dataset: Dataset) -> str:
    """Return why a dataset is not whole, with what it should hold."""
    return f"{plural(dataset.kind)}: {dataset.why}"


def remedy_of(dataset: Dataset) -> str:
    """Return what to do so that the next snapshot holds all of a dataset."""
    return dataset.remedy or KINDS[dataset.kind].supply


def not_whole(dataset: Dataset) -> Unknown:
    """Return what rests on a dataset that is not whole, where another kind's record is judged."""
    return Unknown(cause_of(dataset), why_of(dataset), remedy_of(dataset), source_of(dataset), dataset.channel)


def not_among(dataset: Dataset, otherwise: str) -> Unknown:
    """Return what rests on a record that a dataset lacks, which may be because the dataset is not whole.

    `otherwise` says so where the dataset itself does not say why it is not whole.
    """
    return Unknown(cause_of(dataset), dataset.why or otherwise, dataset.remedy, source_of(dataset), dataset.channel)


def unresolved(dataset: Dataset, reason: str, remedy: str = "", channel: Channel | None = None) -> Unknown:
    """Return what rests on a record of a dataset that another one names, and that is not there."""
    cause = cause_of(dataset) if dataset.scope is Scope.MISSING else Reason.UNRESOLVED
    return Unknown(cause, reason, remedy, source_of(dataset), channel)


def without(value: Value, reason: str, remedy: str = "") -> Unknown:
    """Return what rests on a field that is unknown or empty, in other words than the field's own."""
    if isinstance(value, Unknown):
        return Unknown(value.cause, reason, remedy, value.source)
    return Unknown(Reason.EMPTY, reason, remedy)


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
