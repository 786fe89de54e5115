"""GitHub's annotations, on the very line, and its step summary. It shows ten of each grade a step, so the worst come first."""

from __future__ import annotations

from collections import Counter

from exportready.model.report import Report
from exportready.model.rules import Severity
from exportready.reporters import Options, problems, view, words
from exportready.reporters.text import clean, in_markdown

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
SHOWN = 10
"""So many of each grade a step does the platform show."""
SUMMARY_LIMIT = 1 << 20
"""The platform refuses a longer step summary."""
_ROWS = 200


def render(report: Report, options: Options) -> str:
    """One command a problem; where there are more than are shown, the last says how many."""
    counted: Counter[Severity] = Counter()
    found = [(Severity.ERROR, path, line, words.UNREADABLE, why) for path, line, why in problems.broken(report)]
    found += [
        (one.finding.severity, one.path, one.line, f"{one.result.rule.title} [{one.result.rule.id}]", one.finding.message)
        for one in problems.listed(report, options)
    ]
    total = Counter(grade for grade, *_ in found)
    lines = []
    for grade, path, line, title, message in found:
        counted[grade] += 1
        if counted[grade] < SHOWN or (counted[grade] == SHOWN and total[grade] == SHOWN):
            lines.append(_command(grade, path, line, title, message))
        elif counted[grade] == SHOWN:
            lines.append(_command(grade, path, line, words.MORE_PROBLEMS, words.and_more_of(total[grade] - SHOWN + 1)))
    lines.append(_command(Severity.INFO, "", 0, view.verdict(report), f"{view.to_do(report)}. {view.meaning(report)}"))
    return "".join(f"{line}\n" for line in lines)


def _command(grade: Severity, path: str, line: int, title: str, message: str) -> str:
    place = f"file={_property(path)},line={line}," if path else ""
    return f"::{_COMMANDS[grade]} {place}title={_property(clean(title))}::{_data(clean(message))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def summary(report: Report, options: Options) -> str:
    """The step summary, in Markdown."""
    found = problems.listed(report, options)
    lines = [
        f"## {in_markdown(view.verdict(report))}: {in_markdown(view.account_name(report))}",
        "",
        f"{view.to_do(report)}. {view.meaning(report)}",
        "",
    ]
    if found:
        lines += [f"| {' | '.join(words.SUMMARY)} |", "|---|---|---|---|"]
        lines += [
            f"| {one.finding.severity.value} | {in_markdown(one.finding.message)} | `{one.path}:{one.line}` | `{one.result.rule.id}` |"
            for one in found[:_ROWS]
        ]
        lines += ["", words.and_more_of(len(found) - _ROWS)] if len(found) > _ROWS else []
    unread = [f"{path}:{line}: {why}" for path, line, why in problems.broken(report)]
    for title, remarks in (
        (words.UNREADABLE, unread),
        (words.STALE_BASELINE, report.stale_baseline),
        (words.WAIVERS, report.waiver_remarks),
    ):
        lines += ["", f"### {title}", "", *(f"- {in_markdown(remark)}" for remark in remarks[:_ROWS])] if remarks else []
    text = "\n".join(lines) + "\n"
    return text.encode("utf-8", errors="replace")[:SUMMARY_LIMIT].decode("utf-8", errors="ignore")
