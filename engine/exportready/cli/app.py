"""The command line as a whole: its commands, and what becomes of an error."""

from __future__ import annotations

import gc
import importlib
import os
import sys

import click

from exportready import __version__

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
        if mistakes := _mistakes(error):
            click.echo(f"Error: {mistakes}", err=True)
            return UNUSABLE
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


def _mistakes(error: Exception) -> str:
    """Return what to print of mistakes in files that people write: whose they are, how many, and each with its place."""
    from exportready.schema.mistakes import MistakesFound

    return f"{error.summary}\n{error}" if isinstance(error, MistakesFound) else ""


COMMANDS = {
    "ask": "interviews",
    "audit": "audit",
    "baseline": "baseline",
    "check": "check",
    "diff": "diff",
    "explain": "explain",
    "init": "interviews",
    "render": "render",
    "rules": "rules",
    "schema": "schema",
    "waivers": "waivers",
    "why": "why",
}
"""Command -> its module, which is opened when the command is asked for."""


class _Commands(click.Group):
    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Open a command's module, and return the command."""
        if name not in COMMANDS:
            return None
        found = getattr(importlib.import_module(f"exportready.cli.{COMMANDS[name]}"), name)
        return found if isinstance(found, click.Command) else None


@click.group(
    cls=_Commands,
    commands={name: click.Command(name) for name in COMMANDS},  # their names; what they do is in their modules
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "EXPORTREADY"},
)
@click.version_option(__version__, prog_name="exportready")
def exportready() -> None:
    """Can this batch be exported from ServiceTitan to QuickBooks Desktop now? And if not, what first?

    Put the files that you exported from both programs into one folder and run:

        exportready check FOLDER
    """
