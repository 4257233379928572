"""A real pseudo-terminal of a given width: what a command writes when a person sits before it."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07")
BOOT = "from pipelines.cli import main; main(prog_name='emergence')"


def on_terminal(
    *arguments: str,
    columns: int,
    boot: str = BOOT,
    seconds: float = 120.0,
    typed: str = "",
    **environment: str,
) -> tuple[str, int]:
    """Run the command on a terminal of that many columns; return what it wrote, codes and all, and its end.

    ``typed`` is what the person before it types, who waits for no question.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    kept = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "NO_COLOR", "CI")}
    process = subprocess.Popen(
        [sys.executable, "-c", boot, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=ROOT,
        env={**kept, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), **environment},
    )
    os.close(theirs)
    os.write(ours, typed.encode())
    parts: list[bytes] = []
    try:
        while part := os.read(ours, 65536):
            parts.append(part)
    except OSError:  # the other side has closed
        pass
    finally:
        os.close(ours)
    return b"".join(parts).decode(errors="replace").replace("\r\n", "\n"), process.wait(seconds)


def plain(text: str) -> str:
    """Return text without its codes for colour."""
    return CODE.sub("", text)
