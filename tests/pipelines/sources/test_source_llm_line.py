"""Public models on one line: losses on windows of 50 tokens, which stand beside no other losses."""

from pathlib import Path

from pipelines.sources import llm_line
from tests.tools.built import Built, put
from tests.tools.synthetic_runs import LLM_LINE, llm_line_row, table


def build(tmp_path: Path, content: bytes) -> Built:
    put(tmp_path / "mirror", llm_line.SOURCE, {LLM_LINE: content})
    return Built(tmp_path / "home", tmp_path / "mirror", [llm_line.SOURCE]).ingest().run()


def test_a_model_has_five_losses_ten_accuracies_and_as_many_losses_on_answers(tmp_path: Path) -> None:
    built = build(tmp_path, table(llm_line_row()))
    assert built.sql("select metric, count(*) from scores group by metric order by metric").rows() == [
        ("acc", 10),
        ("answer_loss", 10),
    ]
    assert set(built.sql("select tokenizer from losses")["tokenizer"]) == {"gpt2"}
    windows = built.sql("select corpus, context_length from corpora order by corpus").rows()
    assert windows == [
        ("c4_windows_50", 50),
        ("fineweb_edu_windows_50", 50),
        ("pile_uc_windows_50", 50),
        ("refinedweb_windows_50", 50),
        ("slimpajama_windows_16", 16),
    ]


def test_its_losses_share_no_group_with_another_source(tmp_path: Path) -> None:
    built = build(tmp_path, table(llm_line_row()))
    others = set(built.sql("select corpus from facts_corpora where source <> 'llm_line'")["corpus"])
    assert not set(built.sql("select corpus from losses")["corpus"]) & others
    assert set(built.sql("select unit from losses")["unit"]) == {"nats_per_token"}


def test_revisions_without_tokens_are_checkpoints_by_their_row(tmp_path: Path) -> None:
    nameless = {"Name": "allenai/OLMo-1B", "Size": "", "Tokenizer": "", "Tokens": ""}
    later = nameless | {"C4 Validation Loss": 3.1}
    built = build(tmp_path, table(llm_line_row(**nameless), llm_line_row(**later)))
    checkpoints = built.sql("select checkpoint_id, tokens, is_final from checkpoints order by all").rows()
    assert checkpoints == [
        ("llm_line/allenai/OLMo-1B@row 1", None, False),
        ("llm_line/allenai/OLMo-1B@row 2", None, False),
    ]
    assert built.sql("select count(*) from rejects").item() == 0


def test_the_second_heading_is_rejected_and_columns_named_twice_are_not_read(tmp_path: Path) -> None:
    lines = table(llm_line_row()).decode().splitlines()
    width = lines[0].count(",") + 1
    content = "\n".join(
        [
            lines[0] + ",Intervention,Intervention",
            "," * (width - 1) + ",Size,Tokenizer",
            lines[1] + ",True,False",
            "",
        ]
    )
    built = build(tmp_path, content.encode())
    assert built.sql("select rule, place from rejects").rows() == [("missing_field", "row 1, column Name")]
    assert built.sql("select count(*) from losses").item() == 5


def test_112_of_129_real_rows_have_all_losses(real: Built) -> None:
    rows = real.sql(
        "select checkpoint_id, count(*) filter (where kind = 'loss') as losses from observations "
        "where source = 'llm_line' and status = 'kept' group by checkpoint_id"
    )
    assert rows.height >= 129
    assert (rows["losses"] == 5).sum() >= 112
    assert (rows["losses"] == 0).sum() == 9
    nameless = real.sql(
        "select count(*) from checkpoints where source = 'llm_line' and tokens is null"
    ).item()
    assert nameless == 46
