"""List what is still needed, by channel: questions to answer, looks to confirm, files to export, what an integrator supplies.

Every report and page shows this one list. It is made from the results alone, so a saved result has the same one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from exportready.account.questions import EXPORTS, Export
from exportready.kinds import list_of
from exportready.model.questions import OpenQuestion
from exportready.model.reasons import Channel, Reason
from exportready.model.report import Gap, Outcome, Report, RuleResult
from exportready.policy.confirmations import OpenConfirmation, is_open, open_confirmations

SECONDS_TO_ANSWER = 20
"""How long a person takes for one question, our own estimate: most are answered from memory."""
MINUTES_TO_EXPORT = 2
"""How long a person takes to export one file."""


class Need(msgspec.Struct, frozen=True):
    """What one rule still needs, of what one instruction supplies."""

    result: RuleResult
    gaps: tuple[Gap, ...]


class Supply(msgspec.Struct, frozen=True):
    """One instruction that fills gaps, with all rules that need it: to export a file, or to ask an integrator."""

    instruction: str
    """Empty where no way to fill the gaps is known."""
    needs: tuple[Need, ...]

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Return the gaps of all rules that need it."""
        return tuple(gap for need in self.needs for gap in need.gaps)

    @property
    def rules(self) -> tuple[str, ...]:
        """Return the ids of the rules that need it."""
        return tuple(need.result.rule.id for need in self.needs)

    @property
    def export(self) -> Export | None:
        """Return the file to export by hand, with its title and clicks; None if it is another one."""
        return next((one for one in EXPORTS if self.instruction.endswith(one.instruction)), None)

    @property
    def is_for_integrator(self) -> bool:
        """Return whether only an integrator can supply it."""
        return bool(self.gaps) and all(gap.channel is Channel.INTEGRATOR for gap in self.gaps)


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One way to get further: everything of one channel."""

    channel: Channel
    """ASK, CONFIRM, EXPORT or INTEGRATOR."""
    number: int
    """Number of questions, looks, files or texts."""
    minutes: int
    """How long the person takes; 0 if that isn't known."""
    decides: tuple[str, ...]
    """Ids of the rules that this way alone decides, as far as we know now."""
    helps: tuple[str, ...]
    """Ids of the rules that need it, those that it decides among them."""


class Needed(msgspec.Struct, frozen=True, kw_only=True):
    """What is still needed, each once. In each list, what decides most checks per minute comes first."""

    questions: tuple[OpenQuestion, ...]
    """What a person can answer. Questions that a look in this list makes pointless are left out."""
    looks: tuple[OpenConfirmation, ...]
    """What a person can confirm by looking at a screen. Looks that the answers make pointless are left out."""
    exports: tuple[Supply, ...]
    """Files that the office can export itself."""
    integrator: tuple[Supply, ...]
    """What only an integrator can supply as a file."""
    only_integrator: tuple[Supply, ...]
    """Those of which a check can't be confirmed by looking either."""
    ways: tuple[Way, ...]
    """The ways that there are, the one that decides most checks per minute first, and the integrator last."""

    @property
    def minutes(self) -> int:
        """Return how long a person takes for the questions and the looks."""
        return sum(way.minutes for way in self.ways if way.channel in (Channel.ASK, Channel.CONFIRM))


def needed(report: Report) -> Needed:
    """Return what is still needed of a report."""
    questions, looks = _without_pointless(report)
    asked = _Asked(report.questions)
    others = list(filter(None, (_without(one, asked) for one in supplies(report.results))))
    exports = tuple(one for one in others if not one.is_for_integrator and not _is_only_to_confirm(one, _supplied(report)))
    integrator = tuple(one for one in others if one.is_for_integrator)
    only_integrator = tuple(one for one in integrator if not all(is_open(need.result) for need in one.needs))
    undecided = [result for result in report.results if result.has_unknowns]
    ways = [
        _way(Channel.ASK, len(questions), _minutes(len(questions) * SECONDS_TO_ANSWER), undecided, _rules(questions)),
        _way_of_looks(looks),
        _way(Channel.EXPORT, len(exports), len(exports) * MINUTES_TO_EXPORT, undecided, _rules(exports)),
        _way(Channel.INTEGRATOR, len(integrator), 0, undecided, _rules(integrator)),
    ]
    return Needed(
        questions=tuple(sorted(questions, key=lambda one: -len(one.rules))),
        looks=tuple(sorted(looks, key=lambda one: -len(one.rules) / max(one.seconds, 1))),
        exports=tuple(sorted(exports, key=lambda one: -len(one.needs))),
        integrator=integrator,
        only_integrator=only_integrator,
        ways=tuple(sorted((way for way in ways if way.number), key=_worth)),
    )


