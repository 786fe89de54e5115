"""Conclude the facts of the account: from a fresh answer, else from proof in the files, else unknown.

Only a record that exists proves a fact: one purchase order proves that Purchasing is in use, but a file without any proves nothing.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from msgspec.structs import replace

from exportready.derive.answers import ACCOUNT, ANSWERS, answers_of
from exportready.derive.derivation import Inputs, derivation
from exportready.derive.freshness import ANSWER, stale, unanswered
from exportready.derive.sales_tax import tax_items
from exportready.derive.unknowns import first_unknown, not_whole
from exportready.kinds import KINDS
from exportready.kinds.account import BY_PATH
from exportready.kinds.table import ask_integrator
from exportready.model.display import format_date
from exportready.model.evidence import (
    NOT_EXPORTED,
    Dataset,
    Evidence,
    FieldNote,
    Listing,
    Location,
    Record,
    Scope,
    Unknown,
    Value,
)
from exportready.model.reasons import Channel, Reason

_PROOFS = {
    "purchasing": ("servicetitan.purchase_order", "servicetitan.bill"),
    # Trucks and warehouses are in the list only where the Inventory module was set up (docs/sources.md, modules).
    "inventory": ("servicetitan.truck", "servicetitan.warehouse"),
}
"""Fact -> the kinds of record that prove it; one record is enough."""
_NAMES_OF_PROOFS = "\n".join(f"{kind} {' '.join(KINDS[kind].key)}" for kinds in _PROOFS.values() for kind in kinds)
_CLOSING = "AccountingPreferences.ClosingDate"
_TAX_ITEM = "SalesTaxPreferences.DefaultItemSalesTaxRef.FullName"
_CLASSES = "AccountingPreferences.IsUsingClassTracking"
_RELEASE = "MajorVersion"
_SITES = "MultiLocationInventoryPreferences.IsMultiLocationInventoryEnabled"
_SITE, _HOST = "quickbooks.InventorySite", "quickbooks.Host"


@derivation(
    ACCOUNT,
    reads=f"""
{_NAMES_OF_PROOFS}
quickbooks.Preferences {_CLOSING} {_TAX_ITEM} {_CLASSES} {_SITES}
{_SITE} Name IsActive IsDefaultSite
{_HOST} {_RELEASE}
quickbooks.Class IsActive
quickbooks.Item ItemType IsActive
account.answers {" ".join(fact.answer for fact in KINDS[ACCOUNT].fields.values() if fact.answer)}
""",
)
def facts(inputs: Inputs) -> Dataset:
    """Conclude the single record of the account; each field has a note with its source."""
    evidence = inputs.evidence
    fields: dict[str, Value] = {}
    notes: dict[str, FieldNote] = {}
    for name, fact in KINDS[ACCOUNT].fields.items():
        if fact.answer:
            fields[name], notes[name] = _answered(evidence, name, fact.answer, inputs.at)
    fields["closingDate"], notes["closingDate"] = _closing_date(evidence, fields["closingDate"], notes["closingDate"])
    for name, find in (("advancedInventory", _advanced_inventory), ("inventorySites", _inventory_sites)):
        fields[name], notes[name] = find(evidence, fields[name], notes[name])
    fields["salesTaxInQuickBooks"] = _sales_tax(evidence)
    fields["classTracking"] = _class_tracking(evidence)
    fields["quickbooksRelease"] = _release(evidence)
    record = Record(kind=ACCOUNT, key="", fields=fields, where=Location("account.yaml"), notes=notes)
    return Dataset(kind=ACCOUNT, records=(record,), scope=Scope.WHOLE)


def _answered(evidence: Evidence, name: str, path: str, at: datetime) -> tuple[Value, FieldNote]:
    """Return a fact that an answer states or a record in the files proves."""
    answers = answers_of(evidence)
    answer, note = answers.get(path), answers.note(path)
    if answer is NOT_EXPORTED:
        answer = unanswered(evidence.dataset(ANSWERS))
    elif not isinstance(answer, Unknown):
        answer = stale(note.dated, at, BY_PATH[path].stays_fresh, ANSWER) or answer
    proof = next((record for kind in _PROOFS.get(name, ()) for record in _seen(evidence, kind)), None)
    if proof is None:
        return answer, FieldNote(note.where, note.dated, path)
    if answer is False:
        reason = f"you answered no, but {proof.where.path} contains {proof.key}, which shows that it is in use"
        return Unknown(cause=Reason.CONTRADICTORY, reason=reason), FieldNote(note.where, note.dated)
    return True, FieldNote(proof.where)


def _seen(evidence: Evidence, kind: str) -> tuple[Record, ...]:
    """Return the records that prove a fact. If the sources disagree, so that no list is used, return those of every source.

    The records are sorted, so that the message refers to the same one in any file order. A record without a key proves nothing.
    """
    listed = (record for listing in evidence.listings.get(kind, ()) for record in listing.records)
    named = (record for record in evidence.dataset(kind).rows() or listed if _is_named(record))
    return tuple(sorted(named, key=lambda record: (record.key, record.where.path)))


def _is_named(record: Record) -> bool:
    return any(isinstance(record.get(name), str) for name in KINDS[record.kind].key)


def _preference(evidence: Evidence, name: str) -> tuple[Value, Location | None]:
    """Return a QuickBooks preference and where it is. An absent element proves nothing."""
    preferences = evidence.dataset("quickbooks.Preferences").first()
    return (preferences.get(name), preferences.where) if preferences else (NOT_EXPORTED, None)


def _closing_date(evidence: Evidence, answer: Value, note: FieldNote) -> tuple[Value, FieldNote]:
    """Return QuickBooks' own preference if the files have it, else the answer."""
    stated, where = _preference(evidence, _CLOSING)
    if where is None or not isinstance(stated, date):
        return answer, note
    if not isinstance(answer, Unknown) and answer != stated:
        answered = format_date(answer) if isinstance(answer, date) else "that there is none"
        reason = f"you answered {answered}, but {where.path} says {format_date(stated)}"
        return Unknown(cause=Reason.CONTRADICTORY, reason=reason), FieldNote(note.where, note.dated)
    return stated, FieldNote(where)


