"""What ``Files`` reads and writes when the file is large, endless, a pipe, protected, or this process's own log."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hsmshell.console import files as module
from hsmshell.console.files import LARGEST, Files

permissions_count = pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(str(tmp_path))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.2)


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A folder in which no file can be made."""
    folder = tmp_path / "read only"
    folder.mkdir()
    (folder / "file").write_bytes(b"old content")
    folder.chmod(0o500)
    yield folder
    folder.chmod(0o700)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# reading


def test_the_largest_file_is_read(files: Files, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * LARGEST)
    assert len(files.read("large")) == LARGEST


@pytest.mark.parametrize("size", [LARGEST + 1, 1 << 40])
def test_a_larger_one_is_not(files: Files, tmp_path: Path, size: int) -> None:
    with (tmp_path / "large").open("wb") as stream:
        stream.truncate(size)
    with pytest.raises(OSError) as caught:
        files.read("large")
    assert (caught.value.errno, caught.value.filename) == (errno.EFBIG, "large")


def test_an_endless_device_ends(files: Files) -> None:
    with pytest.raises(OSError) as caught:
        files.read("/dev/zero")
    assert caught.value.errno == errno.EFBIG
    assert files.read("/dev/null") == b""


def test_a_folder_is_no_file(files: Files) -> None:
    with pytest.raises(IsADirectoryError):
        files.read("")


def test_a_pipe_that_nobody_fills(files: Files, pipe: Path, impatient: None) -> None:
    with pytest.raises(TimeoutError):
        files.read("pipe")


@pytest.mark.parametrize("data", [b"", b"content", b"x" * 1_000_000])
def test_a_pipe_with_a_writer(files: Files, pipe: Path, data: bytes) -> None:
    thread = threading.Thread(target=pipe.write_bytes, args=(data,))
    thread.start()
    assert files.read("pipe") == data
    thread.join()


def test_a_writer_may_take_longer_than_one_waits_for_one(files: Files, pipe: Path, impatient: None) -> None:
    child = subprocess.Popen(["sh", "-c", f"exec >'{pipe}'; sleep 0.6; echo late"])
    descriptor = os.open(pipe, os.O_RDONLY)  # returns when the writer is there
    assert files.read("pipe") == b"late\n"
    os.close(descriptor)
    assert child.wait() == 0


def test_a_name_that_has_no_bytes(files: Files) -> None:
    for action in (files.read, lambda name: files.write(name, b"content")):
        with pytest.raises(OSError) as caught:
            action("\ud800")
        assert caught.value.errno == errno.EINVAL


def test_the_pipe_to_which_this_process_writes(tmp_path: Path) -> None:
    script = "from hsmshell.console.files import Files\nFiles().read('/dev/stdout')"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60)
    assert os.strerror(errno.EDEADLK).encode() in ended.stderr


def test_a_process_substitution(files: Files) -> None:
    script = "import sys; from hsmshell.console.files import Files; print(Files().read(sys.argv[1]))"
    line = f'"{sys.executable}" -c "{script}" <(sleep 0.3; echo key)'
    assert subprocess.run(["bash", "-c", line], capture_output=True, text=True).stdout == "b'key\\n'\n"


# writing


@pytest.mark.parametrize("umask, expected", [(0o022, 0o644), (0o077, 0o600)])
def test_a_new_file_gets_the_umasks_mode(files: Files, tmp_path: Path, umask: int, expected: int) -> None:
    before = os.umask(umask)
    try:
        files.write("new", b"content")
    finally:
        os.umask(before)
    assert (tmp_path / "new").read_bytes() == b"content"
    assert mode(tmp_path / "new") == expected
    assert names(tmp_path) == ["new"]


@pytest.mark.parametrize("old", [0o600, 0o640, 0o666])
def test_a_replaced_file_keeps_its_mode(files: Files, tmp_path: Path, old: int) -> None:
    target = tmp_path / "old"
    target.write_bytes(b"old")
    target.chmod(old)
    files.write("old", b"new")
    assert (target.read_bytes(), mode(target)) == (b"new", old)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_replaced_file_keeps_its_owner(files: Files, tmp_path: Path) -> None:
    target = tmp_path / "old"
    target.write_bytes(b"old")
    os.chown(target, 4321, 1234)
    files.write("old", b"new")
    status = target.stat()
    assert (target.read_bytes(), status.st_uid, status.st_gid) == (b"new", 4321, 1234)


