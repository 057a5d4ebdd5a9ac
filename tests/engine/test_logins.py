"""Tries that are counted: by processes at once and for an auditor; what an erased HSM means to a group."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from hsmshell.engine.access import Role
from hsmshell.engine.appliance.administration import Administration
from hsmshell.engine.appliance.logins import AUDITOR_PAUSE
from hsmshell.engine.attributes import Attribute, KeyType
from hsmshell.engine.errors import (
    AuditLoginFailureThreshold,
    HsmError,
    PinIncorrect,
    UserAnotherAlreadyLoggedIn,
    UserNotAuthorized,
    UserNotLoggedIn,
    UserTypeInvalid,
)
from hsmshell.engine.lab import Lab
from hsmshell.engine.scenario import create_lab
from hsmshell.engine.services import Services
from tests.engine.test_administration import LUNA7, SO, fail, materials
from tests.engine.test_groups import GROUP, TWO, opened

OUTCOMES = ["CKR_PIN_INCORRECT", "CKR_SO_LOGIN_FAILURE_THRESHOLD", "CKR_USER_PIN_NOT_INITIALIZED"]


def test_processes_at_once_get_no_extra_tries(lab_directory: Path, lab: Lab) -> None:
    """Each child waits until all are there, tries once, and tells by its exit status what it was told."""
    ready, go = os.pipe()
    children = []
    for _ in range(6):
        child = os.fork()
        if not child:
            status = 99
            try:
                os.close(go)
                own = Lab.open(str(lab_directory))
                os.read(ready, 1)
                Administration(own.appliance()).login(SO, "wrong")
            except HsmError as problem:
                status = OUTCOMES.index(problem.ckr)
            finally:
                os._exit(status)
        children.append(child)
    os.close(go)
    os.close(ready)
    codes = Counter(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)
    assert codes == {0: 2, 1: 1, 2: 3}
    assert Administration(lab.appliance()).is_zeroized


def test_an_auditor_waits_after_ten_wrong_pins(tmp_path: Path) -> None:
    (tmp_path / "luna7.toml").write_text(LUNA7)
    now = [1000.0]
    lab = create_lab(str(tmp_path / "lab"), str(tmp_path / "luna7.toml"), services=Services(clock=lambda: now[0]))
    administration = Administration(lab.appliance())
    fail(lambda: administration.login(Role.AUDITOR, "wrong"), PinIncorrect, 10)
    fail(lambda: administration.login(Role.AUDITOR, "audit-password"), AuditLoginFailureThreshold)
    now[0] += AUDITOR_PAUSE
    fail(lambda: administration.login(Role.AUDITOR, "wrong"), PinIncorrect)
    administration.login(Role.AUDITOR, "audit-password")
    fail(lambda: administration.create_partition("more"), UserNotAuthorized)
    fail(lambda: administration.login(SO, "so-password"), UserAnotherAlreadyLoggedIn)
    administration.close()
    fail(lambda: administration.login(Role.CRYPTO_OFFICER, "password"), UserTypeInvalid)
    assert administration.attempts_left() == 3
    lab.close()


def test_what_lived_in_a_login_to_an_erased_partition_is_gone_from_the_whole_group(
    lab_from: Callable[[str], Lab],
) -> None:
    lab = lab_from(TWO + GROUP)
    application, session = opened(lab)
    application.generate_secret_key(session, KeyType.AES, 32, {Attribute.LABEL: "for now"})
    assert len(materials(lab)) == 4
    Administration(lab.appliances()[0]).factory_reset()
    assert len(materials(lab)) == 1, "the old key on the member that is left"
    fail(lambda: application.generate_secret_key(session, KeyType.AES, 32, {}), UserNotLoggedIn)
    application.login(session, Role.CRYPTO_OFFICER, "password")
    assert [item.label for item in application.objects(session)] == ["old"]
