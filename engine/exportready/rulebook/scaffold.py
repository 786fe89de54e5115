"""Create a new rule from a template that is valid, passes its own examples, and shows what to replace."""

from __future__ import annotations

import re

ID = re.compile(r"[a-z][a-z0-9-]*/[a-z][a-z0-9-]*")

_TEMPLATE = """\
# One rule. docs/engineer/rules-howto.md explains it line by line. To test it, run: exportready rules test FOLDER
id: {id}
title: Every active material has a unit of measure   # what must be true; replace it with your own
problem: Some materials have no unit of measure      # what is wrong when it isn't
severity: warning                      # error | warning | info
phase: before-export                   # before-export | after-export | both
about: setup                           # session | setup | batch | books: what it judges
source: {{document: Our own house rules, section: {section}, updated: {day}}}
why: Say what goes wrong with the export.
each: servicetitan.material            # the kind of record to check
where: {{active: true}}                  # which records
expect: {{unitOfMeasure: present}}       # what must be true of each
failure: "{{code}} has no unit of measure"
fix:
  who: office manager
  minutes: 1
  steps:
    - "In ServiceTitan, open Pricebook > {{code}}, fill it in, and save"
examples:                              # the rule's own tests; outcomes and findings must match exactly
  - name: it is filled in
    evidence: {{servicetitan.material: [{{code: PIPE-1, active: true, unitOfMeasure: each}}]}}
    outcome: passed
  - name: it is empty
    evidence:
      servicetitan.material:
        - {{code: PIPE-1, active: true, unitOfMeasure: null}}
        - {{code: PIPE-2, active: false, unitOfMeasure: null}}
    outcome: failed
    findings: [PIPE-1]
  - name: the column is not in the file
    evidence: {{servicetitan.material: [{{code: PIPE-1, active: true}}]}}
    outcome: cannot_tell
  - name: materials were not exported
    evidence: {{}}
    outcome: cannot_tell
"""


def rule(id_: str, day: str) -> str:
    """Return the text of a new rule with this id."""
    area = id_.partition("/")[0]
    return _TEMPLATE.format(id=id_, section=area.capitalize(), day=day)
