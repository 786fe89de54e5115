"""`exportready explain`."""

from __future__ import annotations

import click

from exportready.cli.completion import rules_like
from exportready.cli.options import CONFIG, NO_CONFIG, RULES, RuleOptions, group


@click.command()
@click.argument("rule", shell_complete=rules_like)
@group("rules", RuleOptions, RULES)
@CONFIG
@NO_CONFIG
def explain(rule: str, rules: RuleOptions) -> None:
    """Explain one rule: what must hold, why, where it is written down, and what to do."""
    from exportready.cli.output import echo
    from exportready.cli.settings import settle
    from exportready.reporters.explain import explain_rule
    from exportready.schema.shapes import did_you_mean

    book = settle(rules).rulebook.rules
    found = next((one for one in book if one.id == rule), None)
    if found is None:
        near = did_you_mean(rule, [one.id for one in book])
        raise click.UsageError(f"there is no rule '{rule}'{near} (exportready rules list names them all)")
    echo(explain_rule(found))
