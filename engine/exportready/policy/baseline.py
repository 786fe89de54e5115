"""Baselines: known findings, so that a gate fails only on new ones.

Entries are keyed by fingerprint, a hash of account, rule, check and subject. It has no line numbers, so that findings still match
after a file was moved or exported again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from exportready.kinds import fold
from exportready.model.commands import quote
from exportready.model.report import Finding, FindingId, Outcome, Report, RuleResult
from exportready.model.rules import Rule
from exportready.schema.files import read_bytes

FORMAT = "exportready/baseline@1"


class BadBaseline(Exception):
    """The file is not a baseline, or can't be read; the message says what to do."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One known finding."""

    fingerprint: str
    rule: str
    subject: str
    message: str
    members: tuple[str, ...] = ()
    """The keys of the records in a group."""
    identity: tuple[str, str, str] = ("", "", "")
    """The check, and the subject's kind and key: what the fingerprint covers, without rule and account. Not stored in the file."""


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """The known findings, and the rules that could not be decided when it was made."""

    account: str | None
    rulebook: str
    """The digest of the rulebook."""
    entries: tuple[Entry, ...]
    undecided: frozenset[str]
    """Ids of the rules that could not be decided, at all or for some records (in the file: `untold`)."""
    rules: frozenset[str] | None
    """Ids of all rules that there were, whether checked or not; None in older files, which don't list them."""


ADDED = frozenset(
    {
        "accounts/deposit-account",
        "accounts/payment-types-exist",
        "accounts/terms-exist",
        "batching/plausible-dates",
        "batching/total-is-its-lines",
        "export/already-in-quickbooks",
        "export/not-entered-twice",
        "export/same-customer-and-date",
        "inventory/advanced-inventory-on",
        "inventory/quantity-on-hand",
        "items/income-account",
        "items/type-agrees",
        "lists/limits",
        "naming/characters",
        "naming/customer-active",
        "naming/customer-merged",
        "naming/location-becomes-job",
        "payments/customer-is-the-invoices",
        "payments/invoice-open",
        "payments/not-over-applied",
        "session/release-supported",
        "tax/exempt-not-taxed",
        "tax/taxable-flag-agrees",
        "tax/zone-on-taxed-invoice",
    }
)
"""The shipped rules that were added since baselines list all rules. A file without that list is from before they were added."""


def of(report: Report, rules: Iterable[Rule]) -> Baseline:
    """Return the findings of a report as a baseline, with all rules of its rulebook.

    Accepted findings are included, since their waivers will expire.
    """
    found = {
        finding.fingerprint: Entry(
            fingerprint=finding.fingerprint,
            rule=result.rule.id,
            subject=finding.subject.key,
            message=finding.message,
            members=_members(finding),
            identity=_identity(finding),
        )
        for result in report.results
        for finding in result.findings
    }
    undecided = frozenset(result.rule.id for result in report.results if result.has_unknowns)
    entries = tuple(sorted(found.values(), key=lambda entry: (entry.rule, entry.subject, entry.fingerprint)))
    ids = frozenset(rule.id for rule in rules)
    return Baseline(account=report.account.name, rulebook=report.digest, entries=entries, undecided=undecided, rules=ids)


def _members(finding: Finding) -> tuple[str, ...]:
    return tuple(sorted(finding.members))


def _identity(finding: Finding) -> tuple[str, str, str]:
    return finding.check or "", finding.subject.kind, fold(finding.subject.key)


