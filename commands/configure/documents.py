"""The two configuration files of the host: what they hold when the client is installed, and the HSMs put into them."""

from __future__ import annotations

from collections.abc import Iterable

from commands.client_files import (
    CLIENT,
    CLIENT_CERTIFICATE,
    CLIENT_KEY,
    CLIENT_PORT,
    ClientFileError,
    ClientFileMissing,
    read_object,
)
from hsmshell.console.host_files import CONFIGURATION, CUSTOMER_CA, MANAGEMENT, HostFiles

Document = dict[str, object]

_PORT = 2225
"""Where an HSM listens for cloudhsm_mgmt_util."""
_AUTHORITIES = f"{CONFIGURATION}/certs"


def management(files: HostFiles, addresses: Iterable[str]) -> Document:
    """cloudhsm_mgmt_util.cfg for these HSMs, everything else as it is. Raises ``ClientFileError``.

    Each HSM gets what the first entry of the file says besides its address, and is enabled.
    """
    document = _existing(files, MANAGEMENT) or _new_management()
    servers = document.get("servers", [])
    if not isinstance(servers, list) or not all(isinstance(server, dict) for server in servers):
        raise ClientFileError(f"{MANAGEMENT}: its servers are no list of objects")
    pattern: Document = servers[0] if servers else _new_server()
    named = [{**pattern, "enable": "yes", "hostname": one, "name": one} for one in addresses]
    return {**document, "servers": named}


def client(files: HostFiles, address: str) -> Document:
    """cloudhsm_client.cfg for this HSM, everything else as it is. Raises ``ClientFileError``."""
    document = _existing(files, CLIENT) or _new_client()
    server = document.get("server", {"port": CLIENT_PORT})
    if not isinstance(server, dict):
        raise ClientFileError(f"{CLIENT}: its server is no object")
    return {**document, "server": {**server, "hostname": address}}


def _existing(files: HostFiles, path: str) -> Document:
    """The file as it is; empty when there is none."""
    try:
        return read_object(files, path)
    except ClientFileMissing:
        return {}


def _new_management() -> Document:
    return {
        "scard": {"certificate": "cert-sc", "enable": "no", "pkey": "pkey-sc", "port": _PORT},
        "servers": [_new_server()],
    }


def _new_server() -> Document:
    return {
        "CAfile": "",
        "CApath": _AUTHORITIES,
        "certificate": CLIENT_CERTIFICATE,
        "e2e_encryption": {"enable": "yes", "owner_cert_path": CUSTOMER_CA},
        "enable": "yes",
        "pkey": CLIENT_KEY,
        "port": _PORT,
        "server_ssl": "yes",
        "ssl_ciphers": "",
    }


def _new_client() -> Document:
    return {
        "client": {
            "CriticalAlertScript": "",
            "create_object_minimum_nodes": 1,
            "daemon_id": 1,
            "e2e_owner_crt_path": CUSTOMER_CA,
            "enable_3des_key_reuse": "no",
            "log_level": "INFO",
            "reconnect_attempts": -1,
            "reconnect_interval": 3,
            "socket_type": "UNIXSOCKET",
            "sslreneg": 0,
            "tcp_port": 1111,
            "workers": 1,
            "zoneid": 0,
        },
        "dualfactor": {
            "certificate": "certificate.crt",
            "dualfactor_ch_ssl_ciphers": "default",
            "dualfactor_ssl": "yes",
            "enable": "no",
            "pkey": "pkey.pem",
            "port": _PORT,
        },
        "loadbalance": {
            "enable": "yes",
            "prefer_same_zone": "no",
            "relative_idleness_weight": 1,
            "sucess_rate_weight": 1,
        },
        "server": {"port": CLIENT_PORT},
        "ssl": {
            "CApath": _AUTHORITIES,
            "certificate": CLIENT_CERTIFICATE,
            "pkey": CLIENT_KEY,
            "server_ch_ssl_ciphers": "default",
            "server_ssl": "yes",
        },
    }
