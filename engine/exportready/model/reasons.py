"""Why something is not known, and how a gap can be filled: enums, so that no decision depends on the text of a message."""

from __future__ import annotations

from enum import Enum


class Reason(Enum):
    """Why a value, a list or the outcome of a rule is not known. The values are part of the JSON result."""

    NOT_SUPPLIED = "not_supplied"
    """No file of the snapshot has this kind of record."""
    NOT_EXPORTED = "not_exported"
    """The file does not have the field or column at all."""
    EMPTY = "empty"
    """The field is blank, and a value is needed."""
    UNREADABLE = "unreadable"
    """The file, or a value in it, can't be read."""
    PARTIAL = "partial"
    """Only some of the records are here: pages are missing, the file breaks off, or the request was filtered."""
    NOT_STATED_WHOLE = "not_stated_whole"
    """A spreadsheet doesn't say whether it has all records; only a person can."""
    ACTIVE_ONLY = "active_only"
    """The list shows no inactive record, so they may have been left out."""
    CONTRADICTORY = "contradictory"
    """Two sources say different things, and nothing says which is newer."""
    STALE = "stale"
    """It is out of date."""
    UNDATED = "undated"
    """It may be too old: nothing says when it was stated or exported."""
    UNANSWERED = "unanswered"
    """A question that only a person can answer has no answer."""
    DONT_KNOW = "dont_know"
    """The answer is "don't know"."""
    AMBIGUOUS = "ambiguous"
    """Several records match, and nothing distinguishes them."""
    UNRESOLVED = "unresolved"
    """A record refers to another one that isn't in its list."""
    LOOKS_BYPASSED = "looks_bypassed"
    """Nothing of a batch is in QuickBooks; only a person can say whether it was bypassed on purpose."""
    BEFORE_EXPORT = "before_export"
    """What the files show is from before the export."""
    NO_EARLIER_SNAPSHOT = "no_earlier_snapshot"
    """The rule compares with an earlier snapshot, and none was given."""
    INCONCLUSIVE = "inconclusive"
    """The facts are in the files, but they don't decide it."""


class Channel(Enum):
    """How a gap can be filled. The values are part of the JSON result."""

    EXPORT = "export"
    """Export or save a file by hand."""
    ASK = "ask"
    """Answer a question."""
    CONFIRM = "confirm"
    """Look at a screen and confirm."""
    CONNECTION = "connection"
    """Read it over a live connection."""
    INTEGRATOR = "integrator"
    """Ask someone who has access to ServiceTitan's API, or who reads QuickBooks with a program (qbXML)."""
