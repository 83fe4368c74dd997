"""Plan keys of the risk score: components, percentiles, triggers."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from strategy.plan.base import ARTICLE, AUTHOR, Date, Fraction, Misfit, Model, as_tuple


class Ramp(Model):
    """A component: 0 at `from`, 1 at `to`, linear between, on a point-in-time measure."""

    from_: float = Field(alias="from", description="Measure at which the risk is 0.")
    to: float = Field(description="Measure at which the risk is 1.")

    @model_validator(mode="after")
    def _not_flat(self) -> Ramp:
        if self.from_ == self.to:
            raise Misfit("to", f"{self.to:g}", "a point other than 'from'", ("from",))
        return self


class DatedRamp(Ramp):
    """A ramp that was in force until a date."""

    until: Date = Field(description="Last day on which these thresholds were in use.")


class CashRisk(Ramp):
    """Fund managers' cash level, percent: low cash is high risk."""

    from_: float = Field(
        5.0, alias="from", description="Measure at which the risk is 0.", json_schema_extra=AUTHOR
    )
    to: float = Field(4.0, description="Measure at which the risk is 1.", json_schema_extra=AUTHOR)
    earlier: Annotated[tuple[DatedRamp, ...], BeforeValidator(as_tuple)] = Field(
        (DatedRamp(until=dt.date(2020, 12, 31), **{"from": 4.5, "to": 3.5}),),
        description="Thresholds of earlier years: the survey's own rule was 4.5/3.5 before 5/4.",
        json_schema_extra=AUTHOR,
    )
    weight: float = Field(
        1.0, ge=0.0, le=100.0, description="Weight in the score.", json_schema_extra=AUTHOR
    )

    @model_validator(mode="after")
    def _dates_ascend(self) -> CashRisk:
        dates = [ramp.until for ramp in self.earlier]
        if dates != sorted(set(dates)):
            raise Misfit(
                "earlier", ", ".join(map(str, dates)), "thresholds in ascending order of 'until'"
            )
        return self


class AssetsRisk(Ramp):
    """Growth of leveraged funds' assets: the true series, where the user has loaded it."""

    from_: float = Field(
        0.0, alias="from", description="Measure at which the risk is 0.", json_schema_extra=AUTHOR
    )
    to: float = Field(
        0.80, description="Measure at which the risk is 1.", json_schema_extra=ARTICLE
    )


class LeverageRisk(Ramp):
    """Year-on-year growth of margin debt, fraction."""

    from_: float = Field(
        0.0, alias="from", description="Measure at which the risk is 0.", json_schema_extra=AUTHOR
    )
    to: float = Field(0.40, description="Measure at which the risk is 1.", json_schema_extra=AUTHOR)
    weight: float = Field(
        1.0, ge=0.0, le=100.0, description="Weight in the score.", json_schema_extra=AUTHOR
    )
    assets: AssetsRisk = Field(default_factory=AssetsRisk)


class HighYieldRisk(Ramp):
    """Widening of the high-yield spread: the true series, where the user has loaded it."""

    from_: float = Field(
        0.0, alias="from", description="Measure at which the risk is 0.", json_schema_extra=AUTHOR
    )
    to: float = Field(
        0.65, description="Measure at which the risk is 1.", json_schema_extra=ARTICLE
    )
    months: int = Field(
        2,
        ge=1,
        le=24,
        description="Months over which the change is taken.",
        json_schema_extra=ARTICLE,
    )


class CreditRisk(Ramp):
    """Widening of the Baa-Aaa yield spread over some months, percentage points."""

    from_: float = Field(
        0.0, alias="from", description="Measure at which the risk is 0.", json_schema_extra=AUTHOR
    )
    to: float = Field(0.30, description="Measure at which the risk is 1.", json_schema_extra=AUTHOR)
    months: int = Field(
        3,
        ge=1,
        le=24,
        description="Months over which the change is taken.",
        json_schema_extra=AUTHOR,
    )
    weight: float = Field(
        1.0, ge=0.0, le=100.0, description="Weight in the score.", json_schema_extra=AUTHOR
    )
    high_yield: HighYieldRisk = Field(default_factory=HighYieldRisk)


class ConcentrationRisk(Ramp):
    """Point-in-time percentile of the ten largest companies' weight in the index, fraction."""

    from_: float = Field(
        0.5, alias="from", description="Measure at which the risk is 0.", json_schema_extra=AUTHOR
    )
    to: float = Field(1.0, description="Measure at which the risk is 1.", json_schema_extra=AUTHOR)
    min_history: int = Field(
        20,
        ge=2,
        description="Figures needed before a percentile means anything; until then the proxy.",
        json_schema_extra=AUTHOR,
    )
    weight: float = Field(
        0.5, ge=0.0, le=100.0, description="Weight in the score.", json_schema_extra=AUTHOR
    )


