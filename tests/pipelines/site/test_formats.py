"""Numbers and names as pages write them: as a person would, and each row told from the others."""

import pytest

from pipelines.site.forests import _told_apart
from pipelines.site.formats import breakable, coded, short


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0"),
        (-0.0213, "−0.0213"),
        (406.4, "406.4"),
        (99641.0, "99\u202f640"),
        (1.2345e22, "1.234\u202f×\u202f10²²"),
        (9.677e-6, "9.677\u202f×\u202f10⁻⁶"),
        (-4.2e-5, "−4.2\u202f×\u202f10⁻⁵"),
    ],
)
def test_a_number_is_written_without_a_machine_s_powers(value: float, said: str) -> None:
    assert short(value, 4) == said


def test_a_long_name_breaks_between_its_parts_and_stays_text() -> None:
    assert breakable("open_lm dfn_10-x") == "open_<wbr>lm dfn_<wbr>10-<wbr>x"
    assert breakable("<b>_x") == "&lt;b&gt;_<wbr>x"
    assert breakable("pythia-1.4b, α 0.34") == "pythia-<wbr>1.4b, α 0.34"


def test_words_between_backticks_are_code() -> None:
    assert coded("where `<a>` is & `b`") == "where <code>&lt;a&gt;</code> is &amp; <code>b</code>"
    assert coded("a lone ` stays") == "a lone ` stays"
    assert coded(None) == ""


def test_settings_of_one_label_name_their_metric() -> None:
    rows = [
        {"label": "a", "metric": "acc"},
        {"label": "a", "metric": "soft"},
        {"label": "b", "metric": "acc"},
    ]
    assert [row["label"] for row in _told_apart(rows)] == ["a · acc", "a · soft", "b"]
