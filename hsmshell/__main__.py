"""``python -m hsmshell`` is the ``hsmshell`` command."""

import sys

from hsmshell.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