class RotationRisk(Ramp):
    """Defensive against cyclical sectors: change of the log ratio over `sessions`."""

    from_: float = Field(
        0.0, alias="from", description="Measure at which the risk is 0.", json_schema_extra=AUTHOR
    )
    to: float = Field(0.05, description="Measure at which the risk is 1.", json_schema_extra=AUTHOR)
    sessions: int = Field(
        20,
        ge=1,
        le=252,
        description="Sessions over which the change is taken.",
        json_schema_extra=AUTHOR,
    )
    weight: float = Field(
        0.5, ge=0.0, le=100.0, description="Weight in the score.", json_schema_extra=AUTHOR
    )


class RateRise(Model):
    """Trigger: the federal funds target was raised."""

    active: bool = Field(
        False, description="Whether it lifts the hedge to max_ratio.", json_schema_extra=AUTHOR
    )
    within_days: int = Field(
        60,
        ge=1,
        le=400,
        description="Calendar days for which a rise counts.",
        json_schema_extra=AUTHOR,
    )


class CreditEvent(Model):
    """Trigger: high-yield spreads widened; by proxy Baa less Aaa where they are not loaded."""

    active: bool = Field(
        False, description="Whether it lifts the hedge to max_ratio.", json_schema_extra=AUTHOR
    )
    change: float = Field(
        0.65,
        gt=0.0,
        le=50.0,
        description="Widening over `months`, percentage points.",
        json_schema_extra=ARTICLE,
    )
    months: int = Field(
        2,
        ge=1,
        le=24,
        description="Months over which it is taken.",
        json_schema_extra=ARTICLE,
    )
    proxy_change: float = Field(
        0.30,
        gt=0.0,
        le=50.0,
        description="Proxy: widening of Baa less Aaa over risk.credit.months, percentage points.",
        json_schema_extra=AUTHOR,
    )


class Cascade(Model):
    """Trigger: the index below its average while short-dated volatility exceeds longer-dated."""

    active: bool = Field(
        False, description="Whether it lifts the hedge to max_ratio.", json_schema_extra=AUTHOR
    )
    sessions: int = Field(
        200, ge=2, le=1000, description="Length of the average.", json_schema_extra=AUTHOR
    )
    vix_level: float = Field(
        25.0,
        gt=0.0,
        le=200.0,
        description="Proxy while the 3-month VIX is not loaded: VIX above this.",
        json_schema_extra=AUTHOR,
    )


class Triggers(Model):
    """Events that lift the hedge to its largest ratio whatever the score says."""

    rate_rise: RateRise = Field(default_factory=RateRise)
    credit_event: CreditEvent = Field(default_factory=CreditEvent)
    cascade: Cascade = Field(default_factory=Cascade)


class Percentiles(Model):
    """Components read as the percentile of their measure among all figures known so far."""

    components: Annotated[
        tuple[Literal["cash", "leverage", "credit", "rotation"], ...], BeforeValidator(as_tuple)
    ] = Field(
        (),
        description="Whose `from` and `to` are percentiles between 0 and 1.",
        json_schema_extra=AUTHOR,
    )
    min_history: int = Field(
        24,
        ge=2,
        description="Figures needed before a percentile means anything.",
        json_schema_extra=AUTHOR,
    )


class Risk(Model):
    """The five late-cycle flags of the article as a score with coverage."""

    cash: CashRisk = Field(default_factory=CashRisk)
    leverage: LeverageRisk = Field(default_factory=LeverageRisk)
    credit: CreditRisk = Field(default_factory=CreditRisk)
    concentration: ConcentrationRisk = Field(default_factory=ConcentrationRisk)
    rotation: RotationRisk = Field(default_factory=RotationRisk)
    min_coverage: Fraction = Field(
        0.5,
        description="Share of the weight that must have a usable input; below it the score is "
        "unknown.",
        json_schema_extra=AUTHOR,
    )
    min_components: int = Field(
        2,
        ge=1,
        le=5,
        description="Components with a weight that must have a usable input; below it the score "
        "is unknown.",
        json_schema_extra=AUTHOR,
    )
    proxies: bool = Field(
        True,
        description="Whether a labelled proxy may take the place of a series that is missing.",
        json_schema_extra=AUTHOR,
    )
    triggers: Triggers = Field(default_factory=Triggers)
    percentile: Percentiles = Field(default_factory=Percentiles)

    @model_validator(mode="after")
    def _percentiles_are_shares(self) -> Risk:
        for name in self.percentile.components:
            ramp = self.components()[name]
            for key, value in (("from", ramp.from_), ("to", ramp.to)):
                if not 0.0 <= value <= 1.0:
                    raise Misfit(
                        f"{name}.{key}",
                        f"{value:g}",
                        "a percentile between 0 and 1, as percentile.components asks for",
                        ("percentile.components",),
                    )
        return self

    @model_validator(mode="after")
    def _weighs(self) -> Risk:
        if not any(component.weight for component in self.components().values()):
            raise Misfit("", "weights of 0 only", "at least one component with a weight above 0")
        return self

    def components(
        self,
    ) -> dict[str, CashRisk | LeverageRisk | CreditRisk | ConcentrationRisk | RotationRisk]:
        """The components by name, in the order of the outputs."""
        return {
            "cash": self.cash,
            "leverage": self.leverage,
            "credit": self.credit,
            "concentration": self.concentration,
            "rotation": self.rotation,
        }
