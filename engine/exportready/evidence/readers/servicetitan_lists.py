"""Which list of ServiceTitan's API a JSON file is: by the keys of its records, then by the name of the file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from exportready.evidence.readers.file_names import padded_words
from exportready.kinds import KINDS
from exportready.kinds.table import Kind
from exportready.kinds.unused import unused_list

_KINDS = tuple(kind for kind in KINDS.values() if kind.known)


def recognize_list(rows: Sequence[object], path: str) -> Kind | None:
    """Return the kind whose response has most of the keys of these records; None if it can't be determined.

    Its records must have a field of the kind's key: a purchase order request has no number. Unless the file is named
    after the kind and nothing else, they must have its marks too, because other lists of the API look similar. An empty list has no
    keys, so only the name can show what it is.
    """
    keys = _keys_of(rows)
    if not rows:
        return next((kind for kind in _KINDS if _is_named_only(path, kind)), None)
    if unused_list(keys):
        return None
    scores = {
        kind.name: len(keys & kind.known)
        for kind in _KINDS
        if len(keys & kind.known) * 3 >= len(keys) * 2 > 0
        and (keys & _own_key(kind) or not _own_key(kind))
        and ((kind.marks and kind.marks <= keys) or (_is_named_only(path, kind) and keys.issuperset(kind.key)))
    }
    candidates = [kind for kind in _KINDS if scores.get(kind.name) == max(scores.values(), default=0) > 0]
    if len(candidates) == 1:
        return candidates[0]
    return next((kind for kind in kinds_by_name(path) if kind in candidates), None)


def describe_unknown(rows: Sequence[object]) -> str:
    """Return why a list isn't read, and what to do."""
    name = unused_list(_keys_of(rows))
    if name:
        return f"it has the {name} from ServiceTitan, which no check uses; you can leave the file out"
    return "it isn't a ServiceTitan list that we know; save each list to a file named after the list (materials.json, invoices.json)"


def _keys_of(rows: Sequence[object]) -> set[str]:
    return {key for row in rows if isinstance(row, dict) for key in row}


def _own_key(kind: Kind) -> set[str]:
    """Return the top-level keys of the fields of a kind's key."""
    return {name.partition(".")[0] for name in kind.key} - {"parent"}


def kinds_by_name(path: str) -> list[Kind]:
    """Return the kinds that a file's name mentions, the longest name first: payment-types before payments."""
    stem = _name_words(path)
    found = [
        (len(word), kind)
        for kind in _KINDS
        for word in kind.files
        if f"-{word}-" in stem or f"-{word.removesuffix('s')}-" in stem
    ]
    return [kind for _, kind in sorted(found, key=lambda item: (-item[0], item[1].name))]


_FILLER = re.compile(
    r"(servicetitan|st|accounting|pricebook|inventory|settings|crm|export|exports|feed|list|all|page|pages|part|p|of|response)-"
)
"""Words in a file's name that say nothing about its contents."""


def _is_named_only(path: str, kind: Kind) -> bool:
    """Return whether a file is named after a kind and nothing else, filler words aside."""
    rest = _name_words(path)[1:]
    while found := _FILLER.match(rest):
        rest = rest[found.end() :]
    for word in kind.files:
        for form in (word, word.removesuffix("s")):
            if rest.startswith(form + "-") and not _FILLER.sub("", rest[len(form) + 1 :]):
                return True
    return False


def _name_words(path: str) -> str:
    return padded_words(PurePosixPath(path).stem, "-")
