"""List every derivation in the order in which they run, and what follows from their declarations."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from exportready.derive import (
    account,
    batches,
    connectors,
    copies,
    customer_order,
    customer_state,
    drift,
    errors,
    items,
    matches,
    name_count,
    names,
    payment_fit,
    purchasing,
    sums_and_dates,
    tally,
    tax,
    trucks,
)
from exportready.derive.answers import ACCOUNT, ANSWERS
from exportready.derive.derivation import Derivation, in_order
from exportready.kinds import answer_of

DERIVATIONS: Mapping[str, Derivation] = in_order(
    (
        account.facts,
        batches.batches,
        batches.batched,
        connectors.applied_payments,
        copies.copies,
        customer_order.order,
        customer_state.jobs,
        customer_state.states,
        drift.settings,
        errors.errors,
        errors.log,
        items.account_uses,
        items.items,
        items.uses,
        matches.matches,
        name_count.count,
        names.customers,
        names.vendors,
        payment_fit.fits,
        purchasing.charges,
        sums_and_dates.dates,
        sums_and_dates.sums,
        tally.tie_out,
        tax.zones,
        trucks.of_technicians,
    )
)
"""Kind -> its derivation."""


@cache
def sources(kind: str) -> frozenset[str]:
    """Return the kinds in the files that a derived kind depends on, directly or through other derived kinds.

    For facts of the account this is only the answers: each fact is a conclusion of its own, with its own source.
    """
    found: set[str] = set()
    for source in DERIVATIONS[kind].reads if kind in DERIVATIONS else ():
        if source == ACCOUNT:
            found.add(ANSWERS)
        else:
            found |= sources(source) if source in DERIVATIONS else {source}
    return frozenset(found)


@cache
def answers_read(kind: str) -> frozenset[str]:
    """Return the paths of the answers that a derived kind depends on.

    If the kind reads none itself, return those of the derived kinds that it reads.
    """
    reads = DERIVATIONS[kind].reads if kind in DERIVATIONS else {}
    own = reads.get(ANSWERS, frozenset()) | {path for fact in reads.get(ACCOUNT, ()) if (path := answer_of(ACCOUNT, fact))}
    return own or frozenset(path for source in reads if source in DERIVATIONS for path in answers_read(source))
