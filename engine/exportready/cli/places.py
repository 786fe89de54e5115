"""Where answers are saved: the folder of a snapshot, and its file of answers."""

from __future__ import annotations

from pathlib import Path

import click

from exportready.account.reading import READER
from exportready.model.report import Report

ACCOUNT = "account.yaml"


def answer_folder(folder: Path) -> Path:
    """Return a folder in which answers can be saved. Raises click.ClickException if it isn't one."""
    if not folder.is_dir():
        raise click.ClickException(
            f"{folder} isn't a folder. If it is a .zip, unpack it first, so that your answers can be saved with the files"
            if folder.is_file()
            else f"Can't find {folder}. Give the folder with your exported files"
        )
    return folder


def account_file(folder: Path, report: Report) -> Path:
    """Return the file of answers in use; account.yaml if there is none. Raises click.ClickException if it has mistakes."""
    for source in report.sources:
        if source.error and source.is_answers:
            line = f":{source.error_line}" if source.error_line else ""
            raise click.ClickException(f"{folder / source.path}{line}: {source.error}. Fix this file first")
    return folder / next((source.path for source in report.sources if source.reader == READER), ACCOUNT)
