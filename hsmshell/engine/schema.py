"""The tables of a lab's database. Records differ per HSM: that is what synchronisation is about."""

APPLICATION_ID = 0x48534D53
"""SQLite's application_id of a lab: the letters HSMS."""

VERSION = 3
"""SQLite's user_version of this schema."""

_TOKENS_AND_CERTIFICATES = """
CREATE TABLE token (
    container INTEGER NOT NULL REFERENCES container ON DELETE CASCADE,
    number INTEGER NOT NULL,
    service INTEGER NOT NULL,
    handle INTEGER NOT NULL,
    user INTEGER NOT NULL,
    session INTEGER NOT NULL,
    nonce BLOB NOT NULL,
    created INTEGER NOT NULL,
    approvers TEXT NOT NULL,
    PRIMARY KEY (container, number)
) WITHOUT ROWID;

CREATE INDEX token_session ON token (session);

CREATE TABLE certificate (
    scope TEXT NOT NULL,
    kind TEXT NOT NULL,
    certificate BLOB NOT NULL,
    private_key BLOB NOT NULL,
    PRIMARY KEY (scope, kind)
) WITHOUT ROWID
"""

_AUDIT = """
CREATE TABLE audit (
    device INTEGER NOT NULL REFERENCES device ON DELETE CASCADE,
    hsm TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    time INTEGER NOT NULL,
    opcode INTEGER NOT NULL,
    session INTEGER NOT NULL,
    refusal TEXT NOT NULL,
    private_handle INTEGER NOT NULL,
    public_handle INTEGER NOT NULL,
    user_type TEXT NOT NULL,
    user_name TEXT NOT NULL,
    PRIMARY KEY (device, hsm, sequence)
) WITHOUT ROWID;

CREATE INDEX audit_session ON audit (session)
"""

MIGRATIONS = (_TOKENS_AND_CERTIFICATES, _AUDIT)
"""What turns a lab of version 1 into one of version 2, and so on."""

TABLES = f"""
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE device (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    settings TEXT NOT NULL,
    secret BLOB NOT NULL
);

CREATE TABLE container (
    id INTEGER PRIMARY KEY,
    device INTEGER NOT NULL REFERENCES device ON DELETE CASCADE,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    serial TEXT NOT NULL,
    state TEXT NOT NULL,
    settings TEXT NOT NULL,
    UNIQUE (device, number)
);

CREATE TABLE counter (
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (scope, name)
) WITHOUT ROWID;

CREATE TABLE user (
    container INTEGER NOT NULL REFERENCES container ON DELETE CASCADE,
    number INTEGER NOT NULL,
    type TEXT NOT NULL,
    name TEXT NOT NULL COLLATE NOCASE,
    verifier TEXT NOT NULL,
    failures INTEGER NOT NULL,
    quorum_key BLOB NOT NULL,
    second_factor BLOB NOT NULL,
    PRIMARY KEY (container, number),
    UNIQUE (container, name)
) WITHOUT ROWID;

CREATE TABLE material (
    id INTEGER PRIMARY KEY,
    value BLOB NOT NULL
);

CREATE TABLE object (
    container INTEGER NOT NULL REFERENCES container ON DELETE CASCADE,
    handle INTEGER NOT NULL,
    class INTEGER NOT NULL,
    key_type INTEGER NOT NULL,
    label TEXT NOT NULL,
    ident BLOB NOT NULL,
    owner INTEGER NOT NULL,
    quorum INTEGER NOT NULL,
    session INTEGER NOT NULL,
    attributes TEXT NOT NULL,
    material INTEGER NOT NULL,
    PRIMARY KEY (container, handle)
) WITHOUT ROWID;

CREATE INDEX object_label ON object (container, label);
CREATE INDEX object_owner ON object (container, owner, class);
CREATE INDEX object_session ON object (session) WHERE session <> 0;
CREATE INDEX object_material ON object (material);

CREATE TABLE share (
    container INTEGER NOT NULL,
    handle INTEGER NOT NULL,
    user INTEGER NOT NULL,
    PRIMARY KEY (container, handle, user),
    FOREIGN KEY (container, handle) REFERENCES object ON DELETE CASCADE
) WITHOUT ROWID;

CREATE INDEX share_user ON share (container, user);

CREATE TABLE session (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    device INTEGER NOT NULL REFERENCES device ON DELETE CASCADE,
    process TEXT NOT NULL,
    container INTEGER NOT NULL,
    user_type TEXT NOT NULL,
    user_name TEXT NOT NULL COLLATE NOCASE
);

{_TOKENS_AND_CERTIFICATES};
{_AUDIT};
"""
