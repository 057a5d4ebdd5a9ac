"""What the tests of all rooms share: labs, a supply of RSA keys, and the programs that judge our work."""

from __future__ import annotations

import base64
import functools
import itertools
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from hsmshell.console import Context, Files, Generation
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.asymmetric import generate_in
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.domain import Domain, decode_domain
from hsmshell.engine.lab import Lab
from hsmshell.engine.scenario import create_lab, shipped
from hsmshell.engine.services import Services, generate_dsa_domain, generate_rsa

KEYS = Path(__file__).parent / "data" / "rsa"
"""RSA keys made for these tests with openssl; they protect nothing."""

DOMAIN = KEYS.parent / "dsa-2048.pem"
"""DSA domain parameters made for these tests with openssl."""

NOON = 1_511_870_400.0
"""When the tests' labs live: 2017-11-28 12:00 UTC, the year of the guide."""


MISSING_JUDGE = "needs "
"""A skip for want of a program gives a reason that begins so."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--require-judges", action="store_true", help="fail, rather than skip, where a judge is missing")


class Judges:
    """Sees to all tests, also to the transcripts, which do not lie below this folder."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        report = yield
        if report.skipped and item.config.getoption("--require-judges") and isinstance(report.longrepr, tuple):
            reason = str(report.longrepr[2]).removeprefix("Skipped: ")
            if reason.startswith(MISSING_JUDGE):
                report.outcome = "failed"
                report.longrepr = f"{reason}, and --require-judges was given"
        return report


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Judges(), "judges")


def pytest_hsmshell_services(config: pytest.Config) -> Services:
    """The transcripts take their RSA keys from the pool, too."""
    return pooled_services()


def private_key(path: Path) -> bytes:
    """What is in a PEM file: of a key, its PKCS#8 DER."""
    lines = path.read_text("ascii").splitlines()
    return base64.b64decode("".join(line for line in lines if not line.startswith("-")))


def pooled_services() -> Services:
    """Services whose common RSA keys come from the pool, each time the next one, and whose common domain parameters are
    always the same; other sizes are really made."""
    pool = itertools.cycle([private_key(path) for path in sorted(KEYS.glob("*.pem"))])

    def rsa_key(bits: int, exponent: int) -> bytes:
        return next(pool) if (bits, exponent) == (2048, 65537) else generate_rsa(bits, exponent)

    def dsa_domain(bits: int) -> Domain:
        return decode_domain(private_key(DOMAIN), KeyType.DSA) if bits == 2048 else generate_dsa_domain(bits)

    def dsa_key(bits: int) -> bytes:
        return generate_in(dsa_domain(bits), KeyType.DSA)

    return Services(clock=lambda: NOON, rsa_key=rsa_key, dsa_key=dsa_key, dsa_domain=dsa_domain)


@pytest.fixture
def services() -> Services:
    """The engine's sources, quick and with a clock that stands."""
    return pooled_services()


@pytest.fixture(scope="session")
def migration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a lab from the scenario migration; nobody opens it, everybody copies it."""
    directory = tmp_path_factory.mktemp("migration") / "lab"
    # The cheapest scrypt: a suite logs in thousands of times, and what hashing costs has a test of its own.
    source = next(one.path for one in shipped() if one.name == "migration")
    scenario = directory.parent / "migration.toml"
    scenario.write_text(Path(source).read_text("utf-8").replace("password_cost = 4096", "password_cost = 2"))
    create_lab(str(directory), str(scenario), services=pooled_services()).close()
    return directory


@pytest.fixture
def lab_directory(migration: Path, tmp_path: Path) -> Path:
    """A lab of the test's own that nobody has opened."""
    directory = tmp_path / "lab"
    shutil.copytree(migration, directory)
    return directory


@pytest.fixture
def lab(lab_directory: Path, services: Services) -> Iterator[Lab]:
    """A lab of the test's own, open."""
    opened = Lab.open(str(lab_directory), services)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def made_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The directory of a lab from a scenario's text, which is made once; nobody opens it, everybody copies it."""

    @functools.cache
    def make(scenario: str) -> Path:
        directory = tmp_path_factory.mktemp("scenario")
        path = directory / "scenario.toml"
        path.write_text(scenario)
        create_lab(str(directory / "lab"), str(path), services=pooled_services()).close()
        return directory / "lab"

    return make


@pytest.fixture
def lab_from(made_of: Callable[[str], Path], tmp_path: Path, services: Services) -> Iterator[Callable[[str], Lab]]:
    """Makes a lab from a scenario's text."""
    labs: list[Lab] = []

    def make(scenario: str) -> Lab:
        directory = tmp_path / "own lab"
        shutil.copytree(made_of(scenario), directory)
        labs.append(Lab.open(str(directory), services))
        return labs[-1]

    yield make
    for lab in labs:
        lab.close()


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """An empty working directory."""
    directory = tmp_path / "work"
    directory.mkdir()
    return directory


@pytest.fixture
def context(lab: Lab, tmp_path: Path) -> Callable[..., Context]:
    """Makes what a tool is given: the test's lab, the answers that it will type, and the test's directory for files."""

    def make(answers: Sequence[str] = (), generation: Generation = Generation.CLASSIC) -> Context:
        return Context(lab, ScriptedConsole(answers), Files(str(tmp_path)), generation)

    return make


@pytest.fixture
def judge() -> Callable[[str], str]:
    """Finds a program that judges our work; without it the test is skipped, or fails under ``--require-judges``."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            pytest.skip(f"needs {name}")
        return path

    return find
