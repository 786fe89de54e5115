"""`exportready explain`."""

from __future__ import annotations

import click

from exportready.cli.command import Command
from exportready.cli.completion import rules_like
from exportready.cli.options import CONFIG, NO_CONFIG, RULES, RuleOptions, group


@click.command(cls=Command, examples=["exportready explain items/cogs-account"])
@click.argument("rule", shell_complete=rules_like)
@group("rules", RuleOptions, RULES)
@CONFIG
@NO_CONFIG
def explain(rule: str, rules: RuleOptions) -> None:
    """Explain one rule: what it checks, why, and how to fix it.

    RULE is its id. To list all rules, run: exportready rules list
    """
    from exportready.cli.output import echo
    from exportready.cli.settings import settle
    from exportready.reporters.explain import explain_rule
    from exportready.schema.shapes import did_you_mean

    book = settle(rules, examples=True).rulebook.rules
    found = next((one for one in book if one.id == rule), None)
    if found is None:
        near = did_you_mean(rule, [one.id for one in book])
        raise click.UsageError(f"rule '{rule}' not found{near or '; to list all rules, run: exportready rules list'}")

    echo(explain_rule(found))
