"""The house itself: what the documents say is so, what is generated is up to date, and the package works where it is installed."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import click
import jsonschema
import pytest

import exportready
from commands import as_text, run_in_process
from exportready.cli import app
from exportready.cli.app import exportready as command_line
from exportready.judge.tryout import differences, try_out
from exportready.kinds import KINDS
from exportready.rulebook.conditions import TESTS
from exportready.rulebook.load import load
from exportready.rulebook.shape import RULE
from exportready.schema.yamlfile import parse

ROOT = Path(__file__).resolve().parents[1]
INFERENCE = sorted((ROOT / "rules" / "inference").glob("*.yaml"))
RULES = sorted(set((ROOT / "rules").glob("*/*.yaml")) - set(INFERENCE))
EXAMPLES = ROOT / "examples"
AT = "2026-11-20T18:00:00-07:00"
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
HOWTO = ROOT / "docs" / "engineer" / "rules-howto.md"
COMMANDS = ROOT / "docs" / "engineer" / "commands.md"


def run(*words: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a command with the tree's own package on the path."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "engine"), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [str(word) for word in words], cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )


def in_new_python(code: str, cwd: Path = ROOT) -> str:
    done = run(sys.executable, "-c", code, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


# -- documents


def code_lines(document: Path) -> Iterator[tuple[int, str]]:
    """Every line of code blocks, fenced or indented, with its number; `\\` at the end goes on."""
    fenced = False
    held, held_from = "", 0
    for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
            continue
        if not fenced and not line.startswith("    "):
            continue
        held, held_from = held + line.strip(), held_from or number
        if held.endswith("\\"):
            held = held[:-1]
            continue
        yield held_from, held
        held, held_from = "", 0


def documented(program: str) -> list[object]:
    return [
        pytest.param(line, id=f"{document.relative_to(ROOT).as_posix()}:{number}")
        for document in DOCUMENTS
        for number, line in code_lines(document)
        if re.match(rf"(\$ )?{program}(\s|$)", line)
    ]


def words_of(line: str) -> list[str]:
    """The words of a shell line, up to what the shell itself takes."""
    words = shlex.split(line.removeprefix("$ "), comments=True)
    stops = [index for index, word in enumerate(words) if word in (">", "|", "&&", "||", ";")]
    return words[: stops[0]] if stops else words


@pytest.mark.parametrize("line", documented("exportready"))
def test_a_documented_command_is_one_that_this_version_takes(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "exportready.yaml").write_text("{}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    words = words_of(line)[1:]
    context = command_line.make_context("exportready", words.copy()) if words else click.Context(command_line)
    command: click.Command = command_line
    while isinstance(command, click.Group) and words:
        name = words.pop(0)
        found = command.get_command(context, name)
        assert found is not None, f"there is no command {name}"
        command = found
    assert not isinstance(command, click.Group), "the command is not whole"
    try:
        command.make_context(command.name, words)  # parses the options and their values; runs nothing
    except click.exceptions.Exit as leave:  # --help
        assert leave.exit_code == 0  # noqa: PT017


def test_documents_name_the_commands_in_code_blocks() -> None:
    assert len(documented("exportready")) > 5
    assert {"demo", "test"} <= {words_of(line)[1] for _, line in code_lines(ROOT / "README.md") if "make" in line}


def commands(group: click.Group = command_line, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


@pytest.mark.parametrize("path", list(commands()), ids=lambda path: " ".join(path) or "exportready")
def test_every_command_has_help(path: tuple[str, ...]) -> None:
    done = as_text(run_in_process([*path, "--help"], ROOT))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"Usage: {' '.join(['exportready', *path])} ")
    assert done.stderr == ""


def test_the_module_is_the_command() -> None:
    done = run(sys.executable, "-m", "exportready", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == as_text(run_in_process(["--help"], ROOT)).stdout


@pytest.mark.parametrize("line", documented("make"))
def test_a_documented_target_is_in_the_makefile(line: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{words_of(line)[1]}:", makefile, re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_and_paths_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    linked = [target for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if "://" not in target]
    assert [target for target in linked if not (document.parent / target).exists()] == []
    ours = r"`((?:rules|engine|docs|tests|examples|reports)/[\w./-]+)`"
    named = [path for path in re.findall(ours, text) if "AREA/NAME" not in path]
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_changelog_knows_this_version() -> None:
    assert exportready.__version__ in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_documented_exit_codes_are_those_of_the_gate() -> None:
    from exportready.policy.gate import ExitCode

    documented_codes = re.findall(r"^\| (\d+) \|", COMMANDS.read_text(encoding="utf-8"), re.MULTILINE)
    assert documented_codes == [str(int(code)) for code in ExitCode]
    assert (app.UNUSABLE, app.INTERRUPTED) == (ExitCode.UNUSABLE, ExitCode.INTERRUPTED)


def test_the_example_of_the_howto_is_a_rule_that_does_what_it_says(tmp_path: Path) -> None:
    text = HOWTO.read_text(encoding="utf-8")
    found = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert found
    name = re.search(r"^id: (.+)$", found[1], re.MULTILINE)
    assert name
    assert f"my-rules/{name[1]}.yaml" in text
    path = tmp_path / f"{name[1]}.yaml"
    path.parent.mkdir()
    path.write_text(found[1], encoding="utf-8")
    (rule,) = load(tmp_path).rules
    assert {example.name: differences(rule, example, try_out(rule, example)) for example in rule.examples} == {
        example.name: [] for example in rule.examples
    }
    assert not (ROOT / "rules" / f"{name[1]}.yaml").exists()


def test_the_howto_leaves_out_no_key_and_no_test() -> None:
    text = HOWTO.read_text(encoding="utf-8")
    keys = RULE.schema()["properties"]
    assert [name for name in (*keys, *TESTS) if not re.search(rf"\b{name}\b", text)] == []


def test_kinds_that_documents_name_exist() -> None:
    named = {
        kind
        for document in DOCUMENTS
        for kind in re.findall(
            r"`(?:before\.)?((?:quickbooks|servicetitan|derived)\.\w+)", document.read_text(encoding="utf-8")
        )
    }
    assert {kind for kind in named if kind not in KINDS and kind != "quickbooks.fileMode"} == set()


# -- rules and what is generated


def plain(value: object) -> object:
    """A YAML value as JSON has it."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_a_rule_file_is_named_by_its_id_and_names_its_schema(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    first, _, rest = text.partition("\n")
    assert first == "# yaml-language-server: $schema=../rule.schema.json"
    assert rest.startswith(f"id: {path.parent.name}/{path.stem}\n")


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_a_rule_file_fits_the_schema_that_editors_use(path: Path) -> None:
    schema = json.loads((ROOT / "rules" / "rule.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(plain(parse(path.read_bytes(), path.name).plain()))


@pytest.mark.parametrize("name", ["ready", "not-ready"])
def test_the_answers_of_the_examples_fit_the_schema_that_editors_use(name: str) -> None:
    schema = json.loads((ROOT / "rules" / "account.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    answers = parse((EXAMPLES / name / "account.yaml").read_bytes(), name).plain()
    jsonschema.Draft202012Validator(schema).validate(plain(answers))


@pytest.mark.parametrize("path", INFERENCE, ids=lambda path: path.stem)
def test_rules_of_inference_fit_the_schema_that_editors_use(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=../inference.schema.json\n")
    schema = json.loads((ROOT / "rules" / "inference.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(plain(parse(path.read_bytes(), path.name).plain()))


@pytest.mark.parametrize("name", ["rule", "account", "inference", "waivers", "config", "result"])
def test_the_schemas_are_what_the_code_says(name: str) -> None:
    done = as_text(run_in_process(["schema", name], ROOT))
    assert done.returncode == 0, done.stderr
    shipped = (ROOT / "rules" / f"{name}.schema.json").read_text(encoding="utf-8")
    assert shipped == done.stdout, "run `make schemas`"


def test_the_schemas_are_all_known() -> None:
    assert {path.name for path in ROOT.glob("rules/**/*.json")} == {
        f"{name}.schema.json" for name in ("rule", "account", "inference", "waivers", "config", "result")
    }


def test_the_examples_are_what_their_script_writes() -> None:
    done = run(sys.executable, EXAMPLES / "make.py", "--check")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("folder", ["rules", "reports"])
def test_data_folders_hold_no_python(folder: str) -> None:
    assert list((ROOT / folder).rglob("*.py")) == []


# -- imports that a run does not need


HEAVY = ("lxml", "yaml", "jinja2", "re2", "json", "durable", "clips")
ROOMS = ("evidence", "rulebook", "judge", "derive", "reporters", "kinds")


def test_help_opens_no_room() -> None:
    code = "import sys; from exportready.cli import main; print(main(['--help'])); print(sorted(sys.modules))"
    loaded = in_new_python(code).splitlines()
    assert loaded[-2] == "0"
    modules = set(re.findall(r"'([\w.]+)'", loaded[-1]))
    assert not modules & {*HEAVY, *(f"exportready.{room}" for room in ROOMS)}


def test_a_console_check_without_xml_loads_neither_lxml_nor_jinja(tmp_path: Path) -> None:
    for name in ("account.yaml", "quickbooks-lists.iif"):
        (tmp_path / name).write_bytes((EXAMPLES / "ready" / name).read_bytes())
    code = f"""
import sys
from exportready.cli import main
code = main(["check", {str(tmp_path)!r}, "--at", {AT!r}, "--no-progress"])
print(code, sorted(sys.modules))
"""
    in_new_python(code)  # keeps the rulebook for the next run, which takes modules of its own
    last = in_new_python(code).splitlines()[-1]
    assert last.startswith("4 ")  # the pricebook is not there: never passed
    assert not set(re.findall(r"'([\w.]+)'", last)) & {
        "lxml",
        "jinja2",
        "json",
        "zipfile",
        "tempfile",
        "exportready.reporters.html",
    }


# -- the package


@pytest.fixture(scope="module")
def distribution(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source archive of this tree, and the wheel built from that archive."""
    target = tmp_path_factory.mktemp("dist")
    alone = ["--no-isolation"] if importlib.util.find_spec("hatchling") else []
    done = run(sys.executable, "-m", "build", *alone, "--outdir", target, ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return target


def files_below(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from the tree itself, which is quick."""
    target = tmp_path_factory.mktemp("wheel")
    done = run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", target)
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = target.glob("*.whl")
    return found


def assert_it_holds_what_is_needed_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = {f"exportready/{name}" for name in files_below(ROOT / "engine" / "exportready")}
    for folder in ("rules", "reports", "examples/not-ready"):
        assert files_below(ROOT / folder)
        expected |= {f"exportready/{folder}/{name}" for name in files_below(ROOT / folder)}
    assert names == expected


def test_the_wheel_holds_the_program_the_rules_and_the_templates_only(wheel: Path) -> None:
    assert_it_holds_what_is_needed_and_nothing_else(wheel)


def test_the_wheel_runs_where_it_is_unpacked(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "packages")  # noqa: S202 - our own
    code = f"""
import sys
sys.path.insert(0, {str(tmp_path / "packages")!r})
import exportready.cli
print(exportready.cli.__file__)
print(exportready.cli.main(["check", {str(EXAMPLES / "ready")!r}, "--at", {AT!r}, "-q", "-o", "html:report.html"]))
"""
    place, exit_code = in_new_python(code, tmp_path).splitlines()
    assert Path(place).is_relative_to(tmp_path / "packages")
    assert exit_code == "0"
    assert "<style" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_wheel_of_the_source_archive_holds_the_same(distribution: Path) -> None:
    (wheel,) = distribution.glob("*.whl")
    assert_it_holds_what_is_needed_and_nothing_else(wheel)


@pytest.mark.slow
def test_the_source_archive_is_whole(distribution: Path) -> None:
    (source,) = distribution.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    folders = ("engine", "rules", "reports", "tests", "examples")
    expected = {f"{folder}/{name}" for folder in folders for name in files_below(ROOT / folder)}
    assert expected | {"README.md", "CHANGELOG.md", "pyproject.toml"} <= names


@pytest.mark.slow
def test_the_wheel_runs_where_it_is_installed(distribution: Path, tmp_path: Path) -> None:
    (wheel,) = distribution.glob("*.whl")
    home, elsewhere = tmp_path / "venv", tmp_path / "elsewhere"
    elsewhere.mkdir()
    made = run(sys.executable, "-m", "venv", "--without-pip", home)
    assert made.returncode == 0, made.stderr
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    installed = run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel)
    assert installed.returncode == 0, installed.stderr
    # Its dependencies are those of this run; a plain path brings them, but not the tree, which came by a .pth of its own.
    (site,) = [path for path in home.rglob("site-packages") if path.is_dir() and (path / "exportready").is_dir()]
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n" + sysconfig.get_paths()["platlib"] + "\n")

    def installed_run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment["PYTHONIOENCODING"] = "utf-8"
        command = [str(scripts / "exportready"), *map(str, words)]
        return subprocess.run(
            command, cwd=elsewhere, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
        )

    listed = installed_run("rules", "list")
    assert listed.returncode == 0, listed.stderr
    assert [line.split()[0] for line in listed.stdout.splitlines()] == sorted(
        f"{path.parent.name}/{path.stem}" for path in RULES
    )
    (elsewhere / "empty").mkdir()
    shutil.copytree(EXAMPLES / "ready", elsewhere / "silent", ignore=shutil.ignore_patterns("account.yaml"))
    folders: list[str | Path] = [EXAMPLES / "ready", EXAMPLES / "not-ready", "nowhere", "empty", "silent"]
    for code, folder in enumerate(folders):
        assert installed_run("check", folder, "--at", AT).returncode == code, folder
    checked = installed_run("check", EXAMPLES / "ready", "--at", AT, "--no-progress", "-o", "html:report.html")
    assert checked.returncode == 0, checked.stderr
    assert "<style" in (elsewhere / "report.html").read_text(encoding="utf-8")
