"""Commands, options and exit codes."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from exportready import __version__
from exportready.cli.common import (
    ALLOW_UNKNOWN,
    AT,
    AUDIENCE,
    BEFORE,
    COLOR,
    CONFIG,
    EARLIER,
    ENGINE,
    FAIL_ON,
    IGNORE,
    NO_CONFIG,
    OUTPUT,
    PHASE,
    QUIET,
    RULES,
    SELECT,
    VERBOSE,
    WAIVERS,
    Moment,
    known,
    near,
    now,
    rulebook_of,
    settled_rules,
    waivers_of,
)

if TYPE_CHECKING:
    from exportready.check import CheckRequest
    from exportready.policy.baseline import Baseline

UNUSABLE, INTERRUPTED = 2, 130
"""Those of gate.ExitCode, written out: what fails before any room is opened needs them too."""


def main(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit code. No traceback reaches a user."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    gc.disable()  # a check makes millions of values that live until its end; the search for cycles costs a seventh and finds none
    try:
        code = exportready.main(args=arguments, prog_name="exportready", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        error.show()
        return UNUSABLE
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted; nothing was written.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNUSABLE
    except Exception as error:
        if os.environ.get("EXPORTREADY_DEBUG"):
            raise
        click.echo(
            f"Error: ExportReady itself failed ({type(error).__name__}: {error}). This is our mistake, not yours; "
            "please report it with the command that you ran (EXPORTREADY_DEBUG=1 shows where).",
            err=True,
        )
        return UNUSABLE
    finally:
        gc.enable()


_ROOMS = {"audit": "audit", "baseline": "gate", "diff": "gate", "rules": "rules", "waivers": "gate"}
"""Commands that stand in a module of their own, which is opened when one of them is asked for."""


class _Commands(click.Group):
    def list_commands(self, context: click.Context) -> list[str]:
        """All, in the order of their names."""
        return sorted([*super().list_commands(context), *_ROOMS])

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """One of them."""
        if name not in _ROOMS:
            return super().get_command(context, name)
        found = getattr(importlib.import_module(f"exportready.cli.{_ROOMS[name]}"), name)
        return found if isinstance(found, click.Command) else None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "EXPORTREADY"})
@click.version_option(__version__, prog_name="exportready")
def exportready() -> None:
    """Can this batch be exported from ServiceTitan to QuickBooks Desktop now? And if not, what first?

    Put the files that you exported from both programs into one folder and run:

        exportready check FOLDER
    """


@exportready.command()
@click.argument("snapshot", type=click.Path(path_type=Path))
@BEFORE
@OUTPUT
@AUDIENCE
@EARLIER
@click.option("--batch", metavar="NUMBER", help="Show one batch only, with a verdict of its own.")
@PHASE
@SELECT
@IGNORE
@FAIL_ON
@ALLOW_UNKNOWN
@WAIVERS
@click.option(
    "--baseline",
    "baseline_file",
    envvar="EXPORTREADY_CHECK_BASELINE",
    type=click.Path(path_type=Path),
    help="What stood before: tell what is new.",
)
@click.option("--since", metavar="REV", help="Tell what is new against the snapshot as it stands in this git revision.")
@click.option("--new-only", is_flag=True, help="Only what is new against --baseline or --since decides the exit code.")
@click.option("--strict-baseline", is_flag=True, help="End with 1 when the baseline holds what stands no more.")
@AT
@RULES
@ENGINE
@COLOR
@CONFIG
@NO_CONFIG
@click.option("--show-settings", is_flag=True, help="Say what is in force and where it was said, and judge nothing.")
@click.option(
    "--jobs", type=click.IntRange(1, 61), metavar="N", help="Read large files in so many processes (default: one a core)."
)
@click.option("--no-progress", is_flag=True, help="Do not say which file is being read.")
@QUIET
@VERBOSE
def check(
    snapshot: Path,
    before: Path | None,
    outputs: tuple[str, ...],
    audience: str,
    earlier: Path | None,
    batch: str | None,
    phase: str | None,
    selected: tuple[str, ...],
    ignored: tuple[str, ...],
    fail_on: str,
    allow_unknown: bool,
    waivers_file: Path | None,
    baseline_file: Path | None,
    since: str | None,
    new_only: bool,
    strict_baseline: bool,
    at: datetime | None,
    folder: Path | None,
    engine: str | None,
    color: str,
    config_file: Path | None,
    no_config: bool,
    show_settings: bool,
    jobs: int | None,
    no_progress: bool,
    quiet: bool,
    verbose: int,
) -> int:
    """Check a folder or .zip of exported files: can the batch be exported, and what is to be fixed first?

    \b
    Ends with
      0  passed
      1  problems at or above --fail-on
      2  the command, the rules or the program itself could not be used; nothing was judged
      3  nothing could be decided
      4  can't say yet (--allow-unknown makes it 0, except when a file is broken)
    """
    from msgspec.structs import replace

    from exportready.causes.engines import NoEngine
    from exportready.check import CheckRequest
    from exportready.check import check as run
    from exportready.cli.output import echo
    from exportready.cli.outputs import Shown, base, changes_since, targets, write_report
    from exportready.cli.progress import watcher
    from exportready.cli.settings import Said, adapted_rules, settings_of
    from exportready.evidence.files import NoSnapshot
    from exportready.model.rules import Severity
    from exportready.policy.batches import NoBatch, narrowed
    from exportready.policy.gate import Policy, exit_code

    settled = settings_of(config_file, no_config)
    said = Said(settled)
    outputs = said.of("outputs", outputs, settled.outputs)
    audience = said.of("audience", audience, settled.audience)
    selected, ignored = said.of("selected", selected, settled.select), said.of("ignored", ignored, settled.ignore)
    fail_on = said.of("fail_on", fail_on, settled.fail_on)
    allow_unknown = said.of("allow_unknown", allow_unknown, settled.allow_unknown)
    waivers_file = said.of("waivers_file", waivers_file, settled.waivers)
    baseline_file = said.of("baseline_file", baseline_file, None if since is not None else settled.baseline)
    rulebook = adapted_rules(rulebook_of(folder), settled)
    if show_settings:
        echo(said.shown(rulebook))
        return 0
    wanted = targets(outputs, quiet)
    known(rulebook, (*selected, *ignored))
    moment = at or now()
    if baseline_file is not None and since is not None:
        raise click.UsageError("--baseline and --since both say what is old; give one of them")
    if (new_only or strict_baseline) and baseline_file is None and since is None:
        raise click.UsageError("--new-only and --strict-baseline need --baseline FILE or --since REV to compare with")
    accepted = waivers_of(waivers_file)
    try:
        request = CheckRequest(
            snapshot=snapshot,
            rulebook=rulebook,
            at=moment,
            before=before,
            phase=phase,
            select=selected,
            ignore=ignored,
            engine=engine,
            waivers=accepted,
            jobs=jobs,
            on_file=watcher(not no_progress and not quiet),
        )
        against, named = _against(request, baseline_file, since)
        report = run(replace(request, baseline=against, baseline_name=named))
        report = narrowed(report, batch) if batch is not None else report
    except (NoSnapshot, NoEngine, NoBatch) as error:
        raise click.ClickException(str(error)) from error
    if not report.results:
        raise click.ClickException(
            f"no rule is left to judge in the phase {report.phase}; look at --select, --ignore and --phase"
        )
    report = replace(report, base=base(snapshot, wanted), changes=changes_since(earlier, report))
    write_report(report, wanted, Shown(color=color, verbose=verbose, quiet=quiet, audience=audience, new_only=new_only))
    grade = None if fail_on == "never" else Severity(fail_on)
    policy = Policy(
        fail_on=grade,
        allow_unknown=allow_unknown,
        new_only=new_only,
        strict_baseline=strict_baseline,
        thresholds=settled.thresholds,
    )
    return int(exit_code(report, policy))


@exportready.command()
@click.argument("snapshot", type=click.Path(path_type=Path))
@click.argument("issue", required=False)
@BEFORE
@PHASE
@AT
@RULES
@CONFIG
@NO_CONFIG
@ENGINE
def why(
    snapshot: Path,
    issue: str | None,
    before: Path | None,
    phase: str | None,
    at: datetime | None,
    folder: Path | None,
    config_file: Path | None,
    no_config: bool,
    engine: str | None,
) -> None:
    """Say why something is a key issue: what it was read from, which rules fired, their sources, and what waits on it.

    ISSUE is its number or its id; without one, all are listed.
    """
    from exportready.causes.engines import NoEngine
    from exportready.check import CheckRequest
    from exportready.check import check as run
    from exportready.cli.output import echo
    from exportready.cli.settings import adapted_rules, settings_of
    from exportready.evidence.files import NoSnapshot
    from exportready.reporters.why import explain_key_issue, find_key_issue, key_issue_list

    settled = settings_of(config_file, no_config)
    rulebook, accepted = adapted_rules(rulebook_of(folder), settled), waivers_of(settled.waivers)
    try:
        report = run(
            CheckRequest(
                snapshot=snapshot,
                rulebook=rulebook,
                at=at or now(),
                before=before,
                phase=phase,
                engine=engine,
                waivers=accepted,
            )
        )
    except (NoSnapshot, NoEngine) as error:
        raise click.ClickException(str(error)) from error
    if issue is None:
        echo(key_issue_list(report))
        return
    one = find_key_issue(report, issue)
    if one is None:
        raise click.UsageError(f"there is no key issue '{issue}'; exportready why {snapshot} lists them all")
    echo(explain_key_issue(report, one))


@exportready.command()
@click.argument("rule")
@RULES
@CONFIG
@NO_CONFIG
def explain(rule: str, folder: Path | None, config_file: Path | None, no_config: bool) -> None:
    """Explain one rule: what must hold, why, where it is written down, and what to do."""
    from exportready.cli.output import echo
    from exportready.reporters.explain import explain_rule

    rulebook = settled_rules(folder, config_file, no_config)
    found = next((one for one in rulebook.rules if one.id == rule), None)
    if found is None:
        raise click.UsageError(f"there is no rule '{rule}'{near(rule, rulebook)} (exportready rules list names them all)")
    echo(explain_rule(found))


_SCHEMAS = {
    "rule": "rulebook.shape",
    "account": "account.shape",
    "inference": "rulebook.inference",
    "waivers": "policy.waivers",
    "config": "cli.config",
}
"""What has a JSON Schema, and the module that describes it."""


@exportready.command()
@click.argument("name", type=click.Choice(list(_SCHEMAS)))
def schema(name: str) -> None:
    """Print the JSON Schema of a rule file, of account.yaml, of inference rules, of waivers or of exportready.yaml, for editors."""
    import json

    from exportready.cli.output import write

    described = importlib.import_module(f"exportready.{_SCHEMAS[name]}").schema()
    write([(None, json.dumps(described, indent=1, ensure_ascii=False) + "\n")])


@exportready.command()
@click.argument("result", type=click.Path(path_type=Path))
@OUTPUT
@AUDIENCE
@EARLIER
@COLOR
@click.option("--new-only", is_flag=True, help="Formats of a gate leave out what stood in the baseline.")
@CONFIG
@NO_CONFIG
@QUIET
@VERBOSE
def render(
    result: Path,
    outputs: tuple[str, ...],
    audience: str,
    earlier: Path | None,
    color: str,
    new_only: bool,
    config_file: Path | None,
    no_config: bool,
    quiet: bool,
    verbose: int,
) -> None:
    """Write the result of an earlier check in other formats: the same as the check itself would have written.

    RESULT is what check wrote with -o json:RESULT. Nothing is judged again.
    """
    from msgspec.structs import replace

    from exportready.cli.outputs import Shown, changes_since, reading, stored_report, targets, write_report
    from exportready.cli.settings import Said, settings_of

    settled = settings_of(config_file, no_config)
    audience = Said(settled).of("audience", audience, settled.audience)
    wanted = targets(outputs, quiet)
    report = stored_report(result)
    if earlier is not None:
        report = replace(report, changes=changes_since(earlier, report))
    with reading(result):
        write_report(report, wanted, Shown(color=color, verbose=verbose, quiet=quiet, audience=audience, new_only=new_only))


@exportready.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option("--by", default="", metavar="WHO", help="Who answers, such as «office manager».")
@click.option("--blank", is_flag=True, help="Ask nothing: write account.yaml with every question left open.")
@click.option("--spreadsheet", is_flag=True, help="Ask nothing: write the questions as answers.csv, to be filled in.")
@click.option("--at", type=Moment(), help="Date the answers to this moment (default: now; without an offset, UTC).")
def init(folder: Path, by: str, blank: bool, spreadsheet: bool, at: datetime | None) -> None:
    """Begin an account: a dozen questions, account.yaml, and a page that says which four exports to make.

    Replies may be piped too, one a line; an empty line means that nobody knows. FOLDER is where the files are to be
    (default: here).
    """
    from exportready.cli.begin import begin

    begin(folder, by, at or now(), blank=blank, spreadsheet=spreadsheet)


@exportready.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option("--all", "everything", is_flag=True, help="Ask what was answered and still counts, too; Enter alone keeps it.")
@click.option("--at", type=Moment(), help="Ask as of this moment (default: now; without an offset, UTC).")
@click.option(
    "--rules", "rules_folder", type=click.Path(path_type=Path), help="A folder of rules to use instead of the shipped ones."
)
def ask(folder: Path, everything: bool, at: datetime | None, rules_folder: Path | None) -> None:
    """Ask only what is open: answers that went stale, and what the files in FOLDER leave unclear."""
    from exportready.cli.begin import go_on

    go_on(folder, rulebook_of(rules_folder), at or now(), everything=everything)


# -- helpers


def _against(request: CheckRequest, file: Path | None, since: str | None) -> tuple[Baseline | None, str]:
    """Return what is old and what it is called. What was not there at the revision yet is all new."""
    if file is None and since is None:
        return None, ""
    from msgspec.structs import replace

    from exportready.check import check as run
    from exportready.cli.revision import NoRevision, at
    from exportready.policy import baseline

    try:
        if file is not None:
            return baseline.read(file), file.as_posix()
        with at(request.snapshot, since or "") as earlier:
            if earlier is None:
                nothing = baseline.Baseline(account=None, rulebook=request.rulebook.digest, entries=(), untold=frozenset())
                return nothing, f"{since} (it was not there yet)"
            then = replace(request, snapshot=earlier, waivers=(), engine=None, jobs=1, on_file=None)
            return baseline.of(run(then)), since or ""
    except (baseline.BadBaseline, NoRevision) as error:
        raise click.ClickException(str(error)) from error
