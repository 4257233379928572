"""What was found, read, skipped, kept and rejected, source by source and file by file."""

from pathlib import Path

from pipelines.sources import gadre
from tests.tools.built import Built, put

TABLE = (
    "Eval Task,Task Category,Task Type,#shots,#datapoints,Random baseline\n"
    "piqa,commonsense reasoning,multiple choice,10,1838,50\n"
)


def test_every_file_is_listed_with_its_digest_and_what_came_of_it(tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    put(
        mirror,
        gadre.SOURCE,
        {
            "exp_data/eval_metadata.csv": TABLE.encode(),
            "exp_data/evals/evaluation_a_heavy.json": b'{"eval_metrics": {"icl": {"piqa": 0.7, "odd": 3.0}}}',
            "exp_data/evals/evaluation_b_heavy.json": b'{"eval_metrics": ',
        },
    )
    built = Built(tmp_path / "home", mirror, [gadre.SOURCE]).ingest().run()
    files = built.sql(
        "select file, bytes, length(sha256), rows_kept, rows_rejected from source_files order by file"
    ).rows()
    assert files == [
        ("exp_data/eval_metadata.csv", len(TABLE), 64, 0, 0),
        # A score that is out of bounds, and a name that no model file has.
        ("exp_data/evals/evaluation_a_heavy.json", 52, 64, 1, 2),
        ("exp_data/evals/evaluation_b_heavy.json", 17, 64, 0, 1),
    ]
    source = built.sql(
        "select files, files_read, files_skipped, rows_kept, rows_rejected, rejects from sources "
        "where files > 0"
    ).row(0)
    assert source == (3, 3, 0, 1, 3, "no_model: 1, score_above_bound: 1, unreadable_file: 1")


def test_files_and_rows_of_the_real_sources_add_up(real: Built) -> None:
    off = real.sql(
        "select sources.source from sources inner join "
        "(select source, count(*) as files, sum(bytes) as bytes, sum(rows_kept) as rows_kept, "
        "sum(rows_duplicate) as rows_duplicate, count(*) filter (where skipped is null) as files_read "
        "from source_files group by source) as files on files.source = sources.source "
        "where (sources.files, sources.bytes, sources.rows_kept, sources.rows_duplicate, sources.files_read) "
        "is distinct from (files.files, files.bytes, files.rows_kept, files.rows_duplicate, files.files_read)"
    )
    assert off.is_empty()
    staged = real.sql("select source, count(*) as n from observations group by source")
    judged = real.sql(
        "select source, rows_kept + rows_duplicate + (select count(*) from observations as o "
        "where o.source = sources.source and status = 'rejected') as n from sources where rows_kept > 0"
    )
    assert dict(staged.rows()) == dict(judged.rows())


def test_every_skipped_real_file_says_why(real: Built) -> None:
    reasons = real.sql("select skipped from source_files where skipped is not null")["skipped"].to_list()
    assert all(len(reason) > 10 for reason in reasons)
    named = real.sql("select count(*) from sources where files_skipped > 0 and skipped is null").item()
    assert named == 0
