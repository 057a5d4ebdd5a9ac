"""A large cluster, made in little time."""

from __future__ import annotations

from pathlib import Path

from hsmshell.engine.attributes import KeyType
from hsmshell.engine.cluster import KeySpec
from hsmshell.engine.cluster.lifecycle import add_container
from hsmshell.engine.lab import Lab
from hsmshell.engine.scenario import create_lab
from hsmshell.engine.services import Services

_ONE_HSM = """
password_cost = {cost}
[[cluster]]
name = "large"
  [[cluster.hsm]]
  id = "hsm-large000000"
  address = "10.0.0.1"
  [[cluster.user]]
  id = 1
  type = "CO"
  name = "admin"
  password = "admin1234"
  [[cluster.user]]
  id = 2
  type = "AU"
  name = "app_user"
  [[cluster.user]]
  id = 3
  type = "CU"
  name = "crypto_user"
  password = "user1234"
  [[cluster.user]]
  id = 4
  type = "CU"
  name = "bob"
  password = "user1234"
"""


def large_lab(directory: str, hsms: int, keys: int, *, cost: int = 2, services: Services | None = None) -> Lab:
    """A lab of one cluster. The keys are crypto_user's, and bob shares every other one; all HSMs have all of them.

    The first HSM makes the keys and the others are filled from it, as new HSMs are. ``cost`` is scrypt's n.
    """
    scenario = Path(f"{directory}.toml")
    scenario.write_text(_ONE_HSM.format(cost=cost))
    lab = create_lab(directory, str(scenario), services=services or Services())
    scenario.unlink()
    cluster = lab.cluster()
    session = cluster.login("CU", "crypto_user", "user1234", cluster.nodes()).session
    assert session is not None
    with lab.store.transaction():
        for number in range(keys):
            spec = KeySpec(f"key {number}", shares=(4,) if number % 2 else ())
            cluster.generate_secret_key(session, KeyType.AES, 32, spec)
        (first,) = cluster.nodes()
        for number in range(1, hsms):
            add_container(lab, cluster.device, number, f"10.0.{number}.1", first)
    cluster.logout(session)
    return lab
