"""The law: evidence that is taken away never makes a rule pass.

Where a file loses a record or a value, a rule that failed must still fail or become “not checked”, and one that was “not checked” must
stay so. The exceptions are in `excuses.py`.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from random import Random

import msgspec

from exportready.check import _wanted
from exportready.derive import derive, pending
from exportready.evidence import snapshot
from exportready.evidence.files import File
from exportready.evidence.snapshot import FileRead, Opened, assemble, read_one
from exportready.judge import judge
from exportready.model.evidence import UNSET, Evidence, Record, Unknown
from exportready.model.report import Finding, Outcome, RuleResult
from exportready.model.rules import Phase, Rule, Rulebook, Wanted
from exportready.rulebook.load import load
from exportready.runtime import shipped
from fuzz.edits import Edit, How, draw
from fuzz.excuses import Excuses
from fuzz.harness import complain_of_crashes

EXAMPLES = Path(__file__).parents[1] / "examples"
MOMENTS = {
    **dict.fromkeys(("ready", "not-ready", "not-ready-without-inventory", "by-hand"), "2026-11-20T18:00:00-07:00"),
    "after-export": "2026-11-21T09:30:00-07:00",
}
"""The examples, and when each is checked."""
_QUIET = (Outcome.PASSED, Outcome.NOT_APPLICABLE)


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """An example with everything that was read from it, and the results of its rules."""

    example: str
    at: datetime
    rulebook: Rulebook
    rules: tuple[Rule, ...]
    data: Mapping[str, bytes]
    opened: Opened
    read: Mapping[str, FileRead | None]
    """The files other than account.yaml."""
    evidence: Evidence
    """Everything that any rule reads; a check reads only the kinds that its phase needs."""
    wanted: Wanted
    results: tuple[RuleResult, ...]
    matches: tuple[Record, ...]
    """After an export: what arrived, with the id that it has in QuickBooks."""
    places: Mapping[str, tuple[int, ...]]
    """Path -> the numbers of the records that the findings are about."""


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that lost a finding, or what it couldn't decide, although nothing was added to the evidence."""

    rule: str
    example: str
    edit: Edit
    before: Outcome
    after: Outcome
    lost: tuple[str, ...]
    """The keys of the subjects of the lost findings; of what could not be decided if there was none."""

    def __str__(self) -> str:
        change = f"{self.before.value} -> {self.after.value}" if self.before is not self.after else "a finding is gone"
        return f"{self.rule}: {change} ({', '.join(self.lost[:3])}) in examples/{self.example} after: {self.edit}"


def base_of(example: str, rulebook: Rulebook | None = None) -> Base:
    """Return an example, read and judged."""
    book = rulebook or load(shipped.folder("rules"))
    at, folder = datetime.fromisoformat(MOMENTS[example]), EXAMPLES / example
    opened = snapshot.open_snapshot(folder, at)
    rules = tuple(rule for rule in book.rules if rule.phase.value in (opened.phase or Phase.BEFORE.value, Phase.BOTH.value))
    read = _read(opened, opened.rest, book)
    evidence = _assembled(opened, read.values(), at)
    wanted = _wanted(book, rules, opened.phase or Phase.BEFORE.value)
    derived = _derived(evidence, wanted, at)
    results = judge(rules, derived, None, at)
    return Base(
        example=example,
        at=at,
        rulebook=book,
        rules=rules,
        data={file.path: file.load() for file in snapshot.files(folder)},
        opened=opened,
        read=read,
        evidence=evidence,
        wanted=wanted,
        results=results,
        matches=tuple(derived.dataset("derived.match").rows()),
        places=_places(results),
    )


def _derived(evidence: Evidence, wanted: Wanted, at: datetime) -> Evidence:
    """Return the evidence as a check has it, which sees only the kinds that it reads."""
    seen = msgspec.structs.replace(
        evidence,
        datasets={kind: dataset for kind, dataset in evidence.datasets.items() if kind in wanted},
        listings={kind: listings for kind, listings in evidence.listings.items() if kind in wanted},
    )
    return derive(seen, at, wanted=wanted)


def _places(results: Iterable[RuleResult]) -> dict[str, tuple[int, ...]]:
    """Return by file the numbers of the records that findings are about: the place in a JSON list, else the row."""
    found: dict[str, set[int]] = {}
    for place in (place.location for result in results for finding in result.findings for place in finding.where):
        number = place.pointer.split("/")[2] if place.pointer.startswith("/data/") else str((place.line or 1) - 1)
        found.setdefault(place.path, set()).add(int(number))
    return {path: tuple(sorted(numbers)) for path, numbers in found.items()}


def _read(opened: Opened, files: Iterable[File], book: Rulebook) -> dict[str, FileRead | None]:
    columns = opened.account_file.columns if opened.account_file else {}
    found = {file.path: read_one(file, book.wanted, columns, opened.zone) for file in files}
    complain_of_crashes(one.source for one in found.values() if one)
    return found


