"""Sphinx settings for the website (`make site`). The source folder is the repository, so links work here and on the website."""

from __future__ import annotations

project = "ExportReady"
author = "ExportReady"
language = "en"
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/**.md", "benchmarks/*.md"]

myst_heading_anchors = 3
myst_links_external_new_tab = True

html_theme = "furo"
html_title = "ExportReady"
html_extra_path = ["_root"]  # the first page of the folder leads to docs/index.html
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
templates_path: list[str] = []
