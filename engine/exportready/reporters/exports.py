"""Renders the page that lists the files to export by hand, click by click, to print and check off."""

from __future__ import annotations

from exportready import __version__
from exportready.account.questions import EXPORTS
from exportready.reporters.pages import page


def exports_page(account: str, folder: str) -> str:
    """Return the page for one account. The files are to be saved in `folder`."""
    return page("exports", version=__version__, account=account, folder=folder, exports=EXPORTS)
