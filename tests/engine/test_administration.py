"""An HSM behind its partitions: its security officer's tries, what is erased and when, partitions and policies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hsmshell.engine.access import Role
from hsmshell.engine.appliance import PairSpec
from hsmshell.engine.appliance.administration import Administration
from hsmshell.engine.appliance.policies import HsmPolicy, PartitionPolicy
from hsmshell.engine.attributes import KeyType
from hsmshell.engine.errors import (
    ArgumentsBad,
    ConfigFailsDependencies,
    HsmError,
    LicenseCapacityExceeded,
    OperationNotAllowed,
    PartitionExists,
    PartitionNotFound,
    PinIncorrect,
    PinLenRange,
    SlotIdInvalid,
    SoLoginFailureThreshold,
    UserAlreadyLoggedIn,
    UserLockedOut,
    UserNotLoggedIn,
    UserPinNotInitialized,
)
from hsmshell.engine.inventory import take
from hsmshell.engine.lab import DATABASE, Lab
from tests.engine.driving import PIN, open_partition

SO = Role.SECURITY_OFFICER
SO_PIN = "so-password"
"""The security officer's of the scenario migration."""

LUNA7 = """
password_cost = 2
[[appliance]]
name = "luna7"
profile = "luna7"
serial = "580538"
firmware = "7.3.0"
security_officer_pin = "so-password"
auditor_pin = "audit-password"
allow_masking = false
  [[appliance.partition]]
  slot = 0
  label = "part0"
  serial = "1580538000001"
  crypto_officer_pin = "password"
  security_officer_pin = "po-password"
    [[appliance.partition.object]]
    handle = 20
    type = "AES"
    size = 32
    label = "key"
"""


def officer(lab: Lab) -> Administration:
    """The HSM's security officer, logged in."""
    administration = Administration(lab.appliance())
    administration.login(SO, SO_PIN)
    return administration


