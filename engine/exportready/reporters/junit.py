"""JUnit XML: a suite for each area, a case for each practice. What could not be told is an error there, never a pass."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from exportready.model.report import Outcome, Report, RuleResult
from exportready.model.rules import Severity
from exportready.reporters import Options, problems, words

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SHOWN = 100


def render(report: Report, options: Options) -> str:
    """All practices, passed ones too: people want to see by name what was looked at."""
    areas: dict[str, list[RuleResult]] = {}
    for result in report.results:
        areas.setdefault(result.rule.area, []).append(result)
    root = ET.Element("testsuites", name="ExportReady")
    for area, results in areas.items():
        suite = ET.SubElement(root, "testsuite", name=area, timestamp=report.checked_at.strftime("%Y-%m-%dT%H:%M:%S"))
        for result in results:
            _case(suite, report, result, options)
        _count(suite)
    unread = problems.broken(report)
    if unread:
        suite = ET.SubElement(root, "testsuite", name="files", timestamp=report.checked_at.strftime("%Y-%m-%dT%H:%M:%S"))
        for path, _, why in unread:
            case = ET.SubElement(suite, "testcase", classname="files", name=_text(path))
            ET.SubElement(case, "error", type="source", message=_text(why))
        _count(suite)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _count(suite: ET.Element) -> None:
    cases = list(suite)
    suite.set("tests", str(len(cases)))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(sum(case.find(tag) is not None for case in cases)))


def _case(suite: ET.Element, report: Report, result: RuleResult, options: Options) -> None:
    notes = report.notes
    case = ET.SubElement(suite, "testcase", classname=result.rule.area, name=f"{result.rule.id}: {result.rule.title}")
    counted = [one for one in result.findings if notes.waiver(one) is None and not (options.new_only and notes.is_known(one))]
    grave = [one for one in counted if one.severity is not Severity.INFO]
    if result.outcome is Outcome.ERROR:
        ET.SubElement(case, "error", type="rule", message=_text(result.reason))
    elif grave:
        worst = min(grave, key=lambda one: one.severity.rank).severity
        failure = ET.SubElement(case, "failure", type=worst.value, message=words.count(len(grave), "problem"))
        failure.text = "\n".join(f"{one.severity.value}: {_text(one.message)}" for one in grave[:_SHOWN])
    elif result.untold:
        ET.SubElement(case, "error", type="cannot_tell", message=_text(result.reason))
    elif result.outcome is Outcome.NOT_APPLICABLE:
        ET.SubElement(case, "skipped", message=_text(result.reason))
    rest = [
        f"{words.ACCEPTED} {waiver.expires}: {_text(one.message)}"
        for one in result.findings
        if (waiver := notes.waiver(one)) is not None
    ]
    rest += [f"{one.severity.value}: {_text(one.message)}" for one in counted if one.severity is Severity.INFO]
    if rest:
        ET.SubElement(case, "system-out").text = "\n".join(rest[:_SHOWN])


def _text(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
