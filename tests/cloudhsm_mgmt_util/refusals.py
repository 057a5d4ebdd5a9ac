"""What the tool says when something is refused, by the command: what transcripts must show of it."""

from __future__ import annotations

START = ""
"""Stands for the lines before the first command."""
NOT_LOGGED_IN = "HSM Error: User is not logged in"
BAD_TYPE = "HSM Error: Invalid User Type."
NO_USER = "HSM Error: This user doesn't exist"
NO_KEY = "HSM Error: Invalid object handle is passed to this operation"
DENIED = "HSM Error: Key Access is denied"
POLICY = "HSM Error: This operation violates the current configured/FIPS policies"
UNAPPROVED = "RET_MXN_AUTH_FAILED"
RIA, RBI = "Retry/Ignore/Abort?(R/I/A):", "Retry/rollBack/Ignore?(R/B/I):"
NO_ANCHOR = (
    "partition owner certificate not exist at given path\nServer 0(10.0.2.9) is in unencrypted mode now...\n"
    "running in limited commands mode\nError: partition owner certificate doesn't exist at given path.\n"
    "Failed to create client ssl ctx\nE2E Session failed: E2E setup failed\nEnabling E2E failed\n"
)

PUBLISHED_ERRORS: dict[str, tuple[str, ...]] = {
    START: (
        NO_ANCHOR,
        "Connetion to server 10.0.3.11(10.0.3.11) on port 2225 failed\nServer 1(10.0.3.11) is not connected\n",
        "Certificate ERROR: [ certificate signature failure ]\n",
    ),
    "enable_e2e": (NO_ANCHOR, "Certificate ERROR: [ certificate signature failure ]\n"),
    "server": ("\nServer is in 'Unencrypted' mode...\n",),
    "listUsers": ("\nServer 1(10.0.3.11) is not connected\n",),
    "loginHSM": (
        "HSM Error: RET_USER_LOGIN_FAILURE",
        NO_USER,
        BAD_TYPE,
        "\nServer 1(10.0.3.11) is not connected\n",
    ),
    "createUser": (
        "Creating User user1(CU) on 2 nodes\ncreateUser failed: RET_MXN_AUTH_FAILED\n"
        f"creating user on server 0(10.0.2.9) failed\n\n{RIA}A\n",
        "\nServer 1(10.0.3.11) is not connected\n",
        "Do you want to continue(y/n)?\nInvalid option, please type 'y' or 'n'\n\nDo you want to continue(y/n)?",
    ),
    "changePswd": (
        f"changePswd failed: {NO_USER}\nChanging password on node 0(10.0.2.9) failed\n\n{RIA}",
        f"changePswd failed: {UNAPPROVED}\n",
    ),
    "deleteUser": (
        "deleteUser failed: RET_MXN_AUTH_FAILED\ndeleteUser failed on server 0(10.0.2.9)\n\n"
        f"{RBI}I\ndeleteUser failed: RET_MXN_AUTH_FAILED\ndeleteUser failed on server 1(10.0.3.11)\n\n{RBI}I\n",
        NO_USER,
    ),
    "findAllKeys": (f"findAllKeys failed: {NO_USER}\n",),
    "getKeyInfo": (NO_KEY, DENIED),
    "getAttribute": (NO_KEY, DENIED),
    "setAttribute": (NO_KEY, DENIED, POLICY),
    "syncUser": ("user already created, unable to insert object\n",),
}
"""Published, in the guide, in a captured session or for a sister build."""

