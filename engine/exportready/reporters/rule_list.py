"""List all rules of a rulebook, as text and as JSON. For `exportready rules list`."""

from __future__ import annotations

from typing import Any

from exportready.model.rules import Rule, Rulebook
from exportready.reporters.text import clean
from exportready.results.write import confirm_json

FORMAT = "exportready/rules@1"


def rule_list_text(book: Rulebook) -> str:
    """Return a line for each rule, in columns: id, severity, phase and title."""
    width = max(len(rule.id) for rule in book.rules)
    return "".join(
        f"{rule.id:<{width}}  {rule.severity.value:<7}  {rule.phase.value:<13}  {clean(rule.title)}\n" for rule in book.rules
    )


def rule_list_json(book: Rulebook) -> dict[str, Any]:
    """Return the same as plain data for JSON (docs/engineer/rules-howto.md). Keys may be added; existing keys keep their meaning."""
    return {
        "format": FORMAT,
        "digest": book.digest,
        "packs": [
            {"name": pack.name, "version": pack.version, "digest": pack.digest, "rules": pack.rules} for pack in book.packs
        ],
        "rules": [_rule(rule) for rule in book.rules],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    source = rule.source
    return {
        "id": rule.id,
        "area": rule.area,
        "title": rule.title,
        "problem": rule.problem or None,
        "severity": rule.severity.value,
        "grade": rule.grade.value,
        "phase": rule.phase.value,
        "about": rule.about.value if rule.about else None,
        "confirm": confirm_json(rule.confirm),
        "digest": rule.digest,
        "file": rule.where.path,
        "kinds": sorted({kind for check in rule.checks for kind in check.each}),
        "source": {
            "document": source.document,
            "section": source.section,
            "updated": source.updated.isoformat(),
            "note": source.note or None,
        },
        "why": rule.why,
        "fix": {"who": rule.fix.who, "minutes": rule.fix.minutes, "steps": list(rule.fix.steps)},
        "parameters": {
            name: value if isinstance(value, (str, bool)) else str(value) for name, value in rule.parameters.items()
        },
        "max_age_hours": {name: int(age.total_seconds() // 3600) for name, age in rule.max_age.items()},
        "waivers": {
            "allowed": rule.waivable,
            "longest_days": rule.longest_waiver.days if rule.longest_waiver is not None else None,
        },
    }
