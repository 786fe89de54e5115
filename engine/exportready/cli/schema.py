"""`exportready schema`."""

from __future__ import annotations

import click

MODULES = {
    "rule": "rulebook.shape",
    "account": "account.shape",
    "inference": "rulebook.inference",
    "waivers": "policy.waivers",
    "config": "cli.config",
    "result": "results.schema",
}
"""What has a JSON Schema, and the module that describes it."""


@click.command()
@click.argument("name", type=click.Choice(list(MODULES)))
def schema(name: str) -> None:
    """Print the JSON Schema of a rule file, account.yaml, inference rules, waivers, exportready.yaml, or the JSON result."""
    import importlib

    from exportready.cli.output import echo_json

    echo_json(importlib.import_module(f"exportready.{MODULES[name]}").schema())
