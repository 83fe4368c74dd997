"""Every page that the program writes, as files that the workers of a session share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from reports.audit.page import build_audit
from reports.compare.page import build_comparison
from reports.run.folder import write_run
from reports.run.report import build_report
from reports.scenario.page import build_calibration, build_scenario
from reports.sweep.data import read_sweep
from reports.sweep.page import build_sweep
from reports.tearsheet.sheet import build_tearsheet
from strategy.compare.comparison import compare
from strategy.compare.stored import read_run
from strategy.sweep.lattice.lattice import lattice_or_key
from tests.reports.folders import make_sweep
from tests.reports.stand_in import make_result
from tests.shared import once

HOSTILE = "<script>alert('x')</script> \"quoted\" & 🚀 短多"
LANGUAGES = {"": "en", "-zh": "zh-Hant"}

#: Pages that are made of the same things, and at once: from the bundled data, but for the sweep's
#: and the hostile one.
TOGETHER = {
    "report": ("report", "report-zh"),
    "tearsheet": ("tearsheet",),
    "compare": ("compare", "compare-zh"),
    "sweep": ("sweep",),
    "hostile": ("hostile",),
    "young": ("young-zh",),
    "audit": ("audit", "audit-zh"),
    "scenario": ("scenario", "scenario-zh"),
    "calibration": ("calibration", "calibration-zh"),
}
GROUP_OF = {name: group for group, names in TOGETHER.items() for name in names}


class Shelf:
    """Pages by name, each made when it is first asked for.

    Parameters
    ----------
    folder : Path
        Shared by the session's workers.
    fixture : callable
        A fixture of the session by its name.
    """

    def __init__(self, folder: Path, fixture: Callable[[str], Any]) -> None:
        self.folder, self.fixture = folder, fixture

    def __getitem__(self, name: str) -> Path:
        """The page's file."""
        group = GROUP_OF[name]
        once(self.folder, f"page-{group}", getattr(self, f"_{group}"))
        return self.folder / f"{name}.html"

    def run(self, plan: str = "short_long") -> dict[str, Path]:
        """What a run of a plan writes, its page too for the plan that comes with the program."""
        folder = once(self.folder, f"run-{plan}", lambda: self._run(plan))
        return {"folder": folder} | {path.name: path for path in folder.iterdir()}

    def _run(self, plan: str) -> Path:
        result, main = self.fixture(plan), plan == "short_long"
        written = write_run(result, self.folder / "runs", tearsheet=False, report=main)
        return Path(written["folder"])

    def _put(self, name: str, page: str) -> None:
        (self.folder / f"{name}.html").write_text(page, encoding="utf-8")

    def _report(self) -> None:
        self._put("report", self.run()["report.html"].read_text(encoding="utf-8"))
        result = self.fixture("short_long")
        lattice = lattice_or_key(result.simulation)
        page = build_report(result, lattice=lattice, language="zh-Hant")
        self._put("report-zh", page)

    def _tearsheet(self) -> None:
        self._put("tearsheet", build_tearsheet(self.fixture("short_long")))

    def _compare(self) -> None:
        runs = [read_run(self.run(plan)["folder"]) for plan in ("short_long", "structural")]
        comparison = compare(runs)
        for end, tag in LANGUAGES.items():
            self._put(f"compare{end}", build_comparison(comparison, language=tag))

    def _sweep(self) -> None:
        self._put("sweep", build_sweep(read_sweep(make_sweep(self.folder / "a sweep"))))

    def _hostile(self) -> None:
        self._put("hostile", build_report(make_result(name=HOSTILE)))

    def _young(self) -> None:
        self._put("young-zh", build_report(make_result(first=2024, last=2024), language="zh-Hant"))

    def _audit(self) -> None:
        for end, tag in LANGUAGES.items():
            self._put(f"audit{end}", build_audit(self.fixture("bundled_audit"), language=tag))

    def _scenario(self) -> None:
        for end, tag in LANGUAGES.items():
            page = build_scenario(self.fixture("scenario_figures"), language=tag)
            self._put(f"scenario{end}", page)

    def _calibration(self) -> None:
        for end, tag in LANGUAGES.items():
            page = build_calibration(self.fixture("calibration_figures"), language=tag)
            self._put(f"calibration{end}", page)
