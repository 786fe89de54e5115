"""Render a Markdown page for each rule, and an index, from the rule files. For `exportready rules docs`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from exportready.model.rules import DecidedBy, Phase, Rule
from exportready.reporters import words
from exportready.reporters.text import in_markdown

INDEX = "README.md"


def rule_pages(rules: Sequence[Rule], decided_by: Callable[[Rule], DecidedBy]) -> dict[str, str]:
    """Return the text of each page by its file name, the index included. `decided_by` says through which channels a rule is decided."""
    return {INDEX: f"{_index(rules)}\n{_channels(rules, decided_by)}", **{_file_name(rule): _page(rule) for rule in rules}}


def _file_name(rule: Rule) -> str:
    return f"{rule.id.replace('/', '-')}.md"


def _index(rules: Iterable[Rule]) -> str:
    lines = [f"# {words.RULES}", "", words.RULES_MADE, "", f"| {' | '.join(words.RULES_HEADS)} |", "|---|---|---|---|---|"]
    lines += [
        f"| [{rule.id}]({_file_name(rule)}) | {in_markdown(rule.title)} | {rule.grade.value} | {rule.phase.value} | {_about(rule)} |"
        for rule in rules
    ]
    return "\n".join(lines) + "\n"


def _channels(rules: Iterable[Rule], decided_by: Callable[[Rule], DecidedBy]) -> str:
    """Return the table of what decides each rule that is checked before the export."""
    heads = words.CHANNEL_HEADS
    lines = [f"## {words.CHANNELS}", "", words.CHANNELS_INTRO, "", f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for rule in rules:
        if rule.phase is Phase.AFTER:
            continue
        cells = (f"[{rule.id}]({_file_name(rule)})", *words.channel_cells(decided_by(rule), rule.confirm))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _about(rule: Rule) -> str:
    """Return what a rule judges, as it is written in the rule."""
    return rule.about.value if rule.about else ""


def _page(rule: Rule) -> str:
    fix = rule.fix
    lines = [
        f"# {in_markdown(rule.title)}",
        "",
        f"`{rule.id}`: {rule.grade.value}, {rule.phase.value}, about the {_about(rule)}. {in_markdown(rule.why)}",
        "",
    ]
    lines += [f"## {words.DO_THIS}", "", f"{words.WHO}: {in_markdown(fix.who)}, {words.duration(fix.minutes)}", ""]
    lines += [f"{number}. {in_markdown(step)}" for number, step in enumerate(fix.steps, 1)]
    if fix.many_steps:
        lines += ["", f"{words.for_many(fix.many_above or 0)}:", ""]
        lines += [f"{number}. {in_markdown(step)}" for number, step in enumerate(fix.many_steps, 1)]
    if rule.confirm is not None:
        lines += [
            "",
            f"## {words.CONFIRM_IT}",
            "",
            f"{in_markdown(rule.confirm.question)} {in_markdown(rule.confirm.why)}".strip(),
            "",
        ]
        lines += [f"{number}. {in_markdown(step)}" for number, step in enumerate(rule.confirm.steps, 1)]
    if not rule.waivable:
        lines += ["", words.NOT_WAIVABLE]
    elif rule.longest_waiver is not None:
        lines += ["", words.waivable_for(rule.longest_waiver.days)]
    lines += [
        "",
        f"## {words.EXAMPLES}",
        "",
        *(f"- {in_markdown(example.name)}: {example.outcome}" for example in rule.examples),
    ]
    source = words.cited(rule.source)
    lines += ["", f"{words.SOURCE}: {in_markdown(source)}"]
    return "\n".join(lines) + "\n"
