"""The library calls that the two generations name differently."""

from __future__ import annotations

from typing import NamedTuple


class Calls(NamedTuple):
    """The names in one generation."""

    import_wrap: str
    import_template: str
    import_unwrap: str
    export_wrap: str
    export_unwrap: str
    wrap: str
    find_single: str
    extract_masked: str
    insert_masked: str


_CLASSIC = Calls(
    "Cfm3WrapHostKey",
    "Cfm3CreateUnwrapTemplate",
    "Cfm3UnWrapKey",
    "Cfm3WrapKey",
    "Cfm3UnWrapHostKey",
    "Cfm2WrapKey",
    "Cfm3FindKey",
    "Cfm3ExtractMaskedObject",
    "Cfm3InsertMaskedObject",
)
_LATE = Calls(
    "Cfm3ImportWrapKey",
    "Cfm3CreateUnwrapTemplate2",
    "Cfm3ImportUnWrapKey",
    "Cfm3ExportWrapKeyWithMech",
    "Cfm3ExportUnwrapKeyWithMech",
    "Cfm2WrapKey5",
    "Cfm3FindSingleKey",
    "Cfm2ExtractMaskedObject",
    "Cfm2InsertMaskedObject",
)


def calls(late: bool) -> Calls:
    """The names of the generation that is switched on."""
    return _LATE if late else _CLASSIC
