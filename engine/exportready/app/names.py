"""Names of files that come from outside: which are rejected, and the name that a file gets in the snapshot.

Names follow what Windows allows, because a data folder may be moved to another computer (learn.microsoft.com, “Naming Files, Paths, and
Namespaces”, read 2026-11): no control characters, none of <>:"/\\|?*, no trailing dot or space, and no device name such as CON.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from pathlib import PurePosixPath

from exportready.evidence.files import IGNORED
from exportready.reporters.text import clean

MAX_BYTES = 180
"""Bytes of a name in UTF-8. File systems allow 255; the longest that we add is a number."""
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\Z", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:")


def is_hostile(path: str) -> bool:
    """Return whether a path says that the file belongs elsewhere than in the folder that was dropped. No browser sends that."""
    parts = re.split(r"[/\\]", path)
    return ".." in parts or path.startswith(("/", "\\")) or _DRIVE.match(path) is not None or "\0" in path


def is_leftover(path: str) -> bool:
    """Return whether an operating system or Office left the file behind (.DS_Store, ~$pricebook.xlsx), or it is hidden."""
    return any(IGNORED.match(part) for part in PurePosixPath(path.replace("\\", "/")).parts)


def safe_names(paths: Iterable[str]) -> list[str]:
    """Return a name for each of several files that come together: the last part of its path.

    Files in different folders may share that; then each is named after its folders too, so that the same folder gives the same names
    again.
    """
    listed = list(paths)
    folded = [fold_name(safe_name(_last(path))) for path in listed]
    shared = {name for name in folded if folded.count(name) > 1} if len(set(folded)) < len(folded) else set()
    taken: list[str] = []
    for path, last in zip(listed, folded, strict=True):
        whole = " - ".join(part for part in re.split(r"[/\\]", path) if part)
        taken.append(free_name(safe_name(whole if last in shared else _last(path)), taken))
    return taken


def _last(path: str) -> str:
    return re.split(r"[/\\]", path)[-1]


def safe_name(name: str) -> str:
    """Return a name that is one visible file in one folder, on every operating system."""
    plain = clean(unicodedata.normalize("NFC", _FORBIDDEN.sub("_", clean_surrogates(name))))
    text = "".join(char if char.isprintable() else "_" for char in plain).rstrip(". ")
    stem, dot, suffix = text.rpartition(".")
    stem, suffix = (stem, f".{suffix}") if dot and len(suffix) <= 10 else (text, "")
    stem = stem.lstrip(".~ ").rstrip() or "file"
    if _DEVICES.match(stem.partition(".")[0].rstrip()):
        stem = f"_{stem}"
    while len(f"{stem}{suffix}".encode()) > MAX_BYTES:
        stem = stem[:-1]
    made = f"{stem.rstrip()}{suffix}"
    return f"_{made}" if IGNORED.match(made) else made


def clean_surrogates(name: str) -> str:
    """Return a name that can be encoded."""
    return name.encode("utf-8", "replace").decode("utf-8")


def fold_name(name: str) -> str:
    """Return what two names have in common that Windows and macOS take for the same file."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKD", name).casefold())


def free_name(name: str, taken: Collection[str]) -> str:
    """Return the name, with a number if it is taken: "invoices (2).xlsx"."""
    folded = set(map(fold_name, taken))
    stem, dot, suffix = name.rpartition(".")
    stem, suffix = (stem, f".{suffix}") if dot else (name, "")
    made, number = name, 2
    while fold_name(made) in folded:
        made, number = f"{stem} ({number}){suffix}", number + 1
    return made
