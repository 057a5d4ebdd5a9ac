"""What an HSM of a cluster writes into its audit log: the published opcodes and kinds of entry."""

from __future__ import annotations

import enum


class LogType(enum.IntEnum):
    """What an entry tells beside the event itself. Published with their numbers, but for that of ``GENERIC_LOG``."""

    MINIMAL_LOG_ENTRY = 0
    MGMT_KEY_DETAILS_LOG = 1
    MGMT_USER_DETAILS_LOG = 2
    GENERIC_LOG = 3
    UNKNOWN_LOG_TYPE = 5


_MINIMAL, _KEY, _USER = LogType.MINIMAL_LOG_ENTRY, LogType.MGMT_KEY_DETAILS_LOG, LogType.MGMT_USER_DETAILS_LOG
_CERTIFICATE_COMMAND = 0x9


class Opcode(enum.IntEnum):
    """An event, by its published name. Numbers from 0x200 are ours: these are not published, nor is the last name."""

    log_type: LogType
    command_type: int
    """0 for a management command, 9 for one of certificates and authentication."""

    def __new__(cls, number: int, log_type: LogType = LogType.MINIMAL_LOG_ENTRY, command_type: int = 0) -> Opcode:
        member = int.__new__(cls, number)
        member._value_ = number
        member.log_type = log_type
        member.command_type = command_type
        return member

    CN_INIT_TOKEN = 0x1, _MINIMAL
    CN_CREATE_USER = 0x3, _USER
    CN_CREATE_CO = 0x4, _USER
    CN_CHANGE_PSWD = 0x9, _USER
    CN_LOGIN = 0xD, _USER
    CN_LOGOUT = 0xE, _USER
    CN_DESTROY_OBJECT = 0x11, _KEY
    CN_SHARE_OBJECT = 0x12, LogType.UNKNOWN_LOG_TYPE
    CN_GENERATE_KEY = 0x17, _KEY
    CN_GENERATE_KEY_PAIR = 0x19, _KEY
    CN_WRAP_KEY = 0x1A, _KEY
    CN_UNWRAP_KEY = 0x1B, _KEY
    CN_GEN_PSWD_ENC_KEY = 0x1D, _MINIMAL
    CN_NIST_AES_WRAP = 0x1E, _KEY
    CN_INIT_DONE = 0x95, _MINIMAL
    CN_DELETE_USER = 0xA1, _USER
    CN_EXTRACT_MASKED_OBJECT_USER = 0xF0, _KEY
    CN_INSERT_MASKED_OBJECT_USER = 0xF1, _KEY
    CN_CREATE_APPLIANCE_USER = 0xFC, _USER
    CN_CLOSE_SESSION = 0x200, _USER
    CN_SET_M_VALUE = 0x201, _MINIMAL
    CN_GET_TOKEN = 0x202, _MINIMAL
    CN_APPROVE_TOKEN = 0x203, _MINIMAL
    CN_DELETE_TOKEN = 0x204, _MINIMAL
    CN_CREATE_OBJECT = 0x205, _KEY
    CN_MODIFY_OBJECT = 0x206, _KEY
    CN_BACKUP_BEGIN = 0x207, _MINIMAL
    CN_BACKUP_END = 0x208, _MINIMAL
    CN_RESTORE_BEGIN = 0x209, _MINIMAL
    CN_RESTORE_END = 0x20A, _MINIMAL
    CN_CERT_AUTH_STORE_CERT = 0x20B, _MINIMAL, _CERTIFICATE_COMMAND
    CN_REGISTER_PUBLIC_KEY = 0x20C, _USER
