"""`python -m rms.local COMMAND ...`, which `./dev` runs once the packages are installed."""

import sys

from rms.local.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
