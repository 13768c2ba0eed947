"""The same charts in Apache Superset: what the app is compared with, where one is installed.

It cannot live beside the app's packages (it asks for pandas 2.1). A virtualenv of its own, as of a day when its parts
fitted: with later ones ``rich`` is missing and its cache does not start; ``cachetools`` it needs without saying so::

    uv venv --python 3.11 FOLDER
    uv pip install --python FOLDER/bin/python --exclude-newer 2026-06-10 apache-superset==6.1.0 cachetools
    SUPERSET_PYTHON=FOLDER/bin/python python -m benchmarks.bench_pages superset

The rows are those of the Dash peer (``superset_rows``). The charts are the nearest that it offers: bars for bullets and
dumbbells, a table for tiles, one chart of lines for small multiples. As in Dash, answers are kept in memory once made.
"""

from __future__ import annotations

import json
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import BrowserContext

from benchmarks.bench_etl import environment_of
from benchmarks.measure import cost_of
from benchmarks.server import Server, free_port, running, wait_for

NAMED_BY = "SUPERSET_PYTHON"
# A canvas of a chart on which something is drawn.
DRAWN = """() => [...document.querySelectorAll('.slice_container canvas')].some(canvas => canvas.width
    && canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(value => value))"""
_ADMIN = {"username": "admin", "password": "admin"}
_CONFIG = """
SECRET_KEY = "only for a comparison on one machine"
SQLALCHEMY_DATABASE_URI = "sqlite:///{folder}/superset.sqlite"
PREVENT_UNSAFE_DB_CONNECTIONS = False
WTF_CSRF_ENABLED = TALISMAN_ENABLED = False
CACHE_CONFIG = DATA_CACHE_CONFIG = {{"CACHE_TYPE": "SimpleCache", "CACHE_DEFAULT_TIMEOUT": 86400}}
"""
_SETUP = (
    ("db", "upgrade"),
    ("fab", "create-admin", "--firstname", "a", "--lastname", "b", "--email", "a@example.org",
     *(word for key, value in _ADMIN.items() for word in (f"--{key}", value))),
    ("init",),
)  # fmt: skip
# Charts by page: kind, table, what runs along the axis, what is measured, other settings.
_BARS, _LINES = "echarts_timeseries_bar", "echarts_timeseries_line"
_ACROSS = {"orientation": "horizontal"}
CHARTS: dict[str, tuple[tuple[str, str, str, tuple[str, ...], dict[str, Any]], ...]] = {
    "overview": ((_BARS, "bullets", "name", ("share", "expected_share"), _ACROSS),),
    "districts": (
        (_BARS, "ranked", "area_short", ("lead_points",), _ACROSS),
        ("table", "tiles", "", (), {"query_mode": "raw", "all_columns": ["name", "value", "word"]}),
        (_BARS, "ranked", "area_short", ("baseline_value", "value", "target_value"), _ACROSS),
        (_LINES, "multiples", "as_of", ("done", "pace"), {"groupby": ["short"]}),
    ),
    "indicators": (
        (_LINES, "burn_up", "as_of", ("value", "expected_value", "low_80", "median", "high_80"), {}),
        (_BARS, "parts", "name", ("value",), _ACROSS),
    ),
}


@contextmanager
def served_superset(folder: Path) -> Iterator[Server]:
    """Superset with the dashboards, set up anew, until the end of the block: one process with four threads.

    Its files, ``log`` with what it says among them, go into the folder ``superset`` of a data folder with a build.

    Raises:
        KeyError: none is named.
        subprocess.CalledProcessError: a step of its setup fails.
    """
    program, place = Path(os.environ[NAMED_BY]), folder / "superset"
    place.mkdir()
    config = place / "superset_config.py"
    config.write_text(_CONFIG.format(folder=place), encoding="utf-8")
    settings = {"SUPERSET_CONFIG_PATH": str(config), "SUPERSET_HOME": str(place)}
    port = free_port()
    serve = f"gunicorn --no-control-socket --graceful-timeout 1 -w 1 -k gthread --threads 4 -b 127.0.0.1:{port}"
    rows = place / "rows.sqlite"
    cost_of("benchmarks.superset_rows", str(rows), environment=environment_of(folder))
    with (place / "log").open("wb") as log:
        for words in _SETUP:
            command, environment = [str(program.with_name("superset")), *words], {**os.environ, **settings}
            subprocess.run(command, check=True, stdout=log, stderr=log, env=environment)
        with running([*serve.split(), "superset.app:create_app()"], log, settings, (str(program), "-m")) as started:
            address = f"http://127.0.0.1:{port}"
            wait_for(address + "/health")
            _make_dashboards(address, rows)
            yield Server(address, psutil.Process(started.pid))


def log_in(context: BrowserContext, address: str) -> None:
    """Let a browser in."""
    context.request.post(f"{address}/login/", form={**_ADMIN})


def _make_dashboards(address: str, file: Path) -> None:
    """Through the interface of Superset a dashboard for each page, on the tables in a file."""
    token = _asked(f"{address}/api/v1/security/login", {**_ADMIN, "provider": "db"})["access_token"]

    def made(kind: str, **content: Any) -> int:
        return int(_asked(f"{address}/api/v1/{kind}/", content, token)["id"])

    database = made("database", database_name="rows", sqlalchemy_uri=f"sqlite:///{file}")
    names = sorted({table for charts in CHARTS.values() for _, table, *_ in charts})
    datasets = {name: made("dataset", database=database, table_name=name) for name in names}
    for page, charts in CHARTS.items():
        drawn: list[int] = []
        for kind, table, along, measured, more in charts:
            values = [
                {"expressionType": "SIMPLE", "column": {"column_name": name}, "aggregate": "SUM", "label": name}
                for name in measured
            ]
            settings = json.dumps({"viz_type": kind, "x_axis": along, "metrics": values, "groupby": []} | more)
            source = {"datasource_id": datasets[table], "datasource_type": "table"}
            drawn.append(made("chart", slice_name=f"{page} {len(drawn)}", viz_type=kind, params=settings, **source))
        dashboard = made("dashboard", dashboard_title=page, slug=page, published=True)
        # Only a change ties the charts to a dashboard; its making alone does not.
        layout = {"json_metadata": json.dumps({"positions": _under_each_other(drawn)})}
        _asked(f"{address}/api/v1/dashboard/{dashboard}", layout, token, "PUT")


def _under_each_other(charts: list[int]) -> dict[str, Any]:
    """The layout of a dashboard: a row for each chart."""

    def part(kind: str, name: str, children: list[str], **meta: Any) -> dict[str, Any]:
        return {name: {"type": kind, "id": name, "children": children, "meta": meta}}

    layout = part("ROOT", "ROOT_ID", ["GRID_ID"]) | part("GRID", "GRID_ID", [f"ROW-{chart}" for chart in charts])
    for chart in charts:
        layout |= part("ROW", f"ROW-{chart}", [f"CHART-{chart}"], background="BACKGROUND_TRANSPARENT")
        layout |= part("CHART", f"CHART-{chart}", [], chartId=chart, width=12, height=50)
    return layout


def _asked(url: str, content: dict[str, Any], token: str = "", method: str = "POST") -> dict[str, Any]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    asked = urllib.request.Request(url, json.dumps(content).encode(), headers, method=method)
    try:
        with urllib.request.urlopen(asked) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as refused:
        raise RuntimeError(f"{url}: {refused.code} {refused.read().decode(errors='replace')}") from refused
