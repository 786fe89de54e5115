"""Shell completion for rule ids, areas and formats.

Click itself completes commands, options, choices and paths. docs/engineer/commands.md says how to turn completion on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click
from click.shell_completion import CompletionItem

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def rules_like(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer areas, and rules with their titles; nothing if the rules can't be read, since errors would disturb typing."""
    from exportready.rulebook.load import load_rulebook
    from exportready.schema.mistakes import MistakesFound

    try:
        rules = load_rulebook(context.params.get("folder"), examples=False).rules
    except (MistakesFound, OSError):
        return []
    areas = sorted({rule.area for rule in rules}) if parameter.name != "rule" else []
    offered = [CompletionItem(area, help="all rules of this area") for area in areas]
    offered += [CompletionItem(rule.id, help=rule.title) for rule in rules]
    return [one for one in offered if str(one.value).startswith(begun)]


def formats_like(formats: Sequence[str]) -> Complete:
    """Return a completer that offers formats. After a colon, or for a word that isn't a format, it offers files."""

    def complete(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        found = [CompletionItem(name) for name in formats if name.startswith(begun)]
        return found or [CompletionItem(begun, type="file")]

    return complete
