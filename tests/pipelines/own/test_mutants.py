"""Files of one's own tools, mutated at random: `make torture` does a hundred times as many."""

from pathlib import Path

from pipelines.own.formats import READERS
from tests.tools.own_mutants import WHOLE, attack


def test_no_mutation_of_ones_own_files_breaks_a_reader_or_sinks_the_files_beside_it(tmp_path: Path) -> None:
    counts = attack(1500, 20240323, tmp_path)
    assert sum(counts.values()) == 1500
    assert counts["taken"] > 300
    assert counts["refused"] > 30


def test_every_reader_is_attacked() -> None:
    assert {reader.name for reader in READERS} == {reader.name for reader, _, _ in WHOLE.values()}
