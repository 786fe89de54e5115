"""Every limit on what a file may cost, in one place, each with its reason. More than a limit is an error that people can act on.

The largest exports that we know have 2 million records in 1.4 GB (benchmarks/RESULTS.md). A limit is far above what an honest file of
its kind needs, and low enough that a hostile one ends within seconds.
"""

from __future__ import annotations

# -- files

FILE_SIZE = 1 << 30
"""Bytes of one file of a snapshot. A check takes about twice the memory of its files."""
WRITTEN_FILE_SIZE = 32 << 20
"""Bytes of a file that people write (rules, waivers, settings, account.yaml), or of a list of accounts. No one writes more by hand."""
FILES = 10_000
"""Files in one snapshot, as a folder or a .zip. An export has a few dozen; with pages of 500 records, a few thousand."""
FOLDER_DEPTH = 30
"""Folders within folders. An export has two or three levels."""

# -- archives

UNPACKED_SIZE = 2 << 30
"""Bytes of a whole archive, unpacked."""
UNPACKED_RATIO = 200
"""Unpacked bytes for each packed one, of an archive as a whole and of each entry. Exported text has 5 to 50."""
UNPACKED_FREE = 1 << 20
"""Unpacked bytes that any archive may have, whatever the ratio: a small workbook of equal rows packs very well."""
DIRECTORY_SIZE = 4 << 20
"""Bytes of an archive's table of contents. FILES entries with usual names take a quarter of that."""

# -- tables

CELLS = 5_000_000
"""Cells of all tables of a file, empty ones between others too. Reading more takes a minute and more than a gigabyte."""
ROWS = 1 << 20
"""Rows of all tables of a file, empty ones too: as many as Excel has on one sheet."""
SHEETS = 1_000
"""Sheets of a workbook. A workbook with a sheet for each day of two years has 730."""
MERGED_CELLS = 1_000_000
"""Cells of all merged areas of a workbook. Reports merge headings and groups, a few thousand cells."""
STYLES = 64_000
"""Cell styles of a workbook: Excel's own maximum."""
NUMBER_FORMAT = 255
"""Characters of a number format: Excel's own maximum."""

# -- texts, JSON, XML and YAML

MESSAGE_LENGTH = 1_000
"""Characters of one error message that wraps over several lines. The longest of QuickBooks has about 500."""
MESSAGE_LINES = 30
"""Lines of one error message. In a window of 20 characters, the longest of QuickBooks would wrap to 25."""
JSON_KEYS = 10_000
"""Keys of one JSON object. A record of the API has about 60."""
RESPONSES = 50_000
"""qbXML responses in one file. A night's log has one for each transaction that was sent."""
YAML_VALUES = 100_000
"""Values of one YAML file. 10,000 waivers have about 80,000."""
YAML_DEPTH = 60
"""YAML values within one another. A condition of a rule has about 10."""
MISTAKES = 100
"""Mistakes of one file that are listed. No one reads more at a time."""
QUOTED = 60
"""Characters of a value that a message quotes."""

# -- the page

DROPPED_FILE_SIZE = 200 << 20
"""Bytes of one file that is dropped on the page. The largest by hand that we know, two years of transactions as .csv, has 60 MB."""
DROPPED_FILES = 500
"""Files that are dropped at once, those in a .zip too. An export by hand has a dozen; a ServiceTitan folder with pages has 200."""
ACCOUNT_FILES = 2_000
"""Files of one company on the page."""
ACCOUNT_SIZE = 2 << 30
"""Bytes of all files of one company on the page, without those that were replaced."""
JSON_BODY = 1 << 20
"""Bytes of a request to the local API that isn't an upload. All answers together have a few thousand."""

# -- audits

ACCOUNT_SECONDS = 600
"""Seconds for one account of an audit; the largest that we measured takes 80."""
ACCOUNT_MEMORY = 6 << 30
"""Bytes of address space for the process that checks an account; the largest that we measured takes 2.8 GB of memory."""
