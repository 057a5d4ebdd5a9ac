"""The files that a tool reads and writes, relative to one working directory as on the real host."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import stat
import sys
import time
from collections.abc import Callable, Mapping
from io import FileIO
from typing import NamedTuple

LARGEST = 16 * 1024 * 1024
"""More than this is no key and no configuration: a device that never ends, or the wrong file."""
PATIENCE = 3.0
"""Seconds that a named pipe may be without anybody at its other end."""

_CHUNK = 1 << 16
_IN_PLACE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY)
"""What a folder says in which no file can be made or replaced."""


class Files:
    """One host's working directory. A path that a user types is taken from there unless it is absolute.

    ``confined``: no path leads out of the directory, whatever a log may say; only ``/dev/null`` is everywhere.
    """

    def __init__(self, directory: str = "", *, confined: bool = False) -> None:
        self.directory = directory
        self.confined = confined
        self._roots = [directory]
        """The folders out of which no path leads when it is confined."""

    def locate(self, path: str) -> str:
        """The path that the operating system is asked for. Raises ``OSError`` for what can be no path."""
        if "\0" in path:
            raise _error(errno.EINVAL, path)
        # The console speaks UTF-8 whatever the locale; the bytes that were typed are those of the name.
        try:
            path = os.fsdecode(path.encode("utf-8", "surrogateescape"))
        except UnicodeEncodeError:  # half a surrogate pair, as an escape in JSON can write it
            raise _error(errno.EINVAL, path) from None
        target = os.path.join(self.directory, path) if self.directory else path
        if self.confined and not self._is_inside(target):
            raise _error(errno.EACCES if os.path.lexists(target) else errno.ENOENT, path)
        return target

    def _is_inside(self, target: str) -> bool:
        if target == os.devnull:
            return True
        real = os.path.realpath(target)
        roots = map(os.path.realpath, self._roots)
        return any(real == root or real.startswith(os.path.join(root, "")) for root in roots)

    def same(self, one: str, other: str) -> bool:
        """Whether the two paths, of which neither has to be there, lead to one file. Raises ``OSError``."""
        return os.path.realpath(self.locate(one)) == os.path.realpath(self.locate(other))

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises ``OSError``, also for more than ``LARGEST`` bytes, for a pipe that nobody fills, and
        for the one to which this process writes."""
        with open(self.locate(path), "rb", buffering=0, opener=_open_at_once) as stream:
            status = os.fstat(stream.fileno())
            if stat.S_ISFIFO(status.st_mode) and _own_output(status) is not None:
                raise _error(errno.EDEADLK, path)  # nothing would ever come but what this process says
            return _read(stream, path)

    def write(self, path: str, data: bytes) -> None:
        """Write the file, replacing one that is there; its mode stays, and its owner where that is allowed.

        The new content stands beside the old one until it is whole, so that a full disk leaves the old file intact.
        In a folder that takes no new file, and to what is no regular file (a device, a pipe), it is written through.
        Raises ``OSError``.
        """
        self.write_all({path: data})

    def write_all(self, contents: Mapping[str, bytes]) -> None:
        """Write several files, as ``write`` does, or none of them: each is whole beside its old content before the
        first is replaced, and devices and pipes, which cannot be undone, come before files. Raises ``OSError``, whose
        ``filename`` is the path that could not be written."""
        staged: list[tuple[str, _Staged]] = []
        path = ""
        try:
            # A pipe may wait for its reader: nothing lies beside a file meanwhile.
            for path in sorted(contents, key=lambda path: _is_plain(self.locate(path))):
                staged.append((path, _stage(self.locate(path), contents[path])))
            while staged:
                path, one = staged.pop(0)
                one.commit()
        except OSError as problem:
            raise OSError(problem.errno, problem.strerror, path) from problem
        finally:
            for _, one in staged:
                one.discard()


class _Staged(NamedTuple):
    """A file that is ready to be written. One of the two is called, once, and leaves nothing lying about."""

    commit: Callable[[], None]
    discard: Callable[[], None]


