"""`python -m exportready` is the command `exportready`."""

import sys

from exportready.cli import main

sys.exit(main())
