"""One audit: every account is judged or found unchanged, and kept at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Generator, Mapping
from functools import cache
from pathlib import Path

from exportready import __version__
from exportready.check import is_chosen
from exportready.fleet.places import Fleet
from exportready.fleet.pool import Workers, run
from exportready.fleet.work import AuditOptions, Job, TaskResult, packed
from exportready.history.reading import entries, gone, past
from exportready.history.store import History, Kept, Started
from exportready.model.audit import Audit
from exportready.model.rules import Rule
from exportready.runtime import shipped


def settings_digest(how: AuditOptions, *, anonymise: bool) -> str:
    """Over everything that decides what is found, the files and the moment aside: two audits with one digest judge alike."""
    book = how.rulebook
    stated = {
        "version": __version__,
        "code": _code(),
        "rulebook": book.digest,
        "rules": {rule.id: _settled(rule) for rule in book.rules},
        "phase": how.phase,
        "selected": sorted(how.selected),
        "ignored": sorted(how.ignored),
        "accepted": sorted(map(repr, how.accepted)),
        "engine": how.engine,
        "anonymise": anonymise,
    }
    return hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()


@cache
def _code() -> str:
    """Over this program itself: what is installed from a repository has one version for many states."""
    package = Path(__file__).parents[1]
    files = sorted([*package.rglob("*.py"), *shipped.folder("reports").rglob("*.*")])
    return _sha256(b"".join(hashlib.sha256(one.read_bytes()).digest() for one in files))


def _settled(rule: Rule) -> list[str]:
    """What exportready.yaml may have changed of it."""
    grades = [check.severity.value for check in rule.checks]
    return [rule.severity.value, *grades, *(f"{name}={value}" for name, value in sorted(rule.parameters.items()))]


def judge_all(
    fleet: Fleet,
    how: AuditOptions,
    history: History,
    started: Started,
    workers: Workers,
    *,
    anonymise: bool,
    pages: Pages | None,
) -> Generator[TaskResult]:
    """Judge whoever is not unchanged. Each account is kept before it is told; a caller may stop at any moment."""
    kept = {place: _usable(history.known(place, how.at), place, pages) for place in fleet.places}
    jobs = (Job(place, path, frozenset(kept[place])) for place, path in fleet.places.items())
    for done in run(workers, packed(how), how.at, jobs):
        if done.standing is None:
            history.take_again(started, done.place, kept[done.place][done.digest])
        else:
            page = pages.write(done.place, done.page) if pages is not None else ""
            history.keep(started, done.place, done.standing, done.findings, page, anonymise=anonymise)
        yield done
    history.finish(started, fleet.places)


class Pages:
    """The accounts' own reports, each a file in one folder."""

    def __init__(self, folder: Path, audience: str, write: Callable[[Path, str], None]) -> None:
        self.folder = folder
        self.audience = audience
        self._write = write

    def write(self, place: str, text: str | None) -> str:
        """Returns what is kept of it, to know it again. Without a text, what an earlier audit wrote is no longer true."""
        if text is None:
            (self.folder / page_name(place)).unlink(missing_ok=True)
            return ""
        self._write(self.folder / page_name(place), text)
        return self._mark(text.encode("utf-8", "replace"))

    def has(self, place: str, mark: str) -> bool:
        """The report is there as it was written, and for the same people."""
        try:
            return self._mark((self.folder / page_name(place)).read_bytes()) == mark
        except OSError:
            return False

    def _mark(self, page: bytes) -> str:
        return f"{self.audience}:{_sha256(page)}"


def page_name(place: str) -> str:
    """A name for every system; two places never share one."""
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "-_.") else "-" for char in place).strip(".")[:80]
    same = plain == place and plain == plain.lower()
    return f"{plain}.html" if same else f"{plain}-{_sha256(place.encode('utf-8', 'surrogateescape'))[:8]}.html"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _usable(known: Mapping[str, Kept], place: str, pages: Pages | None) -> Mapping[str, Kept]:
    """What need not be judged again: where reports are wanted, only whose report is there."""
    if pages is None:
        return known
    return {digest: kept for digest, kept in known.items() if pages.has(place, kept.page)}


def audited(fleet: Fleet, how: AuditOptions, history: History, started: Started, *, anonymise: bool) -> Audit:
    """The finished audit, for reporters."""
    found = entries(history, started, page_name)
    judged = {one.rule for entry in found for one in entry.standing.rules}
    return Audit(
        version=__version__,
        digest=how.rulebook.digest,
        rules=tuple(rule for rule in how.rulebook.rules if rule.id in judged),
        own_rules=how.rulebook.own,
        at=started.at,
        entries=found,
        past=past(history, started),
        gone=gone(history, started),
        passed_over=fleet.passed_over,
        left_out=tuple(rule.id for rule in how.rulebook.rules if not is_chosen(rule, how.selected, how.ignored)),
        anonymised=anonymise,
    )
