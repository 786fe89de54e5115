"""`python -m exportready` is the command `exportready`."""

from exportready.cli import run

run()
