"""Draws figures in a process of its own: one that crashes or hangs there costs that figure and no other.

Run as a file, this is that process: a specification a line comes in, a picture a line goes out.
"""

import base64
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any, Self

SCALE = 2.0
PATIENCE = 120.0
"""Seconds for one figure."""
COMMAND = (sys.executable, "-P", str(Path(__file__)))
Keep = Callable[[str, str, Callable[[], str]], str]
"""Gives a text of some kind, by a text that says all it is made from, and how it is made."""
ELSEWHERE = "https://vega.github.io/vega-datasets/"
"""Where the drawing program takes links to lead that name no site; ours lead within the page's folder."""


class FigureError(RuntimeError):
    """A figure that could not be drawn."""


@dataclass(frozen=True)
class Images:
    """One figure as an SVG and as a PNG."""

    svg: str
    png: bytes


class Renderer:
    """The process that draws; it starts with the first figure, and anew after one that it did not survive."""

    def __init__(
        self,
        command: Sequence[str] = COMMAND,
        *,
        patience: float = PATIENCE,
        keep: Keep = lambda kind, made_from, make: make(),
    ) -> None:
        self._command = command
        self._keep = keep
        self._patience = patience
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def draw(self, spec: dict[str, Any]) -> Images:
        """Return the pictures of a Vega-Lite specification; raises FigureError where it cannot be drawn."""
        line = json.dumps(spec)
        told = json.loads(self._keep("picture", line, lambda: self._drawn(line)))
        return Images(told["svg"], base64.b64decode(told["png"]))

    def _drawn(self, line: str) -> str:
        answer = self._asked(line)
        if not answer:
            raise FigureError(f"the process that draws ended with exit code {self._end()}")
        told = json.loads(answer)
        if "error" in told:
            raise FigureError(told["error"])
        return answer

    def _asked(self, line: str) -> str:
        process = self._running()
        assert process.stdin is not None  # both are pipes
        assert process.stdout is not None
        timer = Timer(self._patience, process.kill)
        timer.start()
        try:
            process.stdin.write(f"{line}\n")
            process.stdin.flush()
            return process.stdout.readline()
        except BrokenPipeError:
            return ""
        finally:
            timer.cancel()

    def _running(self) -> "subprocess.Popen[str]":
        if self._process is None:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
            )
        return self._process

    def _end(self) -> int | None:
        """End the process, and return its exit code."""
        process, self._process = self._process, None
        if process is None:
            return None
        for pipe in (process.stdin, process.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except BrokenPipeError:
                pass
        try:
            return process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def _pictures(line: str) -> dict[str, str]:
    import vl_convert

    try:
        svg = vl_convert.vegalite_to_svg(json.loads(line)).replace(f'href="{ELSEWHERE}', 'href="')
        png = vl_convert.svg_to_png(svg, scale=SCALE)
    except Exception as error:  # whatever the drawing program throws is this figure's alone
        return {"error": f"{type(error).__name__}: {error}"[:500]}
    return {"svg": svg, "png": base64.b64encode(png).decode()}


if __name__ == "__main__":
    for asked in sys.stdin:
        print(json.dumps(_pictures(asked)), flush=True)
