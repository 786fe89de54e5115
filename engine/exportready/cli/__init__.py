"""The command line: options in, exit code out. Each command imports what it uses when it runs, so that help is instant."""

from exportready.cli.app import main

__all__ = ["main"]
