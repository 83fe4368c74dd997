"""The sentence on a sweep: what its best variant is worth, and whether to trust that choice."""

from __future__ import annotations

from typing import Any

#: The choice is believed at this deflated Sharpe ratio (raw trials) or more, and ...
LEAST_DSR = 0.95
#: ... at most this probability of overfitting and this p of the SPA test.
MOST_PBO, MOST_P = 0.2, 0.05


def believed(found: dict[str, Any]) -> bool:
    """Whether the choice of the best passes all three tests; what is missing is not passed."""
    if not {"luck", "overfitting", "reality_check"} <= found.keys():
        return False
    return bool(
        found["luck"]["dsr"] >= LEAST_DSR
        and found["overfitting"]["pbo"] <= MOST_PBO
        and found["reality_check"]["p_consistent"] <= MOST_P
        and found["best"]["mean_lead"] > 0.0
    )


def verdict(found: dict[str, Any]) -> str:
    """One sentence: the best's Sharpe ratio, what is left of it, and whether to believe the choice.

    Where the choice is not believed, it is so of every parameter: none is named.
    """
    missing = found.get("missing", {})
    if "best" not in found:
        why = missing.get("all") or missing.get("best")
        return f"best of {_variants(found)}: not judged, {why}"
    best = found["best"]
    parts = [f"Sharpe ratio of its lead over holding the same exposure {best['sharpe']:.2f}"]
    if "luck" in found:
        parts.append(f"deflated {found['luck']['dsr']:.2f}")
    if "overfitting" in found:
        parts.append(f"overfitting probability {found['overfitting']['pbo']:.2f}")
    if "reality_check" in found:
        parts.append(f"SPA p {found['reality_check']['p_consistent']:.2f}")
    end = "the choice survives these tests" if believed(found) else "do not trust the choice"
    return f"best of {_variants(found)}: {', '.join(parts)}: {end}"


def _variants(found: dict[str, Any]) -> str:
    own, ever = found["variants"], found["trials"]
    words = f"{own:,} variant{'s' if own != 1 else ''}"
    return words if ever <= own else f"{words} ({ever:,} ever tried)"
