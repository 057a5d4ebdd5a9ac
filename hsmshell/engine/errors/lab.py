"""What is wrong with a lab, or with what it is to be made of."""

from __future__ import annotations


class LabError(Exception):
    """The lab itself cannot be used. The message is ours: one sentence, what is wrong and what to do next."""


class LabMissing(LabError):
    """There is no lab in that directory."""


class LabForeign(LabError):
    """The database in that directory belongs to another program."""


class LabExists(LabError):
    """There is a lab in that directory already."""


class LabConflict(LabError):
    """Two entries of a lab claim the same number or name."""


class ScenarioError(LabError):
    """A scenario file is not one; the message names the file and the entry."""
