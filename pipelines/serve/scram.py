"""The server's side of SCRAM-SHA-256, the login that never sends the password (RFC 5802, RFC 7677)."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

MECHANISM = "SCRAM-SHA-256"
ITERATIONS = 4096  # RFC 7677 asks for at least 4096; it is also PostgreSQL's number


@dataclass(frozen=True)
class Verifier:
    """What the server keeps of a password: enough to check a proof, not enough to make one."""

    salt: bytes
    stored_key: bytes
    server_key: bytes

    @classmethod
    def of(cls, password: str, salt: bytes) -> "Verifier":
        """Derive the keys of a password (RFC 5802, section 3)."""
        salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ITERATIONS)
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        return cls(
            salt=salt,
            stored_key=hashlib.sha256(client_key).digest(),
            server_key=hmac.digest(salted, b"Server Key", "sha256"),
        )


class Exchange:
    """One login: `first` answers the client's first message, `final` its proof; both raise ValueError."""

    def __init__(self, verifier: Verifier, nonce: bytes) -> None:
        self._verifier = verifier
        self._own_nonce = nonce
        self._bare = b""
        self._first = b""
        self._nonce = b""
        self._header = b""

    def first(self, data: bytes) -> bytes:
        """The server's first message: both nonces, salt and number of iterations."""
        parts = data.split(b",", 2)
        # No TLS here, so no channel to bind to: 'n' (no) and 'y' (client could, server can't) are right.
        if len(parts) != 3 or parts[0] not in (b"n", b"y"):
            raise ValueError("channel binding is not offered here")
        self._header = parts[0] + b"," + parts[1] + b","
        self._bare = parts[2]
        client_nonce = _attributes(self._bare).get(b"r", b"")
        if not client_nonce:
            raise ValueError("the client's nonce is missing")
        self._nonce = client_nonce + self._own_nonce
        salt = base64.b64encode(self._verifier.salt)
        self._first = b"r=" + self._nonce + b",s=" + salt + b",i=%d" % ITERATIONS
        return self._first

    def final(self, data: bytes) -> bytes:
        """The server's last message, its own signature; raises ValueError if the client's proof is wrong."""
        without_proof, _, proof_text = data.rpartition(b",p=")
        attributes = _attributes(without_proof)
        if attributes.get(b"c") != base64.b64encode(self._header) or attributes.get(b"r") != self._nonce:
            raise ValueError("the answer belongs to another login")
        signed = b",".join((self._bare, self._first, without_proof))
        signature = hmac.digest(self._verifier.stored_key, signed, "sha256")
        proof = base64.b64decode(proof_text, validate=True)
        if len(proof) != len(signature):
            raise ValueError("the proof has a wrong length")
        client_key = bytes(a ^ b for a, b in zip(proof, signature, strict=True))
        if not hmac.compare_digest(hashlib.sha256(client_key).digest(), self._verifier.stored_key):
            raise ValueError("the password is wrong")
        return b"v=" + base64.b64encode(hmac.digest(self._verifier.server_key, signed, "sha256"))


def _attributes(data: bytes) -> dict[bytes, bytes]:
    pairs = (item.split(b"=", 1) for item in data.split(b",") if b"=" in item)
    return {pair[0]: pair[1] for pair in pairs}
