"""Golden values of Megatron: curves in JSON, by step or in a list."""

import json
from pathlib import Path

from pipelines.own.formats.megatron_golden import READER
from tests.pipelines.own.reading import losses, own_file, read_with

GOLDEN = json.dumps(
    {
        "lm loss": {
            "start_step": 1,
            "end_step": 20,
            "step_interval": 5,
            "values": {"10": 9.5, "5": 10.1, "1": 10.8, "15": "nan"},
        },
        "num-zeros": {"start_step": 1, "end_step": 20, "step_interval": 5, "values": {"1": 9.0}},
    }
)


def test_values_by_step_in_numeric_order(tmp_path: Path) -> None:
    reading = read_with(READER, tmp_path, GOLDEN)
    assert losses(reading) == [("lm loss", 1, 10.8), ("lm loss", 5, 10.1), ("lm loss", 10, 9.5)]
    assert [(b.place, b.rule) for b in reading.broken] == [("lm loss.values.15", "loss_not_finite")]
    assert {r.key for r in reading.records} == {"lm loss"}


def test_values_in_a_list_stand_an_interval_apart(tmp_path: Path) -> None:
    text = json.dumps(
        {"lm loss": {"start_step": 0, "end_step": 34, "step_interval": 5, "values": [10.8, 10.7, 10.5]}}
    )
    assert losses(read_with(READER, tmp_path, text)) == [
        ("lm loss", 0, 10.8),
        ("lm loss", 5, 10.7),
        ("lm loss", 10, 10.5),
    ]


def test_other_json_is_none(tmp_path: Path) -> None:
    assert not READER.recognise(own_file(tmp_path, "x", json.dumps({"lm loss": {"step_interval": 5}})))
