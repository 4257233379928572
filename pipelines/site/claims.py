"""The published claims, each with what every source's tables say of it."""

from collections import Counter
from typing import Any

from pipelines.site.data import grouped

Row = dict[str, Any]
IDLE = "not testable here"


def told_claims(claims: list[Row]) -> list[Row]:
    """Return one row a claim with its tests, those with most answers first."""
    told = [_told(tests) for tests in grouped(claims, "claim_id").values()]
    return sorted(told, key=lambda claim: (-len(claim["answers"]), str(claim["claim_id"])))


def _told(tests: list[Row]) -> Row:
    first = tests[0]
    answers = [test for test in tests if test["verdict"] != IDLE]
    counts = Counter(test["verdict"] for test in tests)
    return {
        "claim_id": first["claim_id"],
        "statement": first["statement"] or first["claim_id"],
        "published": " ".join(text for text in (first["authors_year"], first["citation"]) if text),
        "how": sorted({test["test"] for test in tests if test["test"]}),
        "answers": sorted(answers, key=lambda test: (test["verdict"] or "", _place(test))),
        "idle": sorted({_place(test) for test in tests if test["verdict"] == IDLE}),
        "counts": sorted(counts.items(), key=lambda pair: (pair[0] == IDLE, str(pair[0]))),
        "sources": "\n".join(sorted({test["source"] or "" for test in answers})),
        "verdicts": "\n".join(sorted({str(test["verdict"]) for test in tests})),
    }


def _place(test: Row) -> str:
    source = test["source"] or "no source"
    return source if test["format"] in (None, "any") else f"{source} ({test['format']})"
