"""The simulated host's own files: read from the lab first, written nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from hsmshell.console import host_files
from hsmshell.console.host_files import HostFiles


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands for the real host's folder, with one file in it."""
    folder = tmp_path / "real"
    (folder / "etc").mkdir(parents=True)
    (folder / "etc" / "a.cfg").write_bytes(b"real")
    monkeypatch.setattr(host_files, "OWN", str(folder))
    return folder


@pytest.fixture
def files(tmp_path: Path, real: Path) -> HostFiles:
    work = tmp_path / "work"
    work.mkdir()
    (tmp_path / "lab").mkdir()
    return HostFiles(str(work), str(tmp_path / "lab"))


def test_a_real_file_is_read_and_never_written(files: HostFiles, real: Path) -> None:
    path = f"{real}/etc/a.cfg"
    assert files.read(path) == b"real"
    assert not files.has(path)
    files.write(path, b"ours")
    assert (files.read(path), files.has(path)) == (b"ours", True)
    assert (real / "etc" / "a.cfg").read_bytes() == b"real"


@pytest.mark.parametrize("form", ["{}/etc/../etc/a.cfg", "{}//etc/a.cfg", "/{}/etc/./a.cfg", "{}/new/../etc/a.cfg"])
def test_however_the_path_is_written(files: HostFiles, real: Path, form: str) -> None:
    files.write(form.format(real), b"ours")
    assert files.read(f"{real}/etc/a.cfg") == b"ours"
    assert (real / "etc" / "a.cfg").read_bytes() == b"real"


def test_other_files_are_those_of_the_working_directory(files: HostFiles, real: Path, tmp_path: Path) -> None:
    files.write("x", b"1")
    files.write(f"{tmp_path}/y", b"2")
    files.write(f"{real}/../z", b"3")
    files.write(f"{real}ly", b"4")
    assert (tmp_path / "work" / "x").read_bytes() == b"1"
    assert [(tmp_path / name).read_bytes() for name in ("y", "z", "really")] == [b"2", b"3", b"4"]
    assert not list((tmp_path / "lab").iterdir())


def test_what_the_lab_keeps_is_for_its_user_alone(files: HostFiles, real: Path, tmp_path: Path) -> None:
    files.write(f"{real}/deep/er/secret", b"x")
    place = Path(files.place(f"{real}/deep/er/secret"))
    assert place.stat().st_mode & 0o777 == 0o600
    while place != tmp_path / "lab" / "simulated-hosts":
        place = place.parent
        assert place.stat().st_mode & 0o777 == 0o700


def test_a_folder_is_no_file_to_write(files: HostFiles, real: Path) -> None:
    files.write(f"{real}/etc/b", b"x")
    for path in (f"{real}/etc", f"{real}/etc/", f"{real}/etc/b/"):
        with pytest.raises(IsADirectoryError):
            files.write(path, b"x")
    with pytest.raises(NotADirectoryError):
        files.write(f"{real}/etc/b/c", b"x")
    assert files.read(f"{real}/etc/b") == b"x"


def test_several_files_or_none(files: HostFiles, real: Path) -> None:
    with pytest.raises(OSError, match="nowhere") as caught:
        files.write_all({f"{real}/etc/a.cfg": b"ours", "nowhere/x": b"x"})
    assert caught.value.filename == "nowhere/x"
    assert files.read(f"{real}/etc/a.cfg") == b"real"


def test_a_failure_names_the_path_that_was_asked_for(files: HostFiles, real: Path) -> None:
    files.write(f"{real}/etc/a.cfg", b"ours")
    with pytest.raises(OSError, match="Invalid") as caught:
        files.write(f"{real}/etc/a\0", b"x")
    assert str(caught.value.filename) == f"{real}/etc/a\0"