def text(baseline: Baseline) -> str:
    """Return the text of a baseline's file."""
    import json

    data = {
        "format": FORMAT,
        "account": baseline.account,
        "rulebook": baseline.rulebook,
        **({} if baseline.rules is None else {"rules": sorted(baseline.rules)}),
        "untold": sorted(baseline.undecided),
        "findings": [
            {
                "fingerprint": entry.fingerprint,
                "rule": entry.rule,
                "subject": entry.subject,
                "message": entry.message,
                **({"members": list(entry.members)} if entry.members else {}),
            }
            for entry in baseline.entries
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def read(path: Path) -> Baseline:
    """Return the baseline in a file. Raises BadBaseline if the file can't be opened or is not a baseline."""
    import json

    try:
        data = json.loads(read_bytes(path).decode("utf-8-sig"))
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise BadBaseline(
                f"{path} is not a baseline ({FORMAT}). Create one with: exportready baseline create SNAPSHOT -o {quote(str(path))}"
            )
        account, undecided, rules = data["account"], data["untold"], data.get("rules")
        if not (account is None or isinstance(account, str)) or not isinstance(undecided, list):
            raise TypeError("account or untold")
        if not (rules is None or isinstance(rules, list)):
            raise TypeError("rules")
        return Baseline(
            account=account,
            rulebook=str(data["rulebook"]),
            entries=tuple(map(_entry, data["findings"])),
            undecided=frozenset(map(str, undecided)),
            rules=None if rules is None else frozenset(map(str, rules)),
        )
    except OSError as error:
        raise BadBaseline(
            f"Can't open {path} ({error.strerror}). Create a baseline with: exportready baseline create SNAPSHOT -o {quote(str(path))}"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadBaseline(
            f"{path} is damaged ({type(error).__name__}: {error}). "
            f"Create it again with: exportready baseline create SNAPSHOT -o {quote(str(path))}"
        ) from error


def _entry(data: Mapping[str, Any]) -> Entry:
    fingerprint, rule, subject, message = (str(data[name]) for name in ("fingerprint", "rule", "subject", "message"))
    return Entry(
        fingerprint=fingerprint,
        rule=rule,
        subject=subject,
        message=message,
        members=tuple(map(str, data.get("members", ()))),
    )


def known(results: Iterable[RuleResult], baseline: Baseline) -> frozenset[FindingId]:
    """Return the findings that are in the baseline. A group is in it only if no record was added to the group.

    An entry also matches by its subject: an earlier snapshot checked in the same run may have another name for the account, and the
    name is part of the fingerprint.
    """
    by_fingerprint = {entry.fingerprint: entry for entry in baseline.entries}
    by_identity = {(entry.rule, *entry.identity): entry for entry in baseline.entries}

    def is_known(rule: str, finding: Finding) -> bool:
        entry = by_fingerprint.get(finding.fingerprint) or by_identity.get((rule, *_identity(finding)))
        return entry is not None and set(_members(finding)) <= set(entry.members)

    return frozenset(finding.id for result in results for finding in result.findings if is_known(result.rule.id, finding))


def newer_rules(results: Iterable[RuleResult], baseline: Baseline) -> frozenset[str]:
    """Return the ids of the rules that were added after the baseline was made."""
    if baseline.rules is not None:
        return frozenset(result.rule.id for result in results) - baseline.rules
    seen = baseline.undecided | {entry.rule for entry in baseline.entries}
    return frozenset(result.rule.id for result in results) & ADDED - seen


def stale(results: Sequence[RuleResult], baseline: Baseline) -> tuple[Entry, ...]:
    """Return the resolved entries: those that are no longer found, although their rule was decided."""
    fingerprints = {finding.fingerprint for result in results for finding in result.findings}
    identities = {(result.rule.id, *_identity(finding)) for result in results for finding in result.findings}
    decided = {result.rule.id for result in results if not result.has_unknowns and result.outcome is not Outcome.ERROR}
    return tuple(
        entry
        for entry in baseline.entries
        if entry.fingerprint not in fingerprints and (entry.rule, *entry.identity) not in identities and entry.rule in decided
    )


def pruned(baseline: Baseline, results: Sequence[RuleResult]) -> Baseline:
    """Return the baseline without its resolved entries. Nothing is ever added."""
    gone = set(stale(results, baseline))
    return replace(baseline, entries=tuple(entry for entry in baseline.entries if entry not in gone))
