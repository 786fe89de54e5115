"""Render GitHub's annotations, which appear on the line of the problem, and its step summary.

GitHub shows only the first annotations of each severity in a step, so the worst come first.
"""

from __future__ import annotations

from collections import Counter

from exportready.model.report import Report
from exportready.model.rules import Severity
from exportready.reporters import Options, problems, view, words
from exportready.reporters.office import office_view
from exportready.reporters.text import clean, in_markdown

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
MAX_ANNOTATIONS = 10
"""Maximum number of annotations of each severity that GitHub shows in one step."""
MAX_SUMMARY_BYTES = 1 << 20
"""GitHub rejects a longer step summary."""
_MAX_ROWS = 200


def render(report: Report, options: Options) -> str:
    """Return one command per problem. If there are more than GitHub shows, the last one says how many more there are."""
    found = [
        (Severity.ERROR, file.path, file.line, words.UNREADABLE, file.error) for file in problems.unreadable_files(report)
    ]
    found += [
        (
            problem.finding.severity,
            problem.path,
            problem.line,
            f"{problem.title} [{problem.result.rule.id}]",
            problem.finding.message,
        )
        for problem in problems.open_problems(report, options)
    ]
    totals = Counter(severity for severity, *_ in found)
    written: Counter[Severity] = Counter()
    lines = []
    for severity, path, line, title, message in found:
        written[severity] += 1
        total = totals[severity]
        if written[severity] < MAX_ANNOTATIONS or written[severity] == total == MAX_ANNOTATIONS:
            lines.append(_command(severity, path, line, title, message))
        elif written[severity] == MAX_ANNOTATIONS:
            more = words.and_more_of(total - MAX_ANNOTATIONS + 1)
            lines.append(_command(severity, path, line, words.MORE_PROBLEMS, more))
    lines.append(_command(Severity.INFO, "", 0, view.verdict(report), f"{office_view(report).to_do}. {view.meaning(report)}"))
    return "".join(f"{line}\n" for line in lines)


def _command(severity: Severity, path: str, line: int, title: str, message: str) -> str:
    place = f"file={_escaped_property(clean(path))},line={line}," if path else ""
    return f"::{_COMMANDS[severity]} {place}title={_escaped_property(clean(title))}::{_escaped_data(clean(message))}"


def _escaped_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped_data(text).replace(":", "%3A").replace(",", "%2C")


def summary(report: Report, options: Options) -> str:
    """Return the step summary in Markdown, cut off at GitHub's limit."""
    found = problems.open_problems(report, options)
    lines = [
        f"## {in_markdown(view.verdict(report))}: {in_markdown(view.account_name(report))}",
        "",
        f"{office_view(report).to_do}. {view.meaning(report)}",
        "",
    ]
    if found:
        lines += [f"| {' | '.join(words.SUMMARY)} |", "|---|---|---|---|"]
        lines += [_summary_row(problem) for problem in found[:_MAX_ROWS]]
        lines += ["", words.and_more_of(len(found) - _MAX_ROWS)] if len(found) > _MAX_ROWS else []
    unreadable = [f"{file.path}:{file.line}: {file.error}" for file in problems.unreadable_files(report)]
    for title, remarks in (
        (words.UNREADABLE, unreadable),
        (words.STALE_BASELINE, report.stale_baseline),
        (words.WAIVERS, report.waiver_remarks),
    ):
        lines += ["", f"### {title}", "", *(f"- {in_markdown(remark)}" for remark in remarks[:_MAX_ROWS])] if remarks else []
    text = "\n".join(lines) + "\n"
    return text.encode("utf-8", errors="replace")[:MAX_SUMMARY_BYTES].decode("utf-8", errors="ignore")


def _summary_row(problem: problems.Problem) -> str:
    finding, rule = problem.finding, problem.result.rule
    place = clean(f"{problem.path}:{problem.line}").replace("`", "'")
    return f"| {finding.severity.value} | {in_markdown(finding.message)} | `{place}` | `{rule.id}` |"