def _assembled(opened: Opened, read: Iterable[FileRead | None], at: datetime) -> Evidence:
    files = sorted((*opened.done, *filter(None, read)), key=lambda one: one.source.path)
    return assemble(files, opened.account_file, at)


# -- trying one edit


def try_one(bases: Sequence[Base], seed: str) -> tuple[Base, Edit, list[Violation]]:
    """Draw an edit that changes something that is read, and return the violations of the law. The seed decides everything."""
    random = Random(seed)
    while True:
        base = random.choice(bases)
        path = random.choice(sorted(base.data))
        edit = draw(random, path, base.data[path], base.places.get(path, ()))
        changed = edited(base, edit) if edit else None
        if edit is not None and changed is not None:
            return base, edit, violations(base, edit, changed)


def edited(base: Base, edit: Edit) -> Evidence | None:
    """Return the evidence after an edit; None if the edit changes nothing that is read, or states something new."""
    opened, read = base.opened, dict(base.read)
    if edit.path not in read:
        opened = _reopened(base, edit)
        if not opened.done:
            return None
        read = _read(opened, opened.rest, base.rulebook)
        return _assembled(opened, read.values(), base.at)
    read |= _read(opened, [File(edit.path, lambda: edit.data)], base.rulebook)
    before, after = base.read[edit.path], read[edit.path]
    if _content(before) == _content(after) or (edit.how is How.GARBLE and not _lost_values(before, after)):
        return None
    return _assembled(opened, read.values(), base.at)


def _reopened(base: Base, edit: Edit) -> Opened:
    """Return the example with a changed account.yaml."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, edit.path).write_bytes(edit.data)
        opened = snapshot.open_snapshot(Path(folder), base.at)
    return msgspec.structs.replace(opened, rest=base.opened.rest)


def _content(file: FileRead | None) -> object:
    if file is None or file.reading is None:
        return file and (file.source.error, file.unrecognized)
    return [
        (one.kind, one.whole, one.why_part, one.page, [(record.key, record.fields) for record in one.records])
        for one in file.reading.listings
    ]


def _lost_values(before: FileRead | None, after: FileRead | None) -> bool:
    """Return whether an edit of a value only lost values. A garbled name is another name, which is no loss but another statement."""
    if before is None or after is None or before.reading is None or after.reading is None:
        return True
    rows = [[record for one in file.reading.listings for record in one.records] for file in (before, after) if file.reading]
    if len(rows[0]) != len(rows[1]):
        return True
    return all(
        value == old.get(name) or value is UNSET or isinstance(value, Unknown)
        for old, new in zip(*rows, strict=True)
        for name, value in new.fields.items()
    )


def results_of(base: Base, evidence: Evidence) -> tuple[RuleResult, ...]:
    """Return the results of an example's rules with other evidence."""
    return judge(base.rules, _derived(evidence, base.wanted, base.at), None, base.at)


# -- the law


def violations(base: Base, edit: Edit, evidence: Evidence) -> list[Violation]:
    """Return each rule that passes, or lost a finding, with less evidence than before, without an excuse."""
    results = results_of(base, evidence)
    is_after_export = any(one.rule.phase is Phase.AFTER for one in results)
    known = {(before.rule.id, _identity(one)) for before in base.results for one in before.findings}
    new = [one for after in results for one in after.findings if (after.rule.id, _identity(one)) not in known]
    excuses = Excuses(
        edit, base.evidence, pending.mark(evidence), matches=base.matches, new_findings=new, is_after_export=is_after_export
    )
    found = []
    for before, after in zip(base.results, results, strict=True):
        lost = _lost_findings(before, after)
        is_quiet = after.outcome in _QUIET and before.outcome in (Outcome.FAILED, Outcome.CANNOT_TELL)
        is_less = after.outcome is Outcome.FAILED and not after.has_unknowns and len(lost) > 0
        has_broken = after.outcome is Outcome.ERROR
        if has_broken or ((is_quiet or is_less) and not excuses.excuse(before, lost)):
            subjects = [one.subject.key for one in lost] or [gap.subject or gap.kind for gap in before.gaps]
            found.append(
                Violation(
                    rule=before.rule.id,
                    example=base.example,
                    edit=edit,
                    before=before.outcome,
                    after=after.outcome,
                    lost=tuple(subjects),
                )
            )
    return found


def _lost_findings(before: RuleResult, after: RuleResult) -> list[Finding]:
    """Return the findings that are gone. A finding whose record is only called something else now is not."""
    kept, known = {_identity(one) for one in after.findings}, {_identity(one) for one in before.findings}
    new = Counter(one.check for one in after.findings if _identity(one) not in known)
    lost = []
    for one in before.findings:
        if _identity(one) not in kept:
            new[one.check] -= 1
            lost += [one] if new[one.check] < 0 else []
    return lost


def _identity(finding: Finding) -> object:
    return finding.check, finding.subject, finding.members