OUR_ERRORS: dict[str, tuple[str, ...]] = {
    "frobnicate": ("Unknown command: frobnicate. Type 'help' for the list of commands.\n",),
    "se": ("Ambiguous command: se (server, setAttribute, setMValue)\n",),
    "server": ("Invalid server id\n", "Server 1(10.0.3.11) is not connected\n", "Usage: server <server-number>\n"),
    "info": ("Not logged in\n", "Disconnected "),
    "loginHSM": (
        "loginHSM failed: HSM Error: RET_USER_LOGIN_FAILURE\nloginHSM failed on server 0(10.0.2.9)\n",
        "loginHSM failed: HSM Error: RET_USER_LOGIN_FAILURE\nloginHSM failed\n",
        "HSM Error: User is already logged in",
        "loginHSM failed: E2E is not enabled\nloginHSM failed on server 0(10.0.2.9)\n",
        "Invalid option -2fa: 2FA is for officers only",
    ),
    "logoutHSM": (f"logoutHSM failed: {NOT_LOGGED_IN}\nlogoutHSM failed on server 0(10.0.2.9)\n",),
    "createUser": (
        "createUser failed: HSM Error: User already exists\ncreating user on server 0(10.0.2.9) failed\n",
        "createUser failed: HSM Error: User already exists\ncreating user failed\n",
        BAD_TYPE,
        NOT_LOGGED_IN,
        "Invalid user name: 1 to 31 letters, digits or underscores",
        "Invalid password: 7 to 32 characters",
        "Passwords do not match\n",
        "Invalid option -2fa: 2FA is for officers only",
        "no usable authentication data\n",
    ),
    "changePswd": (BAD_TYPE, "Invalid password: 7 to 32 characters", "Invalid option -2fa: 2FA is for officers only"),
    "deleteUser": (
        f"deleteUser failed: {NOT_LOGGED_IN}\n",
        f"{BAD_TYPE}\ndeleteUser failed on server 0(10.0.2.9)\n",
        "HSM Error: User owns keys, deletion is denied",
        f"{RBI}B\n",
    ),
    "findAllKeys": (
        f"findAllKeys failed: {BAD_TYPE}\nfindAllKeys failed on server 0(10.0.2.9)\n",
        "Number of keys found 0\nfindAllKeys success on server 0(10.0.2.9)\n\n",
    ),
    "getKeyInfo": (f"getKeyInfo failed: {DENIED}\ngetKeyInfo failed on server 0(10.0.2.9)\n",),
    "getAttribute": ("HSM Error: Invalid attribute is passed to this operation", NOT_LOGGED_IN),
    "setAttribute": (f"setAttribute failed: {POLICY}\nsetAttribute failed on server 0(10.0.2.9)\n\n{RIA}",),
    "shareKey": (
        f"shareKey failed: {NO_KEY}\nshareKey failed on server 0(10.0.2.9)\n\n{RIA}",
        f"shareKey failed: {DENIED}\n",
        f"shareKey failed: {NO_USER}\n",
    ),
    "syncKey": (
        "ExtractMaskedObject: 0xa8 !\nsyncKey failed\n",
        "InsertMaskedObject: 0xf5 !\nsyncKey failed\n",
        "InsertMaskedObject: 0xce !\nsyncKey failed\n",
        "Server 1(10.0.3.11) is not connected\n",
        "Unknown command: syncKey. Type 'help' for the list of commands.\n",
    ),
    "syncUser": (
        "InsertMaskedObject: 0xf6 !\nuser already created, unable to insert object\nsyncUser failed\n",
        "ExtractMaskedObject: 0xce !\nsyncUser failed\n",
        "Server 1(10.0.3.11) is not connected\n",
    ),
    "getCert": ("Unknown command: getCert. Type 'help' for the list of commands.\n", "Usage: getCert "),
    "registerQuorumPubKey": (
        "registerQuorumPubKey failed: HSM Error: signature verification failed\n"
        f"registerQuorumPubKey failed on server 0(10.0.2.9)\n\n{RIA}",
        BAD_TYPE,
        NOT_LOGGED_IN,
        "Invalid registration token: at most 245 bytes",
        "Invalid public key: PEM is needed",
        "No such file or directory",
    ),
    "registerMofnPubKey": (
        "Invalid private key: RSA with 2048 bits as PEM, and its pass phrase, are needed",
        NO_USER,
    ),
    "setMValue": (
        f"setMValue failed: {UNAPPROVED}\nsetMValue failed on server 0(10.0.2.9)\n\n{RIA}",
        "setMValue failed: HSM Error: Invalid service\n",
        "HSM Error: Invalid M value",
    ),
    "getMValue": ("getMValue failed: HSM Error: Invalid service\n",),
    "getToken": (
        "getToken failed: HSM Error: MofN is not enabled for this service\ngetToken failed on server 0(10.0.2.9)\n",
        f"getToken failed: {BAD_TYPE}\n",
        "No such file or directory",
    ),
    "approveToken": (
        f"approveToken failed: {UNAPPROVED}\napproveToken failed on server 0(10.0.2.9)\n",
        "missing.txt: No such file or directory",
        "line 1: no ; at the end",
    ),
    "listTokens": ("Num of tokens = 0\n\nlistTokens success\n", NOT_LOGGED_IN),
    "delToken": (f"delToken failed: {NOT_LOGGED_IN}\n", "Usage: delToken <0|1>\n"),
}
"""Where nothing is published."""