def fail(act: Callable[[], object], error: type[HsmError], times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(error):
            act()


def materials(lab: Lab) -> list[bytes]:
    """Every key's bytes on the appliances of the lab."""
    with lab.store.reading():
        parts = [part for appliance in lab.appliances() for part in lab.store.containers(appliance.device.id)]
        items = [item for part in parts for item in lab.store.objects(part.id)]
        return [lab.store.material(item.material) for item in items if item.material]


# the security officer's tries


def test_the_third_wrong_pin_in_a_row_zeroizes_the_hsm(lab: Lab) -> None:
    administration = Administration(lab.appliance())
    fail(lambda: administration.login(SO, "wrong"), PinIncorrect, 2)
    assert administration.attempts_left() == 1
    administration.login(SO, SO_PIN)
    assert administration.attempts_left() == 3, "a right one sets the count back"
    fail(lambda: administration.login(SO, SO_PIN), UserAlreadyLoggedIn)
    administration.logout()
    fail(administration.logout, UserNotLoggedIn)
    fail(lambda: administration.login(SO, "wrong"), PinIncorrect, 2)
    fail(lambda: administration.login(SO, "wrong"), SoLoginFailureThreshold)
    assert administration.is_zeroized
    assert not administration.attempts_left()
    assert not administration.has_role(SO)
    assert lab.application().slots() == ()
    fail(lambda: administration.login(SO, SO_PIN), UserPinNotInitialized)
    assert lab.appliance().setting("label") == ""
    assert lab.appliance().device.secret == b""
    assert take(lab).appliances[0].name == "luna-sa5"


def test_tries_of_several_programs_count_together(lab_directory: Path, lab: Lab) -> None:
    other = Lab.open(str(lab_directory))
    fail(lambda: Administration(lab.appliance()).login(SO, "wrong"), PinIncorrect)
    fail(lambda: Administration(other.appliance()).login(SO, "wrong"), PinIncorrect)
    assert Administration(lab.appliance()).attempts_left() == 1
    application = lab.application()
    session = application.open_session(1)
    fail(lambda: application.login(session, SO, "wrong"), SoLoginFailureThreshold)
    assert Administration(other.appliance()).is_zeroized
    other.close()


def test_nothing_of_the_keys_is_left_in_the_file_that_others_have_open(lab_directory: Path, lab: Lab) -> None:
    keys = materials(lab)
    assert len(keys) == 4
    other = Lab.open(str(lab_directory))
    open_partition(other)
    fail(lambda: Administration(lab.appliance()).login(SO, "wrong"), HsmError, 3)
    assert materials(lab) == []
    files = b"".join(path.read_bytes() for path in lab_directory.iterdir() if path.name.startswith(DATABASE))
    assert not [key for key in keys if key in files]
    other.close()


# initialization


def test_a_soft_initialization_needs_the_officer_and_keeps_the_domain(lab: Lab) -> None:
    administration = Administration(lab.appliance())
    fail(lambda: administration.initialize("new", "new-password"), UserNotLoggedIn)
    secret = lab.appliance().device.secret
    administration = officer(lab)
    administration.change_policy(HsmPolicy.NETWORK_REPLICATION, 0)
    fail(lambda: administration.initialize("new", "short"), PinLenRange)
    assert len(lab.application().slots()) == 2
    administration.initialize("new", "new-password", "another-domain")
    assert administration.role is None
    assert lab.application().slots() == ()
    assert lab.appliance().device.secret == secret
    assert lab.appliance().setting("label") == "new"
    assert lab.appliance().policy(HsmPolicy.NETWORK_REPLICATION) == 0
    fail(lambda: administration.login(SO, SO_PIN), PinIncorrect)
    administration.login(SO, "new-password")


def test_a_reset_hsm_is_initialized_anew(lab: Lab) -> None:
    administration = Administration(lab.appliance())
    administration.factory_reset()
    fail(lambda: administration.initialize("new", "new-password"), ArgumentsBad)
    administration.initialize("new", "new-password", "migration-domain")
    administration.login(SO, "new-password")
    first = administration.create_partition("first", PIN)
    assert (first.number, first.serial) == (1, "492894008")
    application, session = open_partition(lab)
    assert application.objects(session) == []


def test_what_a_factory_reset_keeps_depends_on_the_firmware(lab: Lab, lab_from: Callable[[str], Lab]) -> None:
    officer(lab).change_policy(HsmPolicy.REMOTE_AUTHENTICATION, 0)
    Administration(lab.appliance()).factory_reset()
    assert lab.appliance().policy(HsmPolicy.REMOTE_AUTHENTICATION) == 0, "firmware 6.10.9 keeps it"
    newer = lab_from(LUNA7)
    administration = Administration(newer.appliance())
    assert administration.has_role(Role.AUDITOR)
    administration.factory_reset()
    assert newer.appliance().policy(HsmPolicy.MASKING) == 1, "firmware 7.3.0 forgets it"
    assert not administration.has_role(Role.AUDITOR)


# partitions and policies


def test_partitions_are_created_up_to_twenty_and_deleted(lab: Lab) -> None:
    fail(lambda: Administration(lab.appliance()).create_partition("third", PIN), UserNotLoggedIn)
    administration = officer(lab)
    fail(lambda: administration.create_partition("partition1", PIN), PartitionExists)
    fail(lambda: administration.create_partition("492894008", PIN), PartitionExists)
    fail(lambda: administration.create_partition("third", "short"), PinLenRange)
    made = [administration.create_partition(f"more{number}", PIN) for number in range(18)]
    assert [part.number for part in made] == list(range(3, 21))
    assert len({part.serial for part in lab.appliance().partitions()}) == 20
    assert made[0].serial == "492894010"
    fail(lambda: administration.create_partition("one more", PIN), LicenseCapacityExceeded)
    administration.delete_partition("partition1")
    fail(lambda: administration.delete_partition("partition1"), PartitionNotFound)
    assert administration.create_partition("again", PIN).number == 1
    assert open_partition(lab, 20)[0].slots()[-1].label == "more17"


def test_a_locked_partition_is_opened_by_the_officer_when_policy_15_allows_it(lab: Lab) -> None:
    application = lab.application()
    session = application.open_session(1)
    fail(lambda: application.login(session, Role.CRYPTO_OFFICER, "wrong"), PinIncorrect, 10)
    fail(lambda: application.login(session, Role.CRYPTO_OFFICER, PIN), UserLockedOut)
    administration = officer(lab)
    administration.change_policy(HsmPolicy.RESET_PIN, 0)
    fail(lambda: administration.reset_partition_pin("partition1", "another"), OperationNotAllowed)
    administration.change_policy(HsmPolicy.RESET_PIN, 1)
    administration.reset_partition_pin("partition1", "another")
    application.login(session, Role.CRYPTO_OFFICER, "another")
    assert len(application.objects(session)) == 4


def test_without_policy_15_a_locked_partition_loses_its_contents(lab: Lab) -> None:
    administration = officer(lab)
    administration.change_policy(HsmPolicy.RESET_PIN, 0)
    administration.change_partition_policy("partition1", PartitionPolicy.MAXIMUM_FAILURES, 3)
    witness, theirs = open_partition(lab)
    application = lab.application()
    session = application.open_session(1)
    fail(lambda: application.login(session, Role.CRYPTO_OFFICER, "wrong"), PinIncorrect, 3)
    fail(lambda: application.login(session, Role.CRYPTO_OFFICER, PIN), UserLockedOut)
    assert materials(lab) == []
    fail(lambda: witness.destroy(theirs, 120), UserNotLoggedIn)


@pytest.mark.parametrize("policy", [HsmPolicy.NON_FIPS, HsmPolicy.MASKING, HsmPolicy.CLONING])
def test_a_destructive_policy_erases_the_partitions(lab: Lab, policy: HsmPolicy) -> None:
    administration = officer(lab)
    administration.change_policy(policy, 1)
    assert len(lab.appliance().partitions()) == 2, "it was on"
    fail(lambda: administration.change_policy(policy, 2), ArgumentsBad)
    application, session = open_partition(lab)
    administration.change_policy(policy, 0)
    assert lab.appliance().partitions() == []
    fail(lambda: application.destroy(session, 120), UserNotLoggedIn)
    fail(lambda: application.login(session, Role.CRYPTO_OFFICER, PIN), SlotIdInvalid)
    application.close()


def test_private_keys_are_cloned_or_wrapped_and_never_both(lab: Lab, lab_from: Callable[[str], Lab]) -> None:
    cloning, wrapping = PartitionPolicy.PRIVATE_KEY_CLONING, PartitionPolicy.PRIVATE_KEY_WRAPPING
    older = officer(lab)
    fail(lambda: older.change_partition_policy("partition1", cloning, 0), OperationNotAllowed)
    newer = officer(lab_from(LUNA7))
    fail(lambda: newer.change_partition_policy("part0", wrapping, 1), ConfigFailsDependencies)
    newer.change_partition_policy("part0", cloning, 0)
    assert len(materials(newer.lab)) == 1
    newer.change_partition_policy("part0", wrapping, 1)
    assert materials(newer.lab) == [], "what was made under another rule does not come under this one"
    newer.change_partition_policy("part0", wrapping, 0)
    newer.change_policy(HsmPolicy.CLONING, 0)
    newer.create_partition("part0")
    newer.change_partition_policy("part0", cloning, 0)
    fail(lambda: newer.change_partition_policy("part0", cloning, 1), ConfigFailsDependencies)


# logins of programs


def test_the_officer_of_the_hsm_sees_no_private_object(lab: Lab) -> None:
    application = lab.application()
    session = application.open_session(1)
    application.login(session, SO, SO_PIN)
    assert application.objects(session) == []


def test_a_partitions_own_officer_has_ten_tries(lab_from: Callable[[str], Lab]) -> None:
    lab = lab_from(LUNA7)
    application = lab.application()
    session = application.open_session(0)
    fail(lambda: application.login(session, SO, "wrong"), PinIncorrect, 9)
    fail(lambda: application.login(session, SO, "wrong"), SoLoginFailureThreshold)
    assert materials(lab) == []
    fail(lambda: application.login(session, Role.CRYPTO_OFFICER, PIN), UserPinNotInitialized)
    assert Administration(lab.appliance()).attempts_left() == 3


def test_a_login_does_not_reach_the_partition_that_follows_in_the_slot(lab: Lab) -> None:
    application, session = open_partition(lab)
    administration = officer(lab)
    administration.delete_partition("partition1")
    assert administration.create_partition("follower", "another").number == 1
    fail(lambda: application.generate_pair(session, PairSpec(KeyType.RSA, 2048), {}, {}), UserNotLoggedIn)
    assert application.role(session) is None
