"""Where transcripts come from: a file's text, and the lab that it starts in."""

from __future__ import annotations

import os
import shutil

from hsmshell.engine.errors import LabError
from hsmshell.engine.lab import DATABASE, HISTORY, Lab
from hsmshell.engine.services import Services
from hsmshell.transcript.log import Document, parse
from hsmshell.transcript.markdown import front_matter, is_markdown
from hsmshell.transcript.runner import LabFactory

ENDING = ".transcript"


def load(text: str, path: str, scenario: str = "", match: str = "fold") -> Document:
    """The document of a file with that text, which knows what lab it wants.

    That is what its directive names, else its front matter, else ``scenario``.
    """
    document = parse(text, path, match)
    first, *others = document.sections
    front = front_matter(text).get("scenario", "") if is_markdown(path) else ""
    return document._replace(sections=(first._replace(lab=first.lab or front or scenario), *others))


def is_lab(path: str) -> bool:
    """Whether a lab lies in that directory."""
    return os.path.isfile(os.path.join(path, DATABASE))


class CopiesOf:
    """Gives a copy of one existing lab where a document wants that lab, by its directory; else what others make."""

    def __init__(self, source: str, otherwise: LabFactory, services: Services | None = None) -> None:
        self._source = source
        self._otherwise = otherwise
        self._services = services

    def __call__(self, directory: str, scenario: str) -> Lab:
        if scenario != self._source:
            return self._otherwise(directory, scenario)
        if not is_lab(self._source):
            raise LabError(f"there is no lab at {self._source}; make it with: hsmshell --lab DIR lab init")
        try:
            # What somebody has typed there is nobody else's.
            ignored = shutil.ignore_patterns(f"{HISTORY}*")
            shutil.copytree(self._source, directory, dirs_exist_ok=True, ignore=ignored)
        except OSError as problem:  # shutil.Error is one, without a reason of its own
            reason = problem.strerror or "not every file can be copied"
            raise LabError(f"{self._source}: {reason}; name a lab that you may read") from None
        return Lab.open(directory, self._services)
