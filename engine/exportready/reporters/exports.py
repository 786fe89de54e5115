"""The list of exports to make by hand, with the clicks: one page to print and tick off."""

from __future__ import annotations

from exportready import __version__
from exportready.account.questions import EXPORTS
from exportready.reporters.pages import page


def exports(account: str, folder: str) -> str:
    """The page for one account; `folder` is where the files are to be saved."""
    return page("exports", version=__version__, account=account, folder=folder, exports=EXPORTS)
