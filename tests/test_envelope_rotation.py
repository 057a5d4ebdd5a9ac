"""The guide's rotation of envelope keys as a script does it: loops, here-documents and one-shot commands."""

from __future__ import annotations

from pathlib import Path

from hsmshell.cli.main import main
from hsmshell.engine import crypto
from hsmshell.engine.lab import Lab
from hsmshell.engine.mechanisms import Mechanism, MechanismParameters
from hsmshell.engine.records import Container
from tests.test_migration import LOGIN, run

DATA_KEYS = [bytes([number]) * 32 for number in (1, 2, 3)]
PARAMETERS = MechanismParameters()

SCRIPT = f"""
set -e
kmu() {{ "$TOOLS/opt/cloudhsm/bin/key_mgmt_util" singlecmd {LOGIN} "$@"; }}
luna="$TOOLS/usr/safenet/lunaclient/bin"
login="1\\n1\\n1\\n3\\n1\\npassword"
yes="1\\n1\\n1\\n1\\n1\\n1\\n1\\n1\\n1"
handle() {{ sed -n "s/.*$1 *\\([0-9][0-9]*\\).*/\\1/p" | tail -n 1; }}

master=$(kmu genSymKey -t 31 -s 32 -l new_master -nex | handle "Key Handle:")
pair=$(kmu genRSAKeyPair -m 2048 -e 65537 -l transport)
public=$(echo "$pair" | handle "public key handle:")
private=$(echo "$pair" | handle "private key handle:")
kmu exportPubKey -k "$public" -out transport.pem > /dev/null
echo 1 | "$luna/cmu" import -inputFile=transport.pem -label transport > /dev/null
transport=$(echo 1 | "$luna/cmu" list -label transport | handle "handle=")
printf "$login\\n25\\n$transport\\n1\\n16\\n1\\n0\\n0\\n" | "$luna/ckdemo" > /dev/null

for n in 1 2 3; do
    printf "$login\\n61\\n21\\n9\\n$yes\\n131\\n32\\ndata$n.old\\n0\\n" | "$luna/ckdemo" > unwrapped.log
    key=$(handle "Key was unwrapped, handle=" < unwrapped.log)
    "$luna/ckdemo" > wrapped.log <<ANSWERS
1
1
1
3
1
password
60
26
0
$transport
$key
22
$key
0
ANSWERS
    kmu unWrapKey -f wrapped.key -w "$private" -m 8 -noheader -l "data$n" -kc 4 -kt 31 > arrived.log
    arrived=$(handle "Key Handle:" < arrived.log)
    kmu wrapKey -k "$arrived" -w "$master" -m 4 -noheader -out "data$n.new" > /dev/null
    kmu deleteKey -k "$arrived" > /dev/null
done
kmu findKey -l new_master
"""


def material(lab: Lab, container: Container, label: str) -> bytes:
    with lab.store.reading():
        (found,) = lab.store.objects(container.id, label=label)
        return lab.store.material(found.material)


def test_three_data_keys_end_under_the_new_master_key(lab_directory: Path, tmp_path: Path) -> None:
    assert main(["--lab", str(lab_directory), "shims", str(tmp_path / "tools")]) == 0
    lab = Lab.open(str(lab_directory))
    try:
        old_master = material(lab, lab.appliance().partitions()[0], "Master Key")
    finally:
        lab.close()
    for number, value in enumerate(DATA_KEYS, start=1):
        wrapped = crypto.wrap(Mechanism.AES_CBC_PAD, old_master, value, PARAMETERS)
        (tmp_path / f"data{number}.old").write_bytes(wrapped)
    user = {"HSM_USER": "crypto_user", "HSM_PASSWORD": "user1234", "TOOLS": str(tmp_path / "tools")}
    done = run(SCRIPT, tmp_path, **user)
    assert (done.returncode, done.stderr) == (0, "")
    lab = Lab.open(str(lab_directory))
    try:
        nodes = lab.cluster().nodes()
        new_master = material(lab, nodes[0], "new_master")
        assert material(lab, nodes[1], "new_master") == new_master
        for number, value in enumerate(DATA_KEYS, start=1):
            rotated = (tmp_path / f"data{number}.new").read_bytes()
            assert crypto.unwrap(Mechanism.AES_KEY_WRAP_PKCS7, new_master, rotated, PARAMETERS) == value
        with lab.store.reading():
            left = [item.label for item in lab.store.objects(lab.appliance().partitions()[0].id)]
            assert [item.label for item in lab.store.objects(nodes[0].id)] == ["new_master", "transport", "transport"]
        assert "Unwrapped AES Key" not in left
    finally:
        lab.close()