def _minutes(seconds: int) -> int:
    return -(-seconds // 60)


def _worth(way: Way) -> tuple[bool, float, float]:
    minutes = way.minutes or 1
    return way.channel is Channel.INTEGRATOR, -len(way.decides) / minutes, -len(way.helps) / minutes


def _rules(entries: Iterable[OpenQuestion | Supply]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(id_ for one in entries for id_ in one.rules))


def _way(channel: Channel, number: int, minutes: int, undecided: Sequence[RuleResult], helps: tuple[str, ...]) -> Way:
    """Return a way that decides the rules of which every gap is filled through its channel."""
    helped = [result for result in undecided if result.rule.id in helps]
    decides = [one.rule.id for one in helped if one.gaps and all(channel in (gap.channel, *gap.also) for gap in one.gaps)]
    return Way(channel=channel, number=number, minutes=minutes, decides=tuple(decides), helps=helps)


def _way_of_looks(looks: Sequence[OpenConfirmation]) -> Way:
    decides = tuple(result.rule.id for look in looks for result in look.rules)
    minutes = _minutes(sum(look.seconds for look in looks))
    return Way(channel=Channel.CONFIRM, number=len(looks), minutes=minutes, decides=decides, helps=decides)


# -- questions and looks


def _without_pointless(report: Report) -> tuple[list[OpenQuestion], list[OpenConfirmation]]:
    """Return the questions and looks, each only if the others don't decide all that it is for.

    A look is for later if answers, or a file that the office can export, may decide its checks: they count longer. So is a look at a
    batch while no file shows one. A question that only checks of a look in the list need isn't asked. Questions about files always
    are: what a file shows is better than what a person remembers.
    """
    asked = _Asked(report.questions)
    supplied = _supplied(report)

    def is_for_later(result: RuleResult) -> bool:
        by_answers = bool(result.gaps) and asked.gives(Need(result, result.gaps))
        return by_answers or any(_is_file_missing(gap, supplied) for gap in result.gaps)

    looks = [look for look in open_confirmations(report.results, report.batches) if not all(map(is_for_later, look.rules))]
    decided = {result.rule.id for look in looks for result in look.rules}
    questions = [one for one in report.questions if one.places or not one.rules or not decided.issuperset(one.rules)]
    return questions, looks


_BY_ANSWERS = (Reason.UNANSWERED, Reason.DONT_KNOW)
"""Causes of a gap that an answer fills, even if a file could fill it too."""


class _Asked:
    """What the open questions give."""

    def __init__(self, questions: Iterable[OpenQuestion]) -> None:
        self.rules = {id_ for question in questions for id_ in question.rules}
        self.kinds = {place[1] for question in questions for place in question.places if place[0] == "covers"}

    def gives(self, need: Need) -> bool:
        """Return whether the answers may give a rule what it needs: an answer, or that there are no records of a kind."""
        return need.result.rule.id in self.rules and all(map(self._fills, need.gaps))

    def _fills(self, gap: Gap) -> bool:
        is_of_batch = gap.cause is Reason.NOT_SUPPLIED and list_of(gap.source or gap.kind) in self.kinds
        return gap.channel is Channel.ASK or gap.cause in _BY_ANSWERS or is_of_batch


# -- files


def supplies(results: Iterable[RuleResult]) -> list[Supply]:
    """Return what to supply so that everything can be checked, for the most severe rules first.

    Rules with outcome `error` are left out: they broke, and nothing that the reader supplies changes that.
    """
    by_instruction: dict[str, dict[str, list[Gap]]] = {}
    by_id = {one.rule.id: one for one in results if one.has_unknowns and one.outcome is not Outcome.ERROR}
    for result in sorted(by_id.values(), key=lambda result: result.rule.severity.rank):
        for gap in result.gaps:
            by_instruction.setdefault(gap.supply, {}).setdefault(result.rule.id, []).append(gap)
        if not result.gaps:
            by_instruction.setdefault("", {})[result.rule.id] = []
    return [
        Supply(instruction, tuple(Need(by_id[id_], tuple(gaps)) for id_, gaps in gaps_by_rule.items()))
        for instruction, gaps_by_rule in by_instruction.items()
    ]


def _without(supply: Supply, asked: _Asked) -> Supply | None:
    """Return the instruction with the rules that still need it; None if answers may give each of them what it needs."""
    left = tuple(need for need in supply.needs if not need.gaps or not asked.gives(need))
    return Supply(supply.instruction, left) if left else None


def _supplied(report: Report) -> set[str]:
    """Return the kinds that some file has."""
    return {kind for source in report.sources for kind in source.records}


def _is_file_missing(gap: Gap, supplied: Collection[str]) -> bool:
    """Return whether a gap is about a file that the office can export and hasn't."""
    is_missing = gap.cause is Reason.NOT_SUPPLIED and list_of(gap.source or gap.kind) not in supplied
    return is_missing and gap.channel is Channel.EXPORT


def _is_only_to_confirm(supply: Supply, supplied: Collection[str]) -> bool:
    """Return whether only a look at the screen helps the office: its files are there but don't show it, and each check can be confirmed."""
    return (
        bool(supply.gaps)
        and all(is_open(need.result) for need in supply.needs)
        and all(
            gap.cause is Reason.NOT_EXPORTED
            or (gap.cause is Reason.NOT_SUPPLIED and list_of(gap.source or gap.kind) in supplied)
            for gap in supply.gaps
        )
    )
