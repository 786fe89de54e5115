"""What the shell offers when a word is completed: ids and areas of rules, and formats.

Click completes commands, options, choices and paths by itself (docs/commands.md says how to switch it on).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click
from click.shell_completion import CompletionItem

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def rules_like(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer areas, and rules with their titles. Nothing if the rules can't be read: nobody reads errors while typing."""
    from exportready.rulebook.load import load_rulebook
    from exportready.schema.mistakes import MistakesFound

    try:
        rules = load_rulebook(context.params.get("folder")).rules
    except (MistakesFound, OSError):
        return []
    areas = sorted({rule.area for rule in rules}) if parameter.name != "rule" else []
    offered = [CompletionItem(area, help="all rules of this area") for area in areas]
    offered += [CompletionItem(rule.id, help=rule.title) for rule in rules]
    return [one for one in offered if str(one.value).startswith(begun)]


def formats_like(formats: Sequence[str]) -> Complete:
    """Offer formats; after the colon, and for a word that is none, files."""

    def complete(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        found = [CompletionItem(name) for name in formats if name.startswith(begun)]
        return found or [CompletionItem(begun, type="file")]

    return complete
