"""One exception class per return code.

The names are those of PKCS#11 wherever it has one; the others name the situation. A tool turns a class into its
vendor's text and code.
"""

from hsmshell.engine.errors.appliance import *  # noqa: F403
from hsmshell.engine.errors.base import *  # noqa: F403
from hsmshell.engine.errors.cluster import *  # noqa: F403
from hsmshell.engine.errors.lab import *  # noqa: F403
from hsmshell.engine.errors.pkcs11 import *  # noqa: F403
