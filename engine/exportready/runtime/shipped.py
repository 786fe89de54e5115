"""Where the rules and the templates are: beside the package once installed, above it in a checkout."""

from __future__ import annotations

from pathlib import Path


def folder(name: str) -> Path:
    """The shipped folder of this name."""
    package = Path(__file__).resolve().parents[1]
    for home in (package, package.parents[1]):
        if (home / name).is_dir():
            return home / name
    raise FileNotFoundError(f"ExportReady is not installed whole: its folder {name!r} is missing")