def _advanced_inventory(evidence: Evidence, answer: Value, note: FieldNote) -> tuple[Value, FieldNote]:
    """Return whether QuickBooks tracks inventory at several sites: its own preference if the files have it, else the answer."""
    stated, where = _preference(evidence, _SITES)
    return (stated, FieldNote(where)) if isinstance(stated, bool) else (answer, note)


def _inventory_sites(evidence: Evidence, answer: Value, note: FieldNote) -> tuple[Value, FieldNote]:
    """Return whether the office keeps sites in QuickBooks, whatever its preference says: one of its own proves it, else the answer.

    The site that QuickBooks makes itself (IsDefaultSite) proves nothing. If no one was asked, the preference decides.
    """
    for site in sorted(evidence.dataset(_SITE).rows(), key=lambda site: (site.key, site.where.path)):
        if site.get("IsActive") is True and site.get("IsDefaultSite") is not True and _is_named(site):
            return True, FieldNote(site.where)
    return _advanced_inventory(evidence, answer, note) if isinstance(answer, Unknown) else (answer, note)


def _sales_tax(evidence: Evidence) -> Value:
    """Return whether sales tax is on. If it is, QuickBooks requires a sales tax item (docs/sources.md, sales tax)."""
    if isinstance(_preference(evidence, _TAX_ITEM)[0], str):
        return True
    items = evidence.dataset("quickbooks.Item")
    states = [item.get("IsActive") for item in tax_items(items)]
    if True in states:
        return True
    unknown = first_unknown(*items.column("ItemType"), *states)
    is_whole = items.scope is Scope.WHOLE
    if is_whole and unknown is None and all(state is False for state in states):
        return False
    lack = not_whole(items, items.why or "your files have only some of the QuickBooks items")
    return replace(lack, cause=unknown.cause if unknown else Reason.EMPTY) if is_whole else lack


def _class_tracking(evidence: Evidence) -> Value:
    """Return whether QuickBooks tracks classes: by its preference, else because it has an active class. No class proves nothing."""
    stated, where = _preference(evidence, _CLASSES)
    if isinstance(stated, bool):
        return stated
    classes = evidence.dataset("quickbooks.Class")
    if any(state is True for state in classes.column("IsActive")):
        return True
    missing = "quickbooks.Class" if classes.scope is Scope.MISSING else "quickbooks.Preferences"
    return Unknown(
        cause=Reason.NOT_SUPPLIED if classes.scope is Scope.MISSING or where is None else Reason.NOT_EXPORTED,
        reason="your files don't show whether QuickBooks tracks classes",
        remedy=classes.remedy or KINDS[missing].supply,
        source=missing,
        channel=classes.channel,
    )


def _release(evidence: Evidence) -> Value:
    """Return the release of QuickBooks, by its major version.

    An answer about the file mode doesn't show it, and the newest file that does may be older than that answer.
    """
    listings = sorted(evidence.listings.get(_HOST, ()), key=_age, reverse=True)
    hosts = (*evidence.dataset(_HOST).rows(), *(record for listing in listings for record in listing.records))
    stated = next((release for host in hosts if isinstance(release := host.get(_RELEASE), Decimal)), None)
    return stated or Unknown(
        cause=Reason.NOT_EXPORTED if hosts else Reason.NOT_SUPPLIED,
        reason="your files don't show the release of QuickBooks",
        remedy=ask_integrator("QuickBooks", "release"),
        source=_HOST,
        channel=Channel.INTEGRATOR,
    )


def _age(listing: Listing) -> tuple[float, str]:
    return listing.dated.timestamp() if listing.dated else 0.0, listing.path
