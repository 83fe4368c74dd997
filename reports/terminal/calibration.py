"""What `simulate scenario --calibrate` prints: bands and scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from strategy.scenario.odds.calibration import BANDS, QUANTITIES


def summarise_calibration(
    figures: Mapping[str, Any], folder: Path, files: Sequence[str]
) -> RenderableType:
    """Bands and scores on a terminal."""
    bands = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="dim")
    for name in ("world", "figure", *(f"{b:.0%} band" for b in BANDS)):
        bands.add_column(name, justify="left" if name in ("world", "figure") else "right")
    for world in figures["world_order"]:
        for quantity in QUANTITIES:
            own = [r for r in figures["bands"] if r["world"] == world and r["figure"] == quantity]
            if own:
                bands.add_row(
                    world,
                    quantity.replace("_", " "),
                    *(f"{r['inside']:.0%} of {r['n']}" for r in own),
                )
    scores = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="dim")
    for name in ("world", "event", "forecast", "happened", "Brier", "base rate's", "skill"):
        scores.add_column(name, justify="left" if name in ("world", "event") else "right")
    for row in figures["scores"]:
        scores.add_row(
            row["world"],
            row["event"].replace("_", " "),
            f"{row['mean_forecast']:.0%}",
            f"{row['happened']:.0%}",
            f"{row['brier']:.3f}",
            f"{row['brier_base']:.3f}",
            f"{row['skill']:+.0%}",
        )
    head = (
        f"{figures['name']}: {figures['vintages']} vintages, {figures['first']} to "
        f"{figures['last']}, each forecast on its anchor with its past alone, "
        f"{figures['paths']:,} futures"
    )
    return Group(
        Text(head, style="bold"),
        Text("\nHow often the outcome fell inside the band", style="bold"),
        bands,
        Text("\nProbabilities: Brier score against the past's base rate", style="bold"),
        scores,
        Text(f"\n{folder}/", style="bold"),
        Text("  ".join(files)),
    )
