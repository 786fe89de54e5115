"""The command line as a whole: its commands, and how errors are shown."""

from __future__ import annotations

import errno
import gc
import importlib
import io
import os
import sys

import click

from exportready import __version__
from exportready.cli.command import Group
from exportready.cli.output import cant_print, echo, note

UNUSABLE, INTERRUPTED = 2, 130
"""The same as in gate.ExitCode, repeated because an error can occur before that module is imported."""


_SCREEN_ERRORS = (errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EBADF)
"""What writing to a closed or full standard output raises."""


def main(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit code. Users never see a traceback."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    gc.disable()  # a check makes millions of values that live until its end; the search for cycles costs a seventh and finds none
    try:
        code = exportready.main(args=arguments, prog_name="exportready", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        _show(error)
        return UNUSABLE
    except (click.Abort, KeyboardInterrupt):
        note("Interrupted. Nothing was written.")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNUSABLE
    except Exception as error:
        if mistakes := _mistakes(error):
            echo(f"Error: {mistakes}\n", to_error=True)
            return UNUSABLE
        if isinstance(error, OSError) and error.filename is None and error.errno in _SCREEN_ERRORS:
            note(f"Error: {cant_print(error)}")
            return UNUSABLE
        if os.environ.get("EXPORTREADY_DEBUG"):
            raise
        note(
            f"Error: ExportReady itself failed ({type(error).__name__}: {error}). This is a bug in ExportReady. "
            "Please report it, with the command that you ran. To see where it failed, set EXPORTREADY_DEBUG=1 and run it again."
        )
        return UNUSABLE
    finally:
        gc.enable()


def _show(error: click.ClickException) -> None:
    """Print an error of the command line. Its message may quote what an account, a rule or a saved result says."""
    shown = io.StringIO()
    error.show(shown)
    echo(shown.getvalue(), to_error=True)


def _mistakes(error: Exception) -> str:
    """Return the message for mistakes in files that people write: how many there are, and each on one line with its file and line."""
    from exportready.reporters.text import clean
    from exportready.schema.mistakes import MistakesFound

    return "\n".join((error.summary, *(clean(str(one)) for one in error.mistakes))) if isinstance(error, MistakesFound) else ""


COMMANDS = {
    "app": "app_command",
    "ask": "interviews",
    "audit": "audit",
    "baseline": "baseline",
    "check": "check",
    "confirm": "confirm",
    "diff": "diff",
    "explain": "explain",
    "init": "interviews",
    "render": "render",
    "rules": "rules",
    "schema": "schema",
    "waivers": "waivers",
    "why": "why",
}
"""Command -> its module, which is imported only when the command is used."""


class _Commands(Group):
    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Import a command's module and return the command."""
        if name not in COMMANDS:
            return None
        found = getattr(importlib.import_module(f"exportready.cli.{COMMANDS[name]}"), name)
        return found if isinstance(found, click.Command) else None


@click.group(
    cls=_Commands,
    commands={name: click.Command(name) for name in COMMANDS},  # only the names; the commands are in their modules
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "EXPORTREADY"},
    examples=["exportready check november"],
)
@click.version_option(__version__, prog_name="exportready")
def exportready() -> None:
    """Check a ServiceTitan batch before you export it to QuickBooks Desktop, and check what arrived afterward.

    Put the files that you exported from both programs into one folder. Then run the check command with that folder.
    """
