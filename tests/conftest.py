"""Options and habits of the whole suite."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import plotly.graph_objects as go
import pytest
from filelock import FileLock
from hypothesis import settings

from tests.briefing_files import AUTUMN, GANYU, selected
from tests.demo import Demo, built_demo
from tracker import ui
from tracker.briefing.content import Content, content
from tracker.briefing.selection import Selection
from tracker.charts.frame import Picture

# A slow or shared machine is no fault of a rule.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--cases", type=Path, help="numeric cases of progress methods to run instead of the shared ones")


def pytest_configure(config: pytest.Config) -> None:
    # A skipped test is counted with its reason at the end of every run, never silently.
    if "s" not in config.option.reportchars:
        config.option.reportchars += "s"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Files with slow tests begin first, or one processor would still be at them when the others have done; of these the
    # ones without the demo, or all processors would wait for the one that makes it.
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    shown = {item.path for item in items if "demo" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: (item.path not in slow, item.path in shown))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo, written and built once for all tests of a run, whichever process asks first."""
    is_one_of_many = "PYTEST_XDIST_WORKER" in os.environ
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if is_one_of_many else own
    made = shared / "demo.pickle"
    with FileLock(shared / "demo.lock"):
        if not made.exists():
            made.write_bytes(pickle.dumps(built_demo(shared / "demo")))
    found = pickle.loads(made.read_bytes())
    assert isinstance(found, Demo)
    return found


@pytest.fixture(scope="module")
def plan(demo: Demo) -> Iterator[Selection]:
    """What a briefing of the demo's city at the close of its plan is asked for."""
    with selected(demo) as chosen:
        yield chosen


@pytest.fixture(scope="module")
def city(plan: Selection) -> Content:
    """The briefing of that city."""
    return content(plan)


@pytest.fixture(scope="module")
def district(plan: Selection) -> Content:
    """The briefing of one of its districts on the way, in English and with what is expected."""
    return content(replace(plan, as_of=AUTUMN, area_codes=(GANYU,), language="en", with_forecast=True))


@pytest.fixture
def own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder for one test of the pages. Caches outlive an AppTest: tests would read each other's builds."""
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
    yield tmp_path
    ui.forget()


@pytest.fixture(scope="module")
def checked_pictures() -> Iterator[None]:
    """Plotly checks every property of every figure that a test makes, which it does not while a reader waits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Picture, "__init__", go.Figure.__init__)
        yield
