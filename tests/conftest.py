"""What every test shares: no network, a drawing backend without a screen, hypothesis profiles."""

import os
import socket

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("MPLBACKEND", "Agg")

# In CI the examples are the same each time: a red run means that the code changed.
settings.register_profile(
    "ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("local", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_addoption(parser):
    parser.addoption(
        "--campaigns", action="store_true", help="also the tests that are marked as campaigns"
    )


def pytest_collection_modifyitems(config, items):
    """Campaigns on demand; files with slow tests first, so that no worker ends with one."""
    if not config.getoption("--campaigns"):
        later = [item for item in items if item.get_closest_marker("campaign")]
        config.hook.pytest_deselected(items=later)
        items[:] = [item for item in items if not item.get_closest_marker("campaign")]
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config, specs):
    """Before the workers start: each would compile the kernels that are not on disk."""
    from tests.warm import warm

    seconds = warm()
    if seconds:
        print(f"kernels compiled in {seconds:.0f} s")


LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(scope="session", autouse=True)
def no_cache_of_one_s_own(tmp_path_factory):
    """Plans read newer data where they were updated: here nothing was."""
    folder = tmp_path_factory.mktemp("data") / "none"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIMULATE_DATA_DIR", str(folder))
        yield


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Any connection beyond this machine is an error: a run needs no network."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(
            LOOPBACK
        ):
            raise AssertionError(f"a test tried to reach the network: {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
