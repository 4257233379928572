"""Published files and archives, mutated at random: `make torture` does a hundred times as many."""

from benchmarks.torture_inputs import attack


def test_no_mutation_of_a_file_or_an_archive_breaks_a_reader() -> None:
    counts = attack(1000, seed=20240323)
    assert sum(counts.values()) == 1000
    assert counts["files rejected"] > 300
