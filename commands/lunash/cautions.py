"""The cautions: the first three are published word for word (CredHub's safety controls, Azure Dedicated HSM, Thales'
hsm factoryReset); the others are ours, in their style.
"""

from __future__ import annotations

TWO_ATTEMPTS = """\
Caution:  You have only TWO HSM Admin logins attempts left (including
          this one). If you fail two more consecutive login attempts
          (i.e. with no successful logins in between) the HSM will
          be ZEROIZED!!!
"""
LAST_ATTEMPT = """\
Caution:  This is your LAST available HSM Admin login attempt.
          If the wrong HSM Admin password is provided the HSM will
          be ZEROIZED!!!

          Type 'proceed' if you are certain you have the right
          HSM Admin login credentials or 'quit' to quit now.
"""
FACTORY_RESET = """\
CAUTION:  Are you sure you wish to reset this HSM to
          factory default settings? All data will be erased.

          Type 'proceed' to return the HSM to factory default, or
          'quit' to quit now.
"""
INITIALIZE = """\
CAUTION:  Are you sure you wish to initialize this HSM?

          Type 'proceed' to initialize the HSM, or
          'quit' to quit now.
"""
"""Its first line is published."""

_FORM = """\
CAUTION:  {question}
          {loss}

          Type 'proceed' to go on, or
          'quit' to quit now.
"""


def _caution(question: str, loss: str) -> str:
    return _FORM.format(question=question, loss=loss)


CHANGE_POLICY = _caution(
    "Are you sure you wish to change this HSM policy?", "All partitions and what is in them will be erased."
)
CHANGE_PARTITION_POLICY = _caution(
    "Are you sure you wish to change this partition policy?", "All objects in the partition will be erased."
)
DELETE_PARTITION = _caution("Are you sure you wish to delete this partition?", "All data in it will be erased.")
CLEAN_LOGS = _caution("Are you sure you wish to delete the log files?", "They cannot be brought back.")
CLEAR_FILES = _caution("Are you sure you wish to delete all of your files?", "They cannot be brought back.")
CLEAR_KEYS = _caution("Are you sure you wish to delete all of your public keys?", "They cannot be brought back.")
RESET_SERVICES = _caution(
    "Are you sure you wish to reset the configuration of all services?", "Factory settings take its place."
)