def _is_plain(target: str) -> bool:
    """Whether a draft beside it takes the target's place: it is a file, or nothing yet."""
    return not os.path.exists(target) or os.path.isfile(target)


def _stage(target: str, data: bytes) -> _Staged:
    try:
        status = os.stat(target)
    except FileNotFoundError:
        if not os.path.basename(target):
            raise
        return _beside(os.path.realpath(target), data, None)
    own = _own_output(status)
    if own is not None:
        return _Staged(lambda: _append(own, data), _nothing)
    if not stat.S_ISREG(status.st_mode):
        through = _open_through(target)
        return _Staged(lambda: _write(through, data), lambda: os.close(through))
    # Asks whether this user may write it: a folder's permission to replace it is not enough.
    os.close(os.open(target, os.O_WRONLY | os.O_CLOEXEC))
    try:
        return _beside(os.path.realpath(target), data, status)
    except OSError as problem:
        if problem.errno not in _IN_PLACE:
            raise
        return _Staged(lambda: _write_over(target, data), _nothing)


def _nothing() -> None:
    """There is nothing to discard."""


def _append(own: int, data: bytes) -> None:
    if sys.stdout:
        sys.stdout.flush()
    _write(os.dup(own), data)


def _write_over(target: str, data: bytes) -> None:
    _write(os.open(target, os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC), data)


def _error(number: int, path: str) -> OSError:
    return OSError(number, os.strerror(number), path)


def _open_at_once(path: str, flags: int) -> int:
    """A named pipe opens without waiting for somebody at its other end."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)


def _read(stream: FileIO, path: str) -> bytes:
    data = bytearray()
    came = not stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)
    waiting = select.poll()
    waiting.register(stream, select.POLLIN)
    end = time.monotonic() + PATIENCE
    while True:
        chunk: bytes | None = stream.read(_CHUNK)
        if chunk is None:
            # Somebody holds the other end and has said nothing yet.
            waiting.poll()
        elif chunk:
            data += chunk
            if len(data) > LARGEST:
                raise _error(errno.EFBIG, path)
        elif came or data:
            return bytes(data)
        elif (left := end - time.monotonic()) <= 0:
            raise _error(errno.ETIMEDOUT, path)
        else:
            came = bool(waiting.poll(left * 1000))


def _own_output(status: os.stat_result) -> int | None:
    """The descriptor by which this process itself writes to that file: its log is neither replaced nor cut."""
    for descriptor in (1, 2):
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(descriptor), status):
                return descriptor
    return None


def _open_through(target: str) -> int:
    """A device or a pipe, opened. A named pipe gets some time to find its reader."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            descriptor = os.open(target, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        except OSError as problem:
            if problem.errno != errno.ENXIO or time.monotonic() > end or not stat.S_ISFIFO(os.stat(target).st_mode):
                raise
            time.sleep(0.02)
        else:
            os.set_blocking(descriptor, True)
            return descriptor


def _write(descriptor: int, data: bytes) -> None:
    with open(descriptor, "wb") as stream:
        stream.write(data)


def _beside(target: str, data: bytes, old: os.stat_result | None) -> _Staged:
    """The content in a file of its own in the target's folder, with the mode and owner of the one that is there."""
    draft = os.path.join(os.path.dirname(target), f".hsmshell-{os.getpid()}-{os.urandom(4).hex()}.part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600 if old else 0o666)
    try:
        _write(descriptor, data)
        if old:
            with contextlib.suppress(OSError):
                os.chown(draft, old.st_uid, old.st_gid)
            os.chmod(draft, stat.S_IMODE(old.st_mode) & 0o777)
    except BaseException:
        os.unlink(draft)
        raise
    return _Staged(lambda: _replace(draft, target, data, old), lambda: _remove(draft))


def _replace(draft: str, target: str, data: bytes, old: os.stat_result | None) -> None:
    try:
        os.replace(draft, target)
    except OSError as problem:
        _remove(draft)
        if old is None or problem.errno not in _IN_PLACE:
            raise
        _write_over(target, data)


def _remove(draft: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(draft)
