"""Files signed, and signatures verified: entries 42 and 43. No published page shows these dialogs."""

from __future__ import annotations

from commands.ckdemo.demo import Demo
from commands.ckdemo.layout import END
from commands.ckdemo.mechanisms import Menu, Row, ask_row
from hsmshell.console.values import path
from hsmshell.engine.appliance.policies import NEWER
from hsmshell.engine.mechanisms import Mechanism
from hsmshell.grammar import Provenance
from hsmshell.grammar.menu import Entry

GROUP = "SECURITY"

SIGNATURE_FILE = "SIGN.BIN"

_M = Mechanism
SIGNING = Menu(
    (
        Row(1, "RSA-PKCS", 24, _M.RSA_PKCS),
        Row(2, "RSA-X.509", END, _M.RSA_X_509),
        Row(3, "SHA1-RSA-PKCS", 24, _M.SHA1_RSA_PKCS),
        Row(4, "SHA224-RSA-PKCS", 24, _M.SHA224_RSA_PKCS),
        Row(5, "SHA256-RSA-PKCS", END, _M.SHA256_RSA_PKCS),
        Row(6, "SHA384-RSA-PKCS", 24, _M.SHA384_RSA_PKCS),
        Row(7, "SHA512-RSA-PKCS", END, _M.SHA512_RSA_PKCS),
        Row(8, "SHA1-RSA-PKCS-PSS", 24, _M.SHA1_RSA_PKCS_PSS),
        Row(9, "SHA224-RSA-PKCS-PSS", 24, _M.SHA224_RSA_PKCS_PSS),
        Row(10, "SHA256-RSA-PKCS-PSS", END, _M.SHA256_RSA_PKCS_PSS),
        Row(11, "SHA384-RSA-PKCS-PSS", 24, _M.SHA384_RSA_PKCS_PSS),
        Row(12, "SHA512-RSA-PKCS-PSS", END, _M.SHA512_RSA_PKCS_PSS),
        Row(13, "ECDSA", 24, _M.ECDSA),
        Row(14, "ECDSA-SHA1", 24, _M.ECDSA_SHA1),
        Row(15, "ECDSA-SHA224", END, _M.ECDSA_SHA224),
        Row(16, "ECDSA-SHA256", 24, _M.ECDSA_SHA256),
        Row(17, "ECDSA-SHA384", 24, _M.ECDSA_SHA384),
        Row(18, "ECDSA-SHA512", END, _M.ECDSA_SHA512),
        Row(19, "DSA", 24, _M.DSA),
        Row(20, "DSA-SHA1", 24, _M.DSA_SHA1),
        Row(21, "DSA-SHA224", END, _M.DSA_SHA224),
        Row(22, "DSA-SHA256", 24, _M.DSA_SHA256),
        Row(23, "DSA-SHA384", 24, _M.DSA_SHA384),
        Row(24, "DSA-SHA512", END, _M.DSA_SHA512),
        Row(25, "MD5-HMAC", 24, _M.MD5_HMAC),
        Row(26, "SHA1-HMAC", 24, _M.SHA_1_HMAC),
        Row(27, "SHA224-HMAC", END, _M.SHA224_HMAC),
        Row(28, "SHA256-HMAC", 24, _M.SHA256_HMAC),
        Row(29, "SHA384-HMAC", 24, _M.SHA384_HMAC),
        Row(30, "SHA512-HMAC", END, _M.SHA512_HMAC),
        Row(31, "DES3-CMAC", 24, _M.DES3_CMAC),
        Row(32, "AES-CMAC", END, _M.AES_CMAC),
        Row(33, "EDDSA", END, _M.EDDSA, profiles=NEWER),
    )
)


def _sign(demo: Demo) -> None:
    row = ask_row(demo, SIGNING, "signing")
    data = demo.read_file(demo.console.ask("Enter filename of data to sign: "))
    demo.write("\n")
    key = demo.handle("Enter handle of signing key")
    signature = demo.application.sign(demo.session, row and row.mechanism, key, data)
    demo.write_file(SIGNATURE_FILE, signature)
    demo.write("Signature was saved in file ", path(SIGNATURE_FILE), "\n")


def _verify(demo: Demo) -> None:
    row = ask_row(demo, SIGNING, "verification")
    data = demo.read_file(demo.console.ask("Enter filename of signed data: "))
    demo.write("\n")
    signature = demo.read_file(demo.console.ask("Enter filename of signature: "))
    demo.write("\n")
    key = demo.handle("Enter handle of verification key")
    demo.application.verify(demo.session, row and row.mechanism, key, data, signature)
    demo.write("Signature was verified\n")


ENTRIES = (
    Entry(42, "Sign", GROUP, _sign, Provenance.RECOMMENDED),
    Entry(43, "Verify", GROUP, _verify, Provenance.RECOMMENDED),
)
