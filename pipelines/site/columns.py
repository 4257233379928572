"""Which columns of the tables of consequences a page shows, with their headings and how each is written."""

from emergence.universality.common_threshold import PUBLISHED_ETA

PUBLISHED = PUBLISHED_ETA
Columns = tuple[tuple[str, str, str], ...]

LAW_KEYS = ("source", "family", "study", "corpus", "unit", "comparability_group")
LAWS: Columns = (
    ("source", "source", "text"),
    ("family", "family", "name"),
    ("corpus", "loss on", "text"),
    ("form", "form", "text"),
    ("points", "points", "words"),
    ("status", "status", "words"),
    ("irreducible_loss", "irreducible loss", "score"),
    ("irreducible_loss_low", "from", "score"),
    ("irreducible_loss_high", "to", "score"),
    ("n0", "N₀", "size"),
    ("alpha_n", "α of L(N)", "n"),
    ("a", "A", "n"),
    ("alpha", "α", "n"),
    ("b", "B", "n"),
    ("beta", "β", "n"),
    ("rmse", "RMSE", "n"),
    ("n", "losses", "count"),
    ("n_runs", "runs", "count"),
    ("reason", "reason", "wide"),
)
SIZES: Columns = (
    ("source", "source", "text"),
    ("format", "format", "text"),
    ("metric", "metric", "text"),
    ("n_shot", "shots", "count"),
    ("corpus", "loss on", "text"),
    ("family", "family", "wide"),
    ("form", "law", "text"),
    ("points", "points", "words"),
    ("eta", "η", "score"),
    ("at_params", "parameters asked at", "size"),
    ("params", "parameters", "size"),
    ("params_low", "from", "size"),
    ("params_high", "to", "size"),
    ("tokens", "tokens", "size"),
    ("compute_flop", "compute [FLOP]", "n"),
    ("p_never", "p of never", "p"),
    ("reason", "reason", "wide"),
)
UNIVERSALITY: Columns = (
    ("source", "source", "text"),
    ("corpus", "loss on", "text"),
    ("unit", "unit", "unit"),
    ("format", "format", "text"),
    ("verdict", "verdict", "words"),
    ("n_tasks", "tasks", "count"),
    ("n_events", "events", "count"),
    ("eta_common", "common η", "score"),
    ("eta_common_low", "from", "score"),
    ("eta_common_high", "to", "score"),
    ("tau", "τ", "n"),
    ("i2", "I²", "n"),
    ("p_equal", "p of equality", "p"),
    ("against_published", "against 2.2", "wide"),
    ("reason", "reason", "wide"),
)
FORECASTS: Columns = (
    ("scenario", "scenario", "text"),
    ("task", "task", "text"),
    ("format", "format", "text"),
    ("metric", "metric", "text"),
    ("n_shot", "shots", "count"),
    ("corpus", "loss on", "text"),
    ("loss", "loss", "score"),
    ("score", "score", "score"),
    ("score_low", "from", "score"),
    ("score_high", "to", "score"),
    ("chance", "chance", "score"),
    ("chance_disputed", "chance in dispute", "flag"),
    ("p_above_chance", "p above chance", "p"),
    ("extrapolated", "extrapolated", "flag"),
)
ANOMALIES: Columns = (
    ("checkpoint_id", "checkpoint", "text"),
    ("task", "task", "text"),
    ("format", "format", "text"),
    ("metric", "metric", "text"),
    ("n_shot", "shots", "count"),
    ("corpus", "loss on", "text"),
    ("loss", "loss", "score"),
    ("score", "score", "score"),
    ("expected", "expected", "score"),
    ("residual", "residual", "score"),
    ("p_adjusted", "adjusted p", "p"),
)
CLAIMS = (
    "claim_id",
    "source",
    "format",
    "statement",
    "authors_year",
    "citation",
    "test",
    "statistic",
    "value",
    "low",
    "high",
    "n",
    "verdict",
    "reason",
    "counter",
    "corpus",
    "unit",
    "metric",
)


def names(shown: Columns) -> tuple[str, ...]:
    """Return the names of the columns shown."""
    return tuple(name for name, _, _ in shown)
