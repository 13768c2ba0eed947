"""Outlines that a unit supplies: read, refused with a reason, drawn by state."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from tests.invented_build import publish
from tests.test_pages import DEFAULT, MAIN, page_text
from tracker.boundaries import BoundaryFault, label_point, read_boundaries
from tracker.charts.frame import Frame
from tracker.charts.outlines import outlined_areas
from tracker.look import STATUS_LOOKS
from tracker.text import word

pytestmark = pytest.mark.usefixtures("checked_pictures")
SQUARE = [[119.0, 34.0], [120.0, 34.0], [120.0, 35.0], [119.0, 35.0], [119.0, 34.0]]
HOLE = [[119.4, 34.4], [119.6, 34.4], [119.6, 34.6], [119.4, 34.6], [119.4, 34.4]]
INSIDE = [[[119.4, 34.4], [119.6, 34.4], [119.5, 34.6]]]  # its ring is not closed
FRAME = Frame("各单位状态分布", "状态", "示例市")


def pack(folder: Path, **changes: Any) -> Path:
    shape = {"type": "Polygon", "coordinates": [SQUARE, HOLE]}
    zone = {"type": "MultiPolygon", "coordinates": [INSIDE]}
    features = [
        {"type": "Feature", "properties": {"area_code": code}, "geometry": geometry}
        for code, geometry in (("990001", shape), ("990091", zone), ("110000", shape))
    ]
    whole = {"type": "FeatureCollection", "source": "示例测绘院", "approval_number": "示例S(2025)001号"}
    file = folder / "boundaries.geojson"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({**whole, "features": features, **changes}, ensure_ascii=False), encoding="utf-8")
    return file


def test_rings_of_the_areas_asked_for_run_as_the_standard_asks(tmp_path: Path) -> None:
    found = read_boundaries(pack(tmp_path), ["990001", "990091", "990002"])
    assert (found.source, found.approval_number) == ("示例测绘院", "示例S(2025)001号")
    assert sorted(found.rings) == ["990001", "990091"]
    outer, hole = found.rings["990001"]
    assert list(outer) == [tuple(point) for point in SQUARE]
    assert list(hole) == [tuple(point) for point in HOLE[::-1]]
    assert found.rings["990091"][0][0] == found.rings["990091"][0][-1]
    assert label_point((outer,)) == pytest.approx((119.5, 34.5))


@pytest.mark.parametrize(
    ("changes", "key", "value"),
    [
        ({"approval_number": ""}, "boundaries.invalid", "approval_number"),
        ({"source": None}, "boundaries.invalid", "source"),
        ({"features": [{"properties": {}, "geometry": None}]}, "boundaries.invalid", "features.0.properties.area_code"),
        ({"features": []}, "boundaries.other_areas", "boundaries.geojson"),
    ],
)
def test_a_pack_that_cannot_be_drawn_says_why(tmp_path: Path, changes: Any, key: str, value: str) -> None:
    with pytest.raises(BoundaryFault) as refused:
        read_boundaries(pack(tmp_path, **changes), ["990001"])
    assert refused.value.key == key
    for language in ("zh", "en"):
        assert value in word(key, language, **refused.value.values)


def test_a_file_that_is_no_json_says_so(tmp_path: Path) -> None:
    file = tmp_path / "boundaries.geojson"
    file.write_bytes("{边界".encode("gb18030"))
    with pytest.raises(BoundaryFault) as refused:
        read_boundaries(file, ["990001"])
    assert refused.value.key == "boundaries.unreadable"


def test_areas_are_filled_by_state_and_a_zone_lies_on_its_county(tmp_path: Path) -> None:
    rows = pl.DataFrame(
        {
            "area_code": ["990091", "990001", "990002"],
            "name": ["高新", "东湖", "西山"],
            "value": ["–", "8 家", "7 家"],
            "status": [None, "met", "behind"],
        }
    )
    figure = outlined_areas(rows, read_boundaries(pack(tmp_path), rows["area_code"].to_list()), FRAME)
    assert [trace.fillcolor for trace in figure.data] == [STATUS_LOOKS["met"].fill, "#FFFFFF"]
    said = [note.text for note in figure.layout.annotations][:2]
    assert "东湖" in said[0]
    assert "8 家" in said[0]
    assert "高新" in said[1]
    assert figure.layout.yaxis.scaleratio == pytest.approx(1.213, abs=0.01)  # 1 / cos(34.5°)


@pytest.mark.parametrize("is_complete", [True, False])
def test_the_districts_page_draws_a_pack_or_says_what_is_wrong_with_it(
    own_data_folder: Path, is_complete: bool
) -> None:
    publish(own_data_folder)
    pack(own_data_folder / "catalog", **({} if is_complete else {"approval_number": ""}))
    at = AppTest.from_file(str(MAIN), default_timeout=30)
    for key, value in DEFAULT.items():
        at.query_params[key] = value
    at.run()
    at.switch_page("districts.py").run()
    assert not at.exception
    charts = [json.loads(chart.proto.spec) for chart in at.get("plotly_chart")]
    drawn = [chart for chart in charts if "审图号：示例S(2025)001号" in json.dumps(chart, ensure_ascii=False)]
    assert len(drawn) == is_complete
    assert ("approval_number" in page_text(at)) != is_complete
