"""Writes a made-up file and reads it as `add` does."""

from pathlib import Path

from pipelines.own.reading.found import Kind, OwnFile, Reader, Reading


def own_file(folder: Path, name: str, content: str | bytes) -> OwnFile:
    local = folder / name
    local.parent.mkdir(parents=True, exist_ok=True)
    local.write_bytes(content.encode() if isinstance(content, str) else content)
    return OwnFile(local, name, local.stat().st_size)


def read_with(reader: Reader, folder: Path, content: str | bytes, name: str = "file") -> Reading:
    file = own_file(folder, name, content)
    assert reader.recognise(file)
    return reader.read(file)


def losses(reading: Reading, key: str | None = None) -> list[tuple[str, float | None, float]]:
    """Return (key, number of the position, value) of every loss, or of those of one key."""
    found = [(r.key, r.at.number, r.value) for r in reading.records if r.kind is Kind.LOSS]
    return [row for row in found if key in (None, row[0])]


def why_left(reading: Reading) -> str:
    return "\n".join(f"{left.count} × {left.why}" for left in reading.left)
