"""`exportready rules list`, `test`, `lint`, `new`, `docs` and `kinds`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from exportready.cli.command import Group
from exportready.cli.options import JSON, RULES
from exportready.model.commands import suggest

if TYPE_CHECKING:
    from exportready.kinds.table import Kind


@click.group(cls=Group, examples=["exportready rules list"])
def rules() -> None:
    """List, test and write rules."""


@rules.command("list", examples=["exportready rules list"])
@RULES
@JSON
def list_rules(folder: Path | None, as_json: bool) -> None:
    """List all rules with their severity and phase.

    With --json, also their area, source, digest, fix and more.
    """
    from exportready.cli.output import echo, echo_json
    from exportready.cli.settings import rulebook_of
    from exportready.reporters.rule_list import rule_list_json, rule_list_text

    book = rulebook_of(folder)
    if as_json:
        echo_json(rule_list_json(book))
    else:
        echo(rule_list_text(book))


@rules.command("test", examples=["exportready rules test my-rules"])
@click.argument("folder", type=click.Path(path_type=Path), required=False)
def test_rules(folder: Path | None) -> int:
    """Run the examples in your rules and report differences.

    FOLDER has the rules (default: the built-in ones). Outcomes and findings must match exactly: a finding that an example doesn't
    list is a difference too. Each rule needs an example that passes, one that fails, and one that can't be decided. Exits with 1 if
    there are differences.
    """
    from exportready.cli.output import echo
    from exportready.cli.settings import rulebook_of
    from exportready.judge.tryout import differences, try_out
    from exportready.model.display import count
    from exportready.reporters.text import clean
    from exportready.rulebook import lint

    book = rulebook_of(folder, examples=True).rules
    found = [
        f"{(folder or Path('rules')) / example.where.path}:{example.where.line}: {example.name}: {difference}"
        for rule in book
        for example in rule.examples
        for difference in differences(rule, example, try_out(rule, example))
    ]
    found += [f"{(folder or Path('rules')) / one.path}:{one.line}: {one.message}" for one in lint.untried(book)]
    for line in found:
        echo(f"{clean(line)}\n")
    examples = sum(len(rule.examples) for rule in book)
    differing = count(len(found), "difference") if found else "no differences"
    echo(f"{count(len(book), 'rule')}, {count(examples, 'example')}: {differing}\n")
    return 1 if found else 0


@rules.command("lint", examples=["exportready rules lint my-rules"])
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@JSON
def lint_rules(folder: Path | None, as_json: bool) -> int:
    """Find mistakes in your rules, with file and line.

    FOLDER has the rules (default: the built-in ones). Finds files that can't be read, outcomes without an example, names that are
    never used, and conditions that can never be true. Exits with 1 if there are problems.
    """
    from exportready.cli.output import echo, echo_json
    from exportready.model.display import count
    from exportready.reporters.text import clean
    from exportready.rulebook import lint
    from exportready.rulebook.load import read_folder
    from exportready.runtime import shipped
    from exportready.schema.mistakes import Mistakes

    if folder is not None and not folder.is_dir():
        raise click.ClickException(f"{folder} is not a folder. Give the folder with your rules.")
    mistakes = Mistakes()
    read = read_folder(folder or shipped.folder("rules"), mistakes)
    found = sorted([*mistakes.found, *lint.remarks(read.rules)], key=lambda one: (one.path, one.line))
    found = [one.below(folder or Path("rules")) for one in found]
    if as_json:
        remarks = [{"path": one.path, "line": one.line or None, "message": one.message} for one in found]
        echo_json({"format": "exportready/lint@1", "remarks": remarks})
    else:
        for one in found:
            echo(f"{clean(str(one))}\n")
        echo(f"{count(len(found), 'problem') if found else 'no problems found'}\n")
    return 1 if found else 0


@rules.command("new", examples=["exportready rules new naming/no-slash"])
@click.argument("id_", metavar="AREA/NAME")
@click.option(
    "--in",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("my-rules"),
    show_default=True,
    help="Folder for your rules.",
)
def new_rule(id_: str, folder: Path) -> None:
    """Create a starter rule, AREA/NAME.yaml, in your rules folder.

    It passes its own tests. Change it into the rule that you need.
    """
    from exportready.cli.output import note, write
    from exportready.rulebook.scaffold import ID, rule

    if not ID.fullmatch(id_):
        raise click.UsageError(f"'{id_}' is not a valid id. Use AREA/NAME in lowercase, such as naming/no-slash.")
    path = folder / f"{id_}.yaml"
    if path.exists():
        raise click.ClickException(f"{path} already exists. Choose another name.")
    path.parent.mkdir(parents=True, exist_ok=True)
    write([(str(path), rule(id_, datetime.now(UTC).date().isoformat()))])
    note(f"Wrote {path}. To test it, run: {suggest('rules', 'test', folder)}")


@rules.command("docs", examples=["exportready rules docs rule-pages --rules my-rules"])
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 if a page is out of date or not needed.")
@click.option(
    "--rules", "source", type=click.Path(path_type=Path), help="Use the rules in this folder instead of the built-in ones."
)
def write_docs(folder: Path, only_check: bool, source: Path | None) -> int:
    """Write a Markdown page for each rule, and an index, into FOLDER.

    It deletes other .md files in FOLDER.
    """
    from exportready.cli.output import echo, note, write
    from exportready.cli.settings import rulebook_of
    from exportready.reporters.rule_pages import rule_pages
    from exportready.reporters.text import clean
    from exportready.rulebook.channels import decided_by

    made = rule_pages(rulebook_of(source, examples=True).rules, decided_by)
    there = (
        {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md") if path.is_file()}
        if folder.is_dir()
        else {}
    )
    stale = sorted(name for name in {*made, *there} if made.get(name) != there.get(name))
    if only_check:
        for name in stale:
            echo(f"{clean(str(folder / name))} is out of date\n")
        return 1 if stale else 0
    folder.mkdir(parents=True, exist_ok=True)
    write([(str(folder / name), text) for name, text in made.items() if name in stale])
    for name in there.keys() - made.keys():
        (folder / name).unlink()
    note(f"{len(made)} pages in {folder}, {len(stale)} of them new or changed")
    return 0


@rules.command("kinds", examples=["exportready rules kinds", "exportready rules kinds quickbooks.Item"])
@click.argument("kind", required=False)
@JSON
def list_kinds(kind: str | None, as_json: bool) -> None:
    """List the kinds of records that rules can check.

    With KIND, list its fields with their types, and the fields of its key.
    """
    from exportready.cli.output import echo, echo_json
    from exportready.kinds import KINDS
    from exportready.schema.shapes import did_you_mean

    if kind is not None and kind not in KINDS:
        raise click.UsageError(
            f"kind '{kind}' not found{did_you_mean(kind, KINDS) or '; to list all kinds, run: exportready rules kinds'}"
        )
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
