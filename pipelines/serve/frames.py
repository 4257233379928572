"""What the door and its query processes say to each other: a head in JSON, then bytes."""

import json
import struct
from typing import Any

LENGTHS = struct.Struct("!II")


def pack(head: dict[str, Any], body: bytes = b"") -> bytes:
    """One frame."""
    written = json.dumps(head).encode()
    return LENGTHS.pack(len(written), len(body)) + written + body


def unpack_head(written: bytes) -> dict[str, Any]:
    """The head of a frame."""
    head: dict[str, Any] = json.loads(written)
    return head