@permissions_count
def test_a_protected_file_is_not_replaced(files: Files, tmp_path: Path) -> None:
    target = tmp_path / "old"
    target.write_bytes(b"old")
    target.chmod(0o444)
    with pytest.raises(PermissionError):
        files.write("old", b"new")
    assert (target.read_bytes(), mode(target), names(tmp_path)) == (b"old", 0o444, ["old"])


@permissions_count
def test_a_file_in_a_read_only_folder_is_written_in_place(read_only: Path) -> None:
    number = (read_only / "file").stat().st_ino
    Files(str(read_only)).write("file", b"new")
    assert (read_only / "file").read_bytes() == b"new"
    assert (read_only / "file").stat().st_ino == number
    with pytest.raises(PermissionError):
        Files(str(read_only)).write("other", b"new")
    assert names(read_only) == ["file"]


def test_a_file_that_cannot_be_replaced_is_written_in_place(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(source: str, target: str) -> None:
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))

    (tmp_path / "mounted").write_bytes(b"old content")
    monkeypatch.setattr(os, "replace", busy)
    files.write("mounted", b"new")
    assert (tmp_path / "mounted").read_bytes() == b"new"
    assert names(tmp_path) == ["mounted"]


def test_the_longest_name(files: Files, tmp_path: Path) -> None:
    name = "n" * os.pathconf(tmp_path, "PC_NAME_MAX")
    files.write(name, b"one")
    files.write(name, b"two")
    assert files.read(name) == b"two"
    with pytest.raises(OSError) as caught:
        files.write(name + "n", b"")
    assert caught.value.errno == errno.ENAMETOOLONG


@pytest.mark.parametrize("name", ["", ".", "missing/", "missing/file"])
def test_what_is_no_files_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("", str(tmp_path)):
        with pytest.raises(OSError):
            Files(folder).write(name, b"content")
    assert names(tmp_path) == []


FULL = """
import resource, signal, sys
from hsmshell.console.files import Files
resource.setrlimit(resource.RLIMIT_FSIZE, (4, 4))
try:
    Files(sys.argv[1]).write(sys.argv[2], b"new content")
except OSError:
    sys.exit(3)
"""


@pytest.mark.parametrize("before", [["old"], []])
def test_a_disk_that_takes_no_more(tmp_path: Path, before: list[str]) -> None:
    for name in before:
        (tmp_path / name).write_bytes(b"old content")
    assert subprocess.run([sys.executable, "-c", FULL, str(tmp_path), "old"]).returncode == 3
    assert names(tmp_path) == before
    for name in before:
        assert (tmp_path / name).read_bytes() == b"old content"


def test_a_link_stays(files: Files, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder/file")
    for data in (b"made", b"replaced"):
        files.write("link", data)
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "folder" / "file").read_bytes() == data
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OSError):
        files.write("loop", b"")
    assert names(tmp_path / "folder") == ["file"]


# what is no regular file


def test_devices_are_written_through(files: Files) -> None:
    files.write("/dev/null", b"content")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    with pytest.raises(OSError) as caught:
        files.write("/dev/full", b"content")
    assert caught.value.errno == errno.ENOSPC


def test_a_pipe_without_a_reader(files: Files, pipe: Path, impatient: None) -> None:
    with pytest.raises(OSError) as caught:
        files.write("pipe", b"content")
    assert caught.value.errno == errno.ENXIO


def test_a_pipe_with_a_reader(files: Files, pipe: Path) -> None:
    child = subprocess.Popen(["sh", "-c", "sleep 0.3; exec cat pipe >copy"], cwd=pipe.parent)
    data = b"x" * 1_000_000
    files.write("pipe", data)
    assert child.wait() == 0
    assert (pipe.parent / "copy").read_bytes() == data
    assert stat.S_ISFIFO(pipe.stat().st_mode)


OWN = """
import sys
from hsmshell.console.files import Files
print("before")
for name in sys.argv[1:]:
    Files().write(name, b"content\\n")
print("after")
"""


@pytest.mark.parametrize("redirection", ["> log", ">> log", "2> log 1>&2"])
@pytest.mark.parametrize("target", ["/dev/stdout", "/dev/stderr", "log", "link"])
def test_the_own_log_goes_on(tmp_path: Path, redirection: str, target: str) -> None:
    (tmp_path / "link").symlink_to("log")
    (tmp_path / "own.py").write_text(OWN)
    line = f'"{sys.executable}" own.py {target} {redirection}'
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    result = subprocess.run(["sh", "-c", line], cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
    written = (tmp_path / "log").read_text()
    if target == "/dev/stderr" and "2>" not in redirection:
        assert (written, result.stderr) == ("before\nafter\n", b"content\n")
    else:
        assert written == "before\ncontent\nafter\n"
