"""What one dropped folder gives, as rows and as a text that may be kept until the folder changes."""

import io
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass

import polars as pl

from pipelines.intake.spec import Intake, Tables


@dataclass(frozen=True)
class Taken:
    """The rows of one dropped folder, and what was met in it."""

    tables: Tables
    intake: Intake

    def text(self) -> str:
        """Return it as a text."""
        tables = {name: _packed(frame) for name, frame in self.tables.items()}
        return json.dumps([tables, self.intake.rejects, self.intake.skipped])

    def report(self, intake: Intake) -> None:
        """Tell another what was met."""
        intake.rejects += self.intake.rejects
        intake.skipped |= self.intake.skipped


def read_taken(text: str, source: str) -> Taken:
    """Return what stands in a text."""
    tables, rejects, skipped = json.loads(text)
    met = Intake(source, rejects=rejects, skipped=skipped)
    frames = {name: pl.read_ipc(io.BytesIO(b64decode(packed))) for name, packed in tables.items()}
    return Taken(frames, met)


def _packed(frame: pl.DataFrame) -> str:
    held = io.BytesIO()
    frame.write_ipc(held)
    return b64encode(held.getvalue()).decode("ascii")
