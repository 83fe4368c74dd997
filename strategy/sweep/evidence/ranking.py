"""The best of a sweep while its parts go by, variants with the same figures told as one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

#: Metrics of which less is better; of all others more.
LESS_IS_BETTER = (
    *("volatility", "max_drawdown_sessions", "turnover", "cost", "vintage_std"),
    "cvar_95_error",
)


def signed(by: str, values: np.ndarray) -> np.ndarray:
    """Scores of which more is better; no figure is the worst there is."""
    scores = -values if by in LESS_IS_BETTER else values
    return np.where(np.isnan(scores), -np.inf, scores)


@dataclass(frozen=True)
class Place:
    """One outcome: its score, the lowest variant that has it, how many variants have it."""

    score: float
    variant: int
    alike: int


@dataclass
class Ranking:
    """The `n` best outcomes, and the `keep` best variants.

    Settings that make no difference (an exit day that is never reached) give
    many variants with the same figures; a list of the best that repeats one of
    them ten times says nothing.

    Attributes
    ----------
    n, keep : int
    variants : int64[<= keep]
        The best variants, of equals the lower number first.
    """

    n: int
    keep: int
    variants: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    _scores: np.ndarray = field(default_factory=lambda: np.zeros(0))
    _places: dict[bytes, Place] = field(default_factory=dict)

    def add(self, variants: np.ndarray, scores: np.ndarray, figures: np.ndarray) -> None:
        """Take in a part; parts come in the order of their variants.

        Parameters
        ----------
        variants : int64[m]
        scores : float64[m]
            From `signed`.
        figures : float64[m, metrics]
            Variants whose figures are the same to the last bit are alike.
        """
        both = np.concatenate([self.variants, variants]), np.concatenate([self._scores, scores])
        order = np.lexsort((both[0], -both[1]))[: self.keep]
        self.variants, self._scores = both[0][order], both[1][order]

        # so many distinct scores are at least so many outcomes
        enough = np.unique(scores)[-self.n :]
        least = max(enough[0], self._least()) if len(enough) else -np.inf
        at = np.flatnonzero(scores >= least)
        # one zero, not two
        rows = np.ascontiguousarray(figures[at] + 0.0)
        keys = rows.view(np.dtype((np.void, rows.itemsize * rows.shape[1]))).ravel()
        outcomes, first, alike = np.unique(keys, return_index=True, return_counts=True)
        found = dict(self._places)
        for key, i, count in zip(outcomes.tolist(), at[first], alike.tolist(), strict=True):
            known = found.get(key)
            found[key] = (
                Place(float(scores[i]), int(variants[i]), count)
                if known is None
                else Place(known.score, known.variant, known.alike + count)
            )
        best = sorted(found.items(), key=lambda item: (-item[1].score, item[1].variant))
        self._places = dict(best[: self.n])

    def _least(self) -> float:
        """Score below which an outcome cannot be among the best any more."""
        if len(self._places) < self.n:
            return -np.inf
        return min(place.score for place in self._places.values())

    @property
    def places(self) -> list[Place]:
        """The best outcomes, best first."""
        return list(self._places.values())
