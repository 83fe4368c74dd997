"""The ``sweep:`` block of a plan file: what is varied, what is kept, how it is judged and run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from strategy.plan import AUTHOR, Misfit, Model, as_tuple
from strategy.sweep.file.columns import LEG_METRICS, METRICS

#: What ranks where a file does not say. The account's Sharpe ratio hardly differs between variants:
#: all of them hold the same core.
RANK_BY = "lead"
MOST_JUDGED = 10_000
MOST_DRAWS = 10_000_000
MOST_SAMPLED = 10**9

if TYPE_CHECKING:
    Metric = str
else:
    Metric = Literal[tuple(METRICS | LEG_METRICS)]

Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]


_EXAMPLE = "at least one key with its values, for example tactical.stop: [0.02, 0.03]"


def _a_map(keys: object) -> object:
    if not isinstance(keys, dict):
        raise ValueError(f"expected {_EXAMPLE}")
    return keys


class Draws(Model):
    """How the keys that are distributions are drawn."""

    n: int = Field(ge=1, le=MOST_DRAWS, description="How many points are drawn.")
    method: Literal["random", "sobol"] = Field(
        "random", description="Independent draws, or a scrambled Sobol sequence."
    )
    seed: Seed | None = Field(None, description="Seed of the draws; null: the sweep's.")


class Best(Model):
    """Which variants are the best."""

    by: Metric = Field(RANK_BY, description="The older place of rank_by.")
    n: int = Field(10, ge=1, le=1000, description="How many are judged and shown.")


class Block(Model):
    """What stands below ``sweep:``, beside the plan's keys.

    The values of a key are read by `strategy.sweep.file.axes`: what they may
    be depends on what the plan's key takes.
    """

    keys: Annotated[dict[str, Any], BeforeValidator(_a_map)] = Field(
        {}, description="Each key of the plan that varies, with a list, a range or a distribution."
    )
    draws: Draws | None = Field(
        None, description="How many points the distributions give; only beside distributions."
    )
    constraints: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = Field(
        (), description="Comparisons of keys that every variant meets."
    )
    metrics: Annotated[tuple[Metric, ...], BeforeValidator(as_tuple)] = Field(
        (), description="Columns to keep; an empty list keeps all."
    )
    rank_by: Metric = Field(
        RANK_BY,
        description="Metric that ranks the variants, colours the page's maps and is its axis; the "
        "best is the highest, or the lowest where less is better.",
        json_schema_extra=AUTHOR,
    )
    best: Best = Field(Best(), description="How many of the best variants are judged and shown.")
    judge: int = Field(
        50,
        ge=0,
        le=MOST_JUDGED,
        description="Variants of a random sample that are run the normal way too, as the best are; "
        "0: none is, the best neither.",
        json_schema_extra=AUTHOR,
    )
    sample: int | None = Field(
        None,
        ge=1,
        le=MOST_SAMPLED,
        description="Variants to take from the grid at random; null: all.",
    )
    seed: Seed = Field(0, description="Seed of the draws and of the samples.")
    engine: Literal["auto", "separable", "dense", "single"] = Field(
        "auto", description="How the variants are computed."
    )
    vintages: Literal["auto", "all", "some"] = Field(
        "auto", description="Whose returns by vintage are kept."
    )

    @model_validator(mode="after")
    def _varies_something(self) -> Block:
        if not self.keys:
            got = "an empty map" if "keys" in self.model_fields_set else "nothing"
            raise Misfit("keys", got, _EXAMPLE)
        return self

    @model_validator(mode="after")
    def _ranked_by_one(self) -> Block:
        if self._older and "rank_by" in self.model_fields_set and self.rank_by != self.best.by:
            by = self.best.by
            raise Misfit("rank_by", self.rank_by, f"{by}, as best.by says, or no best.by")
        return self

    @property
    def _older(self) -> bool:
        """Whether the metric stands in its older place."""
        return "by" in self.best.model_fields_set

    @property
    def ranked_by(self) -> str:
        """The metric that ranks."""
        return self.best.by if self._older else self.rank_by
