"""Names, addresses and serial numbers of what is added to a lab after its scenario."""

from __future__ import annotations

from collections.abc import Iterator

from hsmshell.engine.errors import LabError
from hsmshell.engine.lab import Lab
from hsmshell.engine.records import Container, Device

NAME_LENGTH = 64
"""The longest name of a cluster; ours."""

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_IDENTIFIER_LENGTH = 11
_SERIAL = "3.0A0101-ICM"
"""What serial numbers begin with, as in published samples; six digits follow."""


def new_identifier(lab: Lab, prefix: str) -> str:
    """An id as the service gives them: the prefix, a dash and 11 letters and digits."""
    letters = lab.services.random_bytes(_IDENTIFIER_LENGTH)
    return f"{prefix}-" + "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in letters)


def check_name(lab: Lab, name: str) -> None:
    """Raise ``LabError`` unless a new cluster may have the name."""
    if not name.isprintable() or " " in name or not 1 <= len(name) <= NAME_LENGTH or name.startswith("-"):
        raise LabError(f"no cluster can be named {name!r}; choose up to {NAME_LENGTH} characters without blanks")
    if lab.store.has_device(name):
        raise LabError(f"{name} is the name of something else in this lab; choose another one")


def is_region(text: str) -> bool:
    """Whether it looks like a region."""
    return text.isascii() and text == text.lower() and all(part.isalnum() for part in text.split("-"))


def check_region(region: str) -> None:
    """Raise ``LabError`` unless it looks like a region."""
    if not is_region(region):
        raise LabError(f"{region!r} is no region; name one like us-east-1")


def require_free_address(lab: Lab, address: str) -> None:
    """Raise ``LabError`` for what is no IPv4 address, or another HSM's."""
    import ipaddress

    try:
        ipaddress.IPv4Address(address)
    except ValueError:
        raise LabError(f"{address!r} is no IPv4 address; give one like 10.0.2.9") from None
    for cluster, node in _hsms(lab):
        if node.address == address:
            raise LabError(f"{address} is the address of {node.name} of {cluster.name}; choose another one")


def free_address(lab: Lab, cluster: Device, number: int) -> str:
    """An address that no HSM of the lab has: a subnet for each node of each cluster, in the order of their making."""
    taken = {node.address for _, node in _hsms(lab)}
    place = [one.id for one in lab.store.devices("cluster")].index(cluster.id)
    candidates = (f"10.{place % 256}.{(number + 2) % 256}.{host}" for host in range(9, 255))
    for address in candidates:
        if address not in taken:
            return address
    raise LabError("no address is free for the HSM; give one with --address")


def new_serial(lab: Lab) -> str:
    """A serial number that no HSM of the lab has had."""
    numbers = [node.serial.removeprefix(_SERIAL) for _, node in _hsms(lab) if node.serial.startswith(_SERIAL)]
    highest = max((int(number) for number in numbers if number.isascii() and number.isdigit()), default=0)
    return f"{_SERIAL}{lab.store.next_number('lab', 'serial', highest + 1):06}"


def _hsms(lab: Lab) -> Iterator[tuple[Device, Container]]:
    """The HSMs of all clusters of the lab."""
    for cluster in lab.store.devices("cluster"):
        for node in lab.store.containers(cluster.id):
            yield cluster, node
