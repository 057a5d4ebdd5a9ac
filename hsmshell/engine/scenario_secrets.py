"""The passwords that a scenario gives away, by an address that says whose each is and nothing of what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hsmshell.engine.scenario_entries import Table

PIN_ROLES = {"crypto_officer_pin": "", "crypto_user_pin": "/crypto_user", "security_officer_pin": "/security_officer"}
"""A partition's entries, and what stands behind its label in an address; nothing for the Crypto Officer."""


def secrets_of(scenario: Table) -> Mapping[str, str]:
    """Addresses and passwords: ``user:NAME``, ``user:CLUSTER/NAME``, ``pin:LABEL``, ``pin:LABEL/crypto_user``.

    Where two have one address it is the first one's. A table that is no list of tables has no passwords.
    """
    result: dict[str, str] = {}
    for address, secret in _all(scenario):
        if isinstance(secret, str) and secret:
            result.setdefault(address, secret)
    return result


def _all(scenario: Table) -> Iterator[tuple[str, object]]:
    for number, cluster in enumerate(_tables(scenario, "cluster"), start=1):
        for user in _tables(cluster, "user"):
            yield f"user:{user.get('name', '')}", user.get("password")
            yield f"user:{cluster.get('name', f'cluster{number}')}/{user.get('name', '')}", user.get("password")
    for appliance in _tables(scenario, "appliance"):
        for partition in _tables(appliance, "partition"):
            for entry, role in PIN_ROLES.items():
                yield f"pin:{partition.get('label', '')}{role}", partition.get(entry)


def _tables(table: Table, name: str) -> list[Table]:
    entries = table.get(name)
    return [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []
