"""The audit as Markdown, for a chat or a ticket: page one, and nothing that a name could break."""

from __future__ import annotations

from collections.abc import Iterator

from exportready.model.audit import Audit
from exportready.reporters import words as shared
from exportready.reporters.audit import Options, words
from exportready.reporters.audit.accounts import waiting
from exportready.reporters.audit.view import View, view
from exportready.reporters.text import in_markdown

BROKEN = 10
"""So many files that could not be read are named."""


def render(audit: Audit, options: Options) -> Iterator[str]:
    """The head, the accounts to look at first, what most fail, what could not be read."""
    seen = view(audit, options.pages)
    parts = [*_head(audit, seen), *_first(seen), *_most(seen), *_rest(audit, seen)]
    yield "\n\n".join([*parts, "---", shared.made_by(audit.version)]) + "\n"


def _head(audit: Audit, seen: View) -> Iterator[str]:
    one = seen.summary
    yield f"# {in_markdown(one.headline)}"
    yield in_markdown(f"{words.audited(len(seen.rows), audit.at)}. {one.meaning}")
    if one.narrowed:
        yield f"**{in_markdown(one.narrowed)}.**"
    lines = [f"| {words.VERDICT} | {words.ACCOUNTS} |", "|---|---:|"]
    lines += [f"| {in_markdown(tile.word)} | {tile.number:,} |" for tile in one.tiles]
    lines += [f"| *{words.COULD_NOT_BE_READ}* | {one.broken:,} |"] if one.broken else []
    yield "\n".join(lines)
    yield "\n".join(f"- **{fact.title}**: {in_markdown('; '.join(fact.lines))}" for fact in one.facts)


def _first(seen: View) -> Iterator[str]:
    one = seen.summary
    yield f"## {words.LOOK_FIRST}"
    if not one.first:
        yield words.NOTHING_TO_LOOK_AT
        return
    lines = []
    for number, (row, issue) in enumerate(one.first, 1):
        more = ". ".join(filter(None, (issue, waiting(row))))
        lines.append(
            f"{number}. **{in_markdown(row.name)}**: {in_markdown(row.told)}" + (f". {in_markdown(more)}" if more else "")
        )
    yield "\n".join([*lines, "", words.more(one.left)] if one.left else lines)


def _most(seen: View) -> Iterator[str]:
    yield f"## {words.MOST_FAIL}"
    failed = seen.summary.failed
    lines = [f"- {one.fails:,}: {in_markdown(one.heading)} `{one.rule.id}`" for one, _ in failed]
    yield "\n".join(lines) or words.NOTHING_FAILS


def _rest(audit: Audit, seen: View) -> Iterator[str]:
    if seen.lapses.accounts:
        yield f"**{words.LAPSES_SOON}**: {words.lapses(seen.lapses.soon, seen.lapses.over)}."
    if seen.broken:
        yield f"## {words.BROKEN}"
        lines = [f"- {in_markdown(f'{row.name}, {path}: {why}')}" for row, path, why in seen.broken[:BROKEN]]
        left = len(seen.broken) - BROKEN
        yield "\n".join([*lines, f"- {words.more(left)}"] if left > 0 else lines)
    for title, names in ((words.GONE, audit.gone), (words.LEFT_OUT, audit.left_out)):
        if names:
            told = ", ".join(names[:BROKEN]) + (f" {words.more(len(names) - BROKEN)}" if len(names) > BROKEN else "")
            yield f"**{title}**: {in_markdown(told)}"
