"""The passwords that a scenario gives away, by an address that says whose each is and nothing of what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hsmshell.engine.scenario_entries import Table

PIN_ROLES = {"crypto_officer_pin": "", "crypto_user_pin": "/crypto_user", "security_officer_pin": "/security_officer"}
"""A partition's entries, and what stands behind its label in an address; nothing for the Crypto Officer."""

HSM_SECRETS = {"security_officer_pin": "", "auditor_pin": "/auditor", "cloning_domain": "/cloning_domain"}
"""An appliance's entries, and what stands behind its name in an address; nothing for the security officer."""


def secrets_of(scenario: Table) -> Mapping[str, str]:
    """Addresses and passwords: ``user:NAME``, ``user:CLUSTER/NAME``, ``pin:LABEL``, ``pin:LABEL/crypto_user``, and
    with an appliance's name ``hsm:NAME``, ``hsm:NAME/auditor``, ``hsm:NAME/cloning_domain``.

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
    for number, appliance in enumerate(_tables(scenario, "appliance"), start=1):
        for entry, role in HSM_SECRETS.items():
            yield f"hsm:{appliance.get('name', f'appliance{number}')}{role}", appliance.get(entry)
        for partition in _tables(appliance, "partition"):
            for entry, role in PIN_ROLES.items():
                yield f"pin:{partition.get('label', '')}{role}", partition.get(entry)


def _tables(table: Table, name: str) -> list[Table]:
    entries = table.get(name)
    return [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []
