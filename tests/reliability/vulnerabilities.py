"""Known vulnerabilities of the pinned packages, asked of the services that pip-audit knows.

    python -m tests.reliability.vulnerabilities .venv-audit/bin/pip-audit constraints.txt

Exit code 0: every package was looked up and none is known to be vulnerable. 1: some are.
2: packages could not be looked up. pip-audit itself ends with 0 then (an index that
does not tell of vulnerabilities makes it skip the package), which is no answer.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SERVICES = ("pypi", "osv")
SECONDS = 900


@dataclass(frozen=True)
class Finding:
    """What one service said."""

    looked_up: int
    vulnerable: tuple[str, ...]
    skipped: tuple[str, ...]
    trouble: str = ""

    @property
    def code(self) -> int:
        """Exit code."""
        if self.vulnerable:
            return 1
        return 2 if self.skipped or self.trouble or not self.looked_up else 0


def ask(tool: str, requirements: str, service: str) -> Finding:
    """Run pip-audit on a file of pinned packages."""
    words = [tool, "--requirement", requirements, "--no-deps", "--disable-pip"]
    words += ["--vulnerability-service", service, "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return Finding(0, (), (), f"{service}: no answer in {SECONDS} s")
    return read(done.stdout, done.stderr, service)


def read(stdout: str, stderr: str, service: str) -> Finding:
    """What pip-audit printed."""
    try:
        packages: list[Mapping[str, Any]] = json.loads(stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        said = [line for line in stderr.splitlines() if line.strip()]
        return Finding(0, (), (), f"{service}: {said[-1][:200] if said else 'no answer'}")
    skipped = tuple(p["name"] for p in packages if p.get("skip_reason"))
    vulnerable = tuple(
        f"{p['name']} {p['version']}: {v['id']}, mended in {', '.join(v['fix_versions']) or '-'}"
        for p in packages
        for v in p.get("vulns", ())
    )
    return Finding(len(packages) - len(skipped), vulnerable, skipped)


def main(tool: str, requirements: str) -> int:
    """Ask one service after another until one answers for all packages."""
    code = 2
    for service in SERVICES:
        found = ask(tool, requirements, service)
        code = found.code
        for line in found.vulnerable:
            print(f"vulnerable: {line}")
        if found.trouble:
            print(f"not checked: {found.trouble}", file=sys.stderr)
        elif found.skipped:
            print(
                f"not checked: {service} could not look up {len(found.skipped)} of "
                f"{len(found.skipped) + found.looked_up} packages",
                file=sys.stderr,
            )
        else:
            print(f"{service}: {found.looked_up} packages looked up, {len(found.vulnerable)} known")
        if code != 2:
            break
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
