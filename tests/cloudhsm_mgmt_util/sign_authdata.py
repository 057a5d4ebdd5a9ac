"""``sign_authdata.py AUTHDATA KEY [PUBLIC-KEY]``: what an officer does with the file of the second factor, by openssl.

Each digest is signed as it is: it is the digest already, and is not hashed once more.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path


def main(authdata: str, key: str, public: str = "") -> None:
    document = json.loads(Path(authdata).read_text("utf-8"))
    for entry in document["Data"]:
        digest = base64.b64decode(entry["Digest"], validate=True)
        words = ["openssl", "pkeyutl", "-sign", "-inkey", key, "-pkeyopt", "digest:sha256"]
        signature = subprocess.run(words, input=digest, stdout=subprocess.PIPE, check=True).stdout
        entry["Signature"] = base64.b64encode(signature).decode("ascii")
    if public:
        document["PublicKey"] = Path(public).read_text("ascii")
    Path(authdata).write_text(json.dumps(document, indent=4), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
