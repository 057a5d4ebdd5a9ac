"""A file that is written at the end of a long session: whether it can be is known before the beginning."""

from __future__ import annotations

import contextlib
import os
from types import TracebackType

from hsmshell.cli.settings import WrongUsage


class KeptFile:
    """A file for its owner alone, that is replaced as a whole or not at all.

    An empty draft beside it keeps the place; it goes with the block.
    """

    def __init__(self, path: str, *, replace: bool = False) -> None:
        """Raises ``WrongUsage`` when the file is there and is not to be replaced."""
        self.path = path
        self._draft = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.part")
        if os.path.isdir(path) or not os.path.basename(path):
            raise WrongUsage(f"{path} is a folder; name a file in it")
        if os.path.lexists(path) and not replace:
            raise WrongUsage(f"there is {path} already; name another file, or replace it with --force")

    def __enter__(self) -> KeptFile:
        """Raises ``WrongUsage`` when nothing can be written there."""
        try:
            os.close(self._open(os.O_EXCL))
        except FileExistsError:
            raise WrongUsage(
                f"{self._draft} is there: a session is writing it, or was killed; name another file, or remove that one"
            ) from None
        except OSError as problem:
            raise WrongUsage(f"{self.path}: {problem.strerror}; name a file that can be written") from None
        return self

    def write(self, text: str) -> None:
        """Put the text where the file is, in the place of what was there. Raises ``OSError``."""
        with os.fdopen(self._open(os.O_TRUNC), "w", encoding="utf-8", errors="surrogateescape", newline="") as stream:
            stream.write(text)
        os.replace(self._draft, self.path)

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            os.unlink(self._draft)

    def _open(self, how: int) -> int:
        return os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | how, 0o600)
