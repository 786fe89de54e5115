"""Render JUnit XML: a suite for each area, a case for each rule. A rule that couldn't be checked is an error, never a pass."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from exportready.model.display import count
from exportready.model.report import Outcome, Report, RuleResult
from exportready.model.rules import Severity
from exportready.policy.gate import counted
from exportready.reporters import Options, problems, words

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MAX_MESSAGES = 100


def render(report: Report, options: Options) -> str:
    """Return all rules, including those that passed, so that people can see what was checked."""
    by_area: dict[str, list[RuleResult]] = {}
    for result in report.results:
        by_area.setdefault(result.rule.area, []).append(result)
    root = ET.Element("testsuites", name="ExportReady")
    for area, results in by_area.items():
        suite = _suite(root, report, area)
        for result in results:
            _add_case(suite, report, result, options)
        _set_counts(suite)
    unreadable = problems.unreadable_files(report)
    if unreadable:
        suite = _suite(root, report, "files")
        for file in unreadable:
            case = ET.SubElement(suite, "testcase", classname="files", name=_xml_text(file.path))
            ET.SubElement(case, "error", type="source", message=_xml_text(file.error))
        _set_counts(suite)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(root: ET.Element, report: Report, name: str) -> ET.Element:
    return ET.SubElement(root, "testsuite", name=name, timestamp=report.checked_at.strftime("%Y-%m-%dT%H:%M:%S"))


def _set_counts(suite: ET.Element) -> None:
    cases = list(suite)
    suite.set("tests", str(len(cases)))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(sum(case.find(tag) is not None for case in cases)))


def _add_case(suite: ET.Element, report: Report, result: RuleResult, options: Options) -> None:
    # The name is the same for every outcome, since platforms compare runs by it. It is the id, because the title says what must be
    # true: as the name of a failed case, it would read as if it were.
    case = ET.SubElement(suite, "testcase", classname=result.rule.area, name=result.rule.id)
    open_findings = counted(report, result, new_only=options.new_only)
    failing = [finding for finding in open_findings if finding.severity is not Severity.INFO]
    if result.outcome is Outcome.ERROR:
        ET.SubElement(case, "error", type="rule", message=_xml_text(result.reason))
    elif failing:
        worst = min(failing, key=lambda finding: finding.severity.rank)
        message = f"{problems.title(result.rule, worst)} ({count(len(failing), 'problem')})"
        failure = ET.SubElement(case, "failure", type=worst.severity.value, message=_xml_text(message))
        failure.text = "\n".join(f"{one.severity.value}: {_xml_text(one.message)}" for one in failing[:_MAX_MESSAGES])
    elif result.has_unknowns and options.new_only and result.rule.id in report.new_rules:
        ET.SubElement(case, "skipped", message=_xml_text(result.reason))
    elif result.has_unknowns:
        ET.SubElement(case, "error", type="cannot_tell", message=_xml_text(result.reason))
    elif result.outcome is Outcome.NOT_APPLICABLE:
        ET.SubElement(case, "skipped", message=_xml_text(result.reason))
    remarks = [
        f"{words.ACCEPTED} {waiver.expires}: {_xml_text(finding.message)}"
        for finding in result.findings
        if (waiver := report.notes.waiver(finding)) is not None
    ]
    remarks += [f"{one.severity.value}: {_xml_text(one.message)}" for one in open_findings if one.severity is Severity.INFO]
    if remarks:
        ET.SubElement(case, "system-out").text = "\n".join(remarks[:_MAX_MESSAGES])


def _xml_text(text: str) -> str:
    """Return the text without the characters that XML can't contain, even escaped."""
    return _NOT_XML.sub("\ufffd", text)
