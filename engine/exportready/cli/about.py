"""The option --about: which rules to check, by what they judge."""

from __future__ import annotations

from collections.abc import Sequence

import click

from exportready.model.rules import About


def _abouts(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> tuple[About, ...]:
    """Return what rules may judge, from comma-separated words. Raises click.BadParameter for another word."""
    known = {about.value: about for about in About}
    names = [name.strip() for text in value for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise click.BadParameter(f"'{name}' is not one of {', '.join(known)}.", ctx, param)
    return tuple(dict.fromkeys(known[name] for name in names))


ABOUT = click.option(
    "--about",
    multiple=True,
    metavar="WHAT",
    callback=_abouts,
    help="Check only rules that judge this: session, setup, batch or books. Several with commas, such as setup,books.",
)
