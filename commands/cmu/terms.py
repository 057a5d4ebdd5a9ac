"""What a certificate says beside its subject: the options and questions about number, validity and uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from commands.cmu.errors import Message, failure
from commands.cmu.options import Date, SerialNumber, Words, day
from commands.cmu.utility import Utility
from hsmshell.engine.certificate_terms import Constraints, ExtendedUsage, KeyUsage, Terms
from hsmshell.grammar import Arguments, Parameter
from hsmshell.grammar.values import BadValue, decimal

if TYPE_CHECKING:
    import datetime

SERIAL_PROMPT = "Enter certificate serial number : "
START_HEAD = "Enter validity start date\n"
END_HEAD = "Enter validity end date\n"
YEAR_PROMPT, MONTH_PROMPT, DAY_PROMPT = " Year   : ", " Month  : ", " Day    : "

KEY_USAGES = {
    "digitalsignature": KeyUsage.DIGITAL_SIGNATURE,
    "nonrepudiation": KeyUsage.NON_REPUDIATION,
    "keyencipherment": KeyUsage.KEY_ENCIPHERMENT,
    "dataencipherment": KeyUsage.DATA_ENCIPHERMENT,
    "keyagreement": KeyUsage.KEY_AGREEMENT,
    "keycertsign": KeyUsage.KEY_CERT_SIGN,
    "crlsign": KeyUsage.CRL_SIGN,
    "encipheronly": KeyUsage.ENCIPHER_ONLY,
    "decipheronly": KeyUsage.DECIPHER_ONLY,
}
"""RFC 5280's names; published are the first two."""

EXTENDED_USAGES = {
    "serverauth": ExtendedUsage.SERVER,
    "clientauth": ExtendedUsage.CLIENT,
    "codesigning": ExtendedUsage.CODE_SIGNING,
    "emailprotection": ExtendedUsage.EMAIL,
    "timestamping": ExtendedUsage.TIME_STAMPING,
    "ocspsigning": ExtendedUsage.OCSP_SIGNING,
    "any": ExtendedUsage.ANY,
}
"""RFC 5280's names; published is ``codesigning``."""

_MOST_PATH = 255

FIRST_YEAR = 1950
"""Of a certificate's validity (RFC 5280 4.1.2.5.1)."""


class BasicConstraints(NamedTuple):
    """``ca:true`` or ``ca:false``, for an authority also with ``pathlen:<n>`` behind a comma."""

    role: str = ""

    def parse(self, text: str) -> Constraints:
        authority, comma, path = text.lower().partition(",")
        words = {"ca:true": True, "ca:false": False}
        if authority not in words:
            raise BadValue("not ca:true or ca:false")
        if not comma:
            return Constraints(words[authority])
        name, _, number = path.partition(":")
        if name != "pathlen" or not words[authority]:
            raise BadValue("only pathlen:<n> may follow, and only ca:true")
        length = decimal(number)
        if not 0 <= length <= _MOST_PATH:
            raise BadValue(f"a path of {length} certificates")
        return Constraints(words[authority], length)


TERMS = (
    Parameter("serialNumber", SerialNumber(), "<hex>", "the certificate's number; asked for when absent"),
    Parameter("startDate", Date(), "<YYYYMMDD>", "its first day; asked for when absent"),
    Parameter("endDate", Date(), "<YYYYMMDD>", "its last day; asked for when absent"),
    Parameter("basicconstraints", BasicConstraints(), "<ca:true/ca:false>", "whether the key may certify others"),
    Parameter("keyusage", Words(KEY_USAGES), "<use,...>", "what the key is for: " + ", ".join(KEY_USAGES)),
    Parameter(
        "extendedkeyusage", Words(EXTENDED_USAGES), "<use,...>", "the same, closer: " + ", ".join(EXTENDED_USAGES)
    ),
)


def serial_of(utility: Utility, arguments: Arguments) -> int:
    """The serial number of the option, or of the answer. Raises ``Failure``."""
    if "serialNumber" in arguments:
        return arguments.number("serialNumber")
    try:
        return SerialNumber().parse(utility.console.ask(SERIAL_PROMPT).strip())
    except BadValue as problem:
        raise failure(Message.BAD_VALUE, "serialNumber", str(problem)) from None


def terms_of(utility: Utility, arguments: Arguments, serial: int) -> Terms:
    """The terms with this number. Raises ``Failure``."""
    start = _day(utility, arguments, "startDate", START_HEAD)
    if start.year < FIRST_YEAR:
        raise failure(Message.BAD_VALUE, "startDate", f"before the year {FIRST_YEAR}")
    end = _day(utility, arguments, "endDate", END_HEAD)
    if end < start:
        raise failure(Message.BAD_VALIDITY)
    constraints = arguments.get("basicconstraints")
    usage, extended = arguments.get("keyusage", ()), arguments.get("extendedkeyusage", ())
    assert isinstance(constraints, Constraints | None)  # the declarations say so
    assert isinstance(usage, tuple)
    assert isinstance(extended, tuple)
    return Terms(serial, start, end, constraints, frozenset(usage), extended)


def _day(utility: Utility, arguments: Arguments, option: str, head: str) -> datetime.date:
    """The day of the option, or the one that three answers name. Raises ``Failure``."""
    if option in arguments:
        return day(arguments.text(option))
    utility.write(head)
    year, month, number = [utility.console.ask(prompt).strip() for prompt in (YEAR_PROMPT, MONTH_PROMPT, DAY_PROMPT)]
    try:
        return day(f"{year:0>4}{month:0>2}{number:0>2}")
    except BadValue as problem:
        raise failure(Message.BAD_VALUE, option, str(problem)) from None
