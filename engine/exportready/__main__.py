"""Run the command with `python -m exportready`."""

from exportready.cli import run

run()
