"""What `simulate lookahead` prints: findings, causes before consequences."""

from __future__ import annotations

from collections.abc import Iterator

from strategy.lookahead.report import EXCLUDED, Report


def lines(report: Report) -> Iterator[str]:
    """What was compared, what was found, what was left out."""
    n = report.compared
    yield (
        f"{report.plan} on {report.prices}: data cut at {n['dates']} dates (seed {report.seed}), "
        f"{n['subjects']} subjects, {n['values']:,} values compared"
    )
    if report.clean:
        yield "nothing knew more than it could"
        yield (
            "what no cut can show: dates or values that are shifted in a file itself "
            "(`simulate data check FILE`)"
        )
    else:
        many = len(report.findings)
        yield f"{many} finding{'' if many == 1 else 's'}, causes before consequences:"
        for finding in report.findings:
            yield f"  {finding.line()}"
    for name, why in EXCLUDED.items():
        yield f"left out: {name}, the {why}"
    for date, why in report.skipped.items():
        yield f"not compared: {date}: {why}"
