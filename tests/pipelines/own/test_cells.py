"""Numbers as text: read where they are plain; commas and suffixes only where a format prints them."""

import math

import pytest

from pipelines.own.reading.cells import (
    is_empty,
    is_not_finite,
    read_grouped,
    read_number,
    read_rounded,
    read_whole,
)

PLAIN = [
    (0.4123, 0.4123),
    ("0.4123", 0.4123),
    (" 6.159759E+00 ", 6.159759),
    ("np.float64(0.11)", 0.11),
    ("numpy.float32(3)", 3.0),
    ("-1.0000", -1.0),
    (".5", 0.5),
    (7, 7.0),
]
NONE = ["76,631", "4.19B", "82.00 (7/8)", "1_000", "٣", "0x10", "41.2%", "five", "", "-", "N/A", "nan"]
NONE += ["Infinity", "1e999", "9" * 401, "0,4123", "np.float64(nan)", "1 2", "0.5)", "np.float64(0.5"]
OTHERS = [True, None, [], {}, math.nan, math.inf, 10**400, b"1"]


@pytest.mark.parametrize(("cell", "expected"), PLAIN)
def test_plain_numbers_are_read(cell: object, expected: float) -> None:
    assert read_number(cell) == expected


@pytest.mark.parametrize("cell", [*NONE, *OTHERS])
def test_nothing_else_is_taken_for_a_number(cell: object) -> None:
    assert read_number(cell) is None


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("4194304", 4194304),
        ("9007199254740993", 9007199254740993),
        ("2e9", 2 * 10**9),
        (1000.0, 1000),
        ("1000.5", None),
        ("4,194,304", None),
        (2**63, None),
        ("1e300", None),
        (True, None),
        ("9" * 5000, None),
    ],
)
def test_whole_numbers_keep_every_digit(cell: object, expected: int | None) -> None:
    assert read_whole(cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("76,631", (76631.0, False)),
        ("4,194,304,000", (4194304000.0, False)),
        ("4.19B", (4.19e9, True)),
        ("1.2K", (1200.0, True)),
        ("3.127", (3.127, False)),
        ("4,19", None),
        ("4,1943,04", None),
        ("4.19b", None),
        ("1,234B", None),
        ("9" * 390 + "T", None),
    ],
)
def test_printed_numbers_say_whether_they_are_rounded(cell: str, expected: object) -> None:
    assert read_rounded(cell) == expected


def test_commas_are_read_only_between_thousands() -> None:
    assert read_grouped("1,234.5") == 1234.5
    assert read_grouped("12,34") is None


def test_empty_and_not_finite_are_told_apart_from_what_cannot_be_read() -> None:
    assert all(is_empty(cell) for cell in (None, "", " ", "-", "N/A", []))
    assert not any(is_empty(cell) for cell in (0, "0", "nan", "five"))
    assert all(is_not_finite(cell) for cell in (math.nan, -math.inf, "NaN", "-Infinity", "inf"))
    assert not any(is_not_finite(cell) for cell in (0.0, "x", None, "1e3"))
