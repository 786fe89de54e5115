"""`exportready schema`."""

from __future__ import annotations

import click

from exportready.cli.command import Command

MODULES = {
    "rule": "rulebook.shape",
    "account": "account.shape",
    "inference": "rulebook.inference",
    "waivers": "policy.waivers",
    "config": "cli.config",
    "result": "results.schema",
}
"""Name of a JSON Schema -> the module that has it."""


@click.command(cls=Command, examples=["exportready schema rule"])
@click.argument("name", type=click.Choice(list(MODULES)))
def schema(name: str) -> None:
    """Print the JSON Schema of a file format.

    The formats are: a rule file, account.yaml, a file of inference rules, a waiver file, exportready.yaml (config), and the JSON
    result.
    """

    import importlib

    from exportready.cli.output import echo_json

    echo_json(importlib.import_module(f"exportready.{MODULES[name]}").schema())
