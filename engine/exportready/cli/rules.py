"""`exportready rules list`, `test`, `lint`, `new`, `docs` and `kinds`."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from exportready.cli.options import JSON, RULES

if TYPE_CHECKING:
    from exportready.kinds.table import Kind


@click.group()
def rules() -> None:
    """The rules that are checked."""


@rules.command("list")
@RULES
@JSON
def list_rules(folder: Path | None, as_json: bool) -> None:
    """List every rule with its grade and phase; with --json also its area, source, digest and fix."""
    from exportready.cli.output import echo, echo_json
    from exportready.cli.settings import rulebook_of
    from exportready.reporters.rule_list import rule_list_json, rule_list_text

    book = rulebook_of(folder)
    if as_json:
        echo_json(rule_list_json(book))
    else:
        echo(rule_list_text(book))


@rules.command("test")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
def test_rules(folder: Path | None) -> int:
    """Try every example of the rules in FOLDER (default: the shipped ones). Ends with 1 where one comes out otherwise.

    Outcomes and finding keys are exact: a finding that no example states is a difference too, and a rule without an example that
    passes, one that fails and one that cannot be told is told.
    """
    from exportready.cli.settings import rulebook_of
    from exportready.judge.tryout import differences, try_out
    from exportready.rulebook import lint

    book = rulebook_of(folder).rules
    found = [
        f"{(folder or Path('rules')) / example.where.path}:{example.where.line}: {example.name}: {difference}"
        for rule in book
        for example in rule.examples
        for difference in differences(rule, example, try_out(rule, example))
    ]
    found += [f"{(folder or Path('rules')) / one.path}:{one.line}: {one.message}" for one in lint.untried(book)]
    for line in found:
        click.echo(line)
    examples = sum(len(rule.examples) for rule in book)
    counted = f"{len(book)} rule{'s' if len(book) != 1 else ''}, {examples} examples"
    click.echo(f"{counted}: {len(found) or 'no'} difference{'s' if len(found) != 1 else ''}")
    return 1 if found else 0


@rules.command("lint")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@JSON
def lint_rules(folder: Path | None, as_json: bool) -> int:
    """Tell every mistake of the rules in FOLDER (default: the shipped ones), with file, line and what would be right.

    What cannot be read, cases that no example tries, words that nothing uses, conditions that cannot be met.
    """
    from exportready.cli.output import echo_json
    from exportready.rulebook import lint
    from exportready.rulebook.load import read_folder
    from exportready.runtime import shipped
    from exportready.schema.mistakes import Mistakes

    if folder is not None and not folder.is_dir():
        raise click.ClickException(f"{folder} is not a folder of rules")
    mistakes = Mistakes()
    read = read_folder(folder or shipped.folder("rules"), mistakes)
    found = sorted([*mistakes.found, *lint.remarks(read.rules)], key=lambda one: (one.path, one.line))
    found = [one.below(folder or Path("rules")) for one in found]
    if as_json:
        remarks = [{"path": one.path, "line": one.line or None, "message": one.message} for one in found]
        echo_json({"format": "exportready/lint@1", "remarks": remarks})
    else:
        for one in found:
            click.echo(str(one))
        click.echo(f"{len(found) or 'no'} remark{'s' if len(found) != 1 else ''}")
    return 1 if found else 0


@rules.command("new")
@click.argument("id_", metavar="AREA/NAME")
@click.option(
    "--in",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("my-rules"),
    show_default=True,
    help="The folder of your rules.",
)
def new_rule(id_: str, folder: Path) -> None:
    """Write a rule to begin with: AREA/NAME.yaml in a folder of your own. It passes its tests as it is."""
    from exportready.cli.output import write
    from exportready.rulebook.scaffold import ID, rule

    if not ID.fullmatch(id_):
        raise click.UsageError(f"'{id_}' is no id; it is AREA/NAME in small letters, such as naming/no-slash")
    path = folder / f"{id_}.yaml"
    if path.exists():
        raise click.ClickException(f"{path} is there already; choose another name")
    path.parent.mkdir(parents=True, exist_ok=True)
    write([(str(path), rule(id_, datetime.now(UTC).date().isoformat()))])
    click.echo(f"Wrote {path}. Now: exportready rules test {shlex.quote(str(folder))}", err=True)


@rules.command("docs")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Write nothing; end with 1 where a page is stale or too many.")
@click.option("--rules", "source", type=click.Path(path_type=Path), help="A folder of rules instead of the shipped ones.")
def write_docs(folder: Path, only_check: bool, source: Path | None) -> int:
    """Write a page for each rule, and an index, into FOLDER."""
    from exportready.cli.output import write
    from exportready.cli.settings import rulebook_of
    from exportready.reporters.rule_pages import rule_pages

    made = rule_pages(rulebook_of(source).rules)
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")} if folder.is_dir() else {}
    stale = sorted(name for name in {*made, *there} if made.get(name) != there.get(name))
    if only_check:
        for name in stale:
            click.echo(f"{folder / name} is stale")
        return 1 if stale else 0
    folder.mkdir(parents=True, exist_ok=True)
    write([(str(folder / name), text) for name, text in made.items() if name in stale])
    for name in there.keys() - made.keys():
        (folder / name).unlink()
    click.echo(f"{len(made)} pages in {folder}, {len(stale)} of them new or changed", err=True)
    return 0


@rules.command("kinds")
@click.argument("kind", required=False)
@JSON
def list_kinds(kind: str | None, as_json: bool) -> None:
    """List the kinds of record that rules may judge; with KIND its fields, their types, and what its key is made of."""
    from exportready.cli.output import echo, echo_json
    from exportready.kinds import KINDS
    from exportready.schema.shapes import did_you_mean

    if kind is not None and kind not in KINDS:
        raise click.UsageError(f"there is no kind '{kind}'{did_you_mean(kind, KINDS)}")
    if as_json:
        echo_json(
            {
                "format": "exportready/kinds@1",
                "kinds": [_kind(KINDS[name]) for name in sorted(KINDS if kind is None else [kind])],
            }
        )
        return
    if kind is None:
        echo("".join(f"{name}\n" for name in sorted(KINDS)))
        return
    found = KINDS[kind]
    width = max(len(name) for name in found.fields)
    rows = [
        f"  {name:<{width}}  {field.type.value}{' ' + '|'.join(field.choices) if field.choices else ''}"
        f"{' (from ' + ', '.join(field.needs) + ')' if field.needs else ''}\n"
        for name, field in found.fields.items()
    ]
    echo(f"{kind}\nkey: {' / '.join(found.key) or 'the only record'}\n{''.join(rows)}")


def _kind(kind: Kind) -> dict[str, object]:
    fields = [
        {"name": name, "type": field.type.value, "choices": list(field.choices), "needs": list(field.needs)}
        for name, field in kind.fields.items()
    ]
    return {"name": kind.name, "key": list(kind.key), "fields": fields}
