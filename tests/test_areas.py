"""Area texts as rows print them, and the traps: namesakes, zones without a city, bureaus, former districts."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from etl.areas import AreaResolver, Resolution
from etl.propose import propose
from tests.worlds import add, write_list
from tracker.catalog import Catalog, load

REAL = Path(__file__).resolve().parents[2] / "shared" / "real"
CITY_CAPTIONS = {"地市", "所属地市", "市"}
COUNTY_CAPTIONS = {"区县", "所属县区", "所属县（市、区）", "县（市、区）"}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


@pytest.fixture(scope="module")
def resolver(catalog: Catalog) -> AreaResolver:
    return AreaResolver(catalog)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("海州区", "320706"),
        ("海州", "320706"),
        ("海 州 区", "320706"),
        ("连云港市海州区", "320706"),
        ("江苏省连云港市海州区", "320706"),
        ("连云港海州", "320706"),
        ("新浦区", "320706"),
        ("新浦", "320706"),
        ("海州经济开发区", "320706"),
        ("海州区新浦街道", "320706"),
        ("赣榆县", "320707"),
        ("连云区", "320703"),
        ("连云经济技术开发区", "320703"),
        ("东海高新区", "320722"),
        ("东海县高新区", "320722"),
        ("灌云临港产业区", "320723"),
        ("开发区", "320771"),
        ("经开区", "320771"),
        ("市开发区", "320771"),
        ("连云港经济技术开发区", "320771"),
        ("高新区", "320700-gaoxin"),
        ("市高新区", "320700-gaoxin"),
        ("徐圩新区", "320700-xuwei"),
        ("国家东中西区域合作示范区", "320700-xuwei"),
        ("花果山景区", "320700-yuntaishan"),
        ("海州区工信局", "320706"),
        ("赣榆区工业和信息化局", "320707"),
        ("灌南县中小企业服务中心", "320724"),
        ("高区经济发展局", "320700-gaoxin"),
        ("徐圩新区管委会经济发展局", "320700-xuwei"),
        ("东海县人民政府", "320722"),
        ("连云港市工信局", "320700"),
        ("一、海州区（15家）", "320706"),
        ("（三）赣榆区", "320707"),
        ("徐州市", "320300"),
        ("上海浦东新区", "310000"),
        ("重庆市两江新区", "500000-liangjiang"),
        ("重庆市万州区", "500101"),
        ("北京市通州区", "110112"),
        ("海州区工业园区", "320706"),
        ("深圳", "440300"),
    ],
)
def test_a_text_that_can_mean_one_area_in_a_list_of_lianyungang(resolver: AreaResolver, text: str, code: str) -> None:
    resolution = resolver.resolve((text,), "320700")
    assert (resolution.area_code, resolution.problem) == (code, None)


@pytest.mark.parametrize(
    ("text", "problem", "candidates"),
    [
        ("海洲区", "unknown", {"连云港市海州区"}),
        ("连云港某某区", "unknown", {"连云港经济技术开发区"}),
        ("海州湾新区", "unknown", {"连云港市海州区"}),
        ("徐圩街道", "unknown", {"连云港市徐圩新区"}),
        ("海州区、连云区", "unknown", {"连云港市海州区", "连云港市连云区"}),
        ("文登区中小企业服务中心", "unknown", set()),
        ("鼓楼区", "unknown", set()),
        ("海州区（高新区）", "ambiguous", {"连云港市海州区", "连云港高新技术产业开发区"}),
        ("连云区开发区", "ambiguous", {"连云港市连云区", "连云港经济技术开发区"}),
        ("西湖区", "ambiguous", {"杭州市西湖区", "江西省西湖区"}),
        ("通州区", "ambiguous", {"北京市通州区", "南通市通州区"}),
        ("工业园区", "unknown", set()),
        ("人和", "unknown", set()),
    ],
)
def test_a_text_that_is_asked_about(resolver: AreaResolver, text: str, problem: str, candidates: set[str]) -> None:
    resolution = resolver.resolve((text,), "320700")
    assert (resolution.area_code, resolution.problem) == (None, problem)
    assert candidates <= set(resolution.candidates)


@pytest.mark.parametrize(
    ("texts", "scope", "code"),
    [
        (("浙江省", "宁波市", "海曙区"), "330000", "330203"),
        ((None, "宁波", "海曙"), "330000", "330203"),
        (("江北区",), "330000", "330205"),
        (("江北区",), "330200", "330205"),
        (("重庆市", "江北区"), "330000", "500105"),
        (("宁波市", "江北区"), None, "330205"),
        (("江苏省", "南京市", "鼓楼区"), "320700", "320100"),
        (("南京市", "高新区"), "320700", "320100"),
        (("山东省", "威海市", "高区经济发展局"), "320700", "370000"),
        (("宁波市", "高新区"), "330000", "330200-gaoxin"),
        (("杭州市", "高新区（滨江）"), "330000", "330108"),
        (("浙江省杭州市钱塘新区",), "330000", "330114"),
        (("杭州市西湖区",), "330200", "330106"),
        (("湖州市", None), "330000", "330500"),
        (("宁波市", "市辖区"), "330000", "330200"),
        (("海州区", "高新区"), "320700", "320700-gaoxin"),
        (("东海县",), "320706", "320722"),
        (("杭州市", "下城区"), "330000", "330105"),
        (("江干区",), "330000", "330102"),
        (("奉化市",), "330200", "330213"),
        (("绍兴县",), "330000", "330603"),
        (("海州",), None, "320706"),
        (("连云港",), None, "320700"),
        ((None, "Sheet1", "杭州市", None, None, None), "330000", "330100"),
        (("杭州市", "公示名单", "滨江区"), "330000", "330108"),
        # The park and its parts, and what only sounds like it.
        (("苏州工业园区",), "320000", "320576"),
        (("苏州市", "工业园区"), "320000", "320576"),
        (("园区",), "320500", "320576"),
        (("园区经发委",), "320576", "320576"),
        (("苏州市", "高新区"), "320000", "320505"),
        (("苏州市", "苏相合作区"), "320000", "320576-suxiang"),
        (("吴江经济技术开发区",), "320500", "320509"),
        # 通州湾 is no part of 通州区's name, and 通州区 of Nantong is not that of Beijing.
        (("通州区",), "320600", "320612"),
        (("南通市", "通州区"), "320000", "320612"),
        (("北京市", "通州区"), "320000", "110112"),
        (("通州湾示范区",), "320600", "320600-tongzhouwan"),
        (("港闸区",), "320600", "320613"),
        (("开发区",), "320600", "320671"),
        (("南通高新区",), "320600", "320612"),
        (("通州区",), None, "320612"),
        # A street of the park says nothing of its functional zone: the park takes it, without a unit.
        (("斜塘街道",), "320576", "320576"),
        (("苏州市", "苏州工业园区", "唯亭街道"), "320500", "320576"),
        (("金鸡湖街道",), "320576", "320576"),
        (("金鸡湖商务区",), "320576", "320576-jinjihu"),
        # Districts that Liangjiang overlaps stay themselves.
        (("两江新区",), "500000", "500000-liangjiang"),
        (("渝北区",), "500000", "500112"),
        (("两江新区", "水土新城"), "500000", "500000-shuitu"),
        (("北碚区", "水土新城"), "500000", "500000-shuitu"),
        (("鸳鸯街道",), "500000-liangjiang", "500112007"),
        (("重庆市", "万盛经开区"), "500000", "500000-wansheng"),
        (("重庆高新区",), "500000", "500000-gaoxin"),
        (("重庆市", "石柱县"), "500000", "500240"),
    ],
)
def test_coarser_texts_and_the_lists_area_decide_between_namesakes(
    resolver: AreaResolver, texts: tuple[str | None, ...], scope: str | None, code: str
) -> None:
    assert resolver.resolve(texts, scope).area_code == code


@pytest.mark.parametrize(
    ("texts", "scope", "problem", "candidate"),
    [
        (("杭州市", "海曙区"), "330000", "ambiguous", "宁波市海曙区"),
        (("南京市", "海州区"), "320700", "ambiguous", "连云港市海州区"),
        (("高新区",), "330000", "ambiguous", "宁波国家高新技术产业开发区"),
        (("高新区",), "320000", "ambiguous", "连云港高新技术产业开发区"),
        (("高新区",), None, "ambiguous", "连云港高新技术产业开发区"),
        (("杭州市", "滨江某区"), "330000", "unknown", "杭州市滨江区"),
        (("湖州市", "高新区"), "330000", "unknown", None),
        (("昆山市",), "320700", "ambiguous", "苏州市昆山市"),
        (("高新区",), "320600", "unknown", None),
        (("南通市", "工业园区"), "320600", "unknown", None),
        (("江苏省", "无钖市"), "320000", "unknown", "无锡市"),
        (("西湖区",), "330200", "ambiguous", "杭州市西湖区"),
    ],
)
def test_contradictions_and_names_without_their_city(
    resolver: AreaResolver, texts: tuple[str, ...], scope: str | None, problem: str, candidate: str | None
) -> None:
    resolution = resolver.resolve(texts, scope)
    assert (resolution.area_code, resolution.problem) == (None, problem)
    assert candidate is None or candidate in resolution.candidates


@pytest.mark.parametrize("texts", [(), (None, None), ("",), ("—",), ("名单",), ("Sheet1",), ("市工信局",), ("市本级",)])
def test_texts_that_name_no_place_leave_the_row_to_the_lists_area(
    resolver: AreaResolver, texts: tuple[str | None, ...]
) -> None:
    resolution = resolver.resolve(texts, "320700")
    assert (resolution.area_code, resolution.problem, resolution.candidates) == (None, None, ())


def test_the_division_of_an_earlier_day_is_given_on_request(resolver: AreaResolver) -> None:
    assert resolver.resolve(("下城区",), "330000", dt.date(2020, 12, 31)).area_code == "330103"
    assert resolver.resolve(("下城区",), "330000", dt.date(2021, 12, 31)).area_code == "330105"


@pytest.mark.parametrize(
    ("title", "codes"),
    [
        ("浙江省第六批专精特新“小巨人”企业公示名单", ("330000",)),
        ("浙江省宁波市第二批“小巨人”复核通过企业", ("330200",)),
        ("连云港市海州区创新型中小企业名单", ("320706",)),
        ("连云港高新区创新型中小企业名单", ("320700-gaoxin",)),
        ("江苏省2024年度连云港市专精特新中小企业", ("320700",)),
        ("宁波市、杭州市名单", ("330200", "330100")),
        ("高新区企业名单", ()),
        ("苏州工业园区专精特新企业名单", ("320576",)),
        ("南通市通州区创新型中小企业名单", ("320612",)),
        ("重庆两江新区专精特新企业", ("500000-liangjiang",)),
        ("第六批专精特新“小巨人”企业", ()),
    ],
)
def test_areas_named_in_a_title(resolver: AreaResolver, title: str, codes: tuple[str, ...]) -> None:
    assert resolver.named_in(title) == codes


def test_no_name_is_used_twice_within_one_city(catalog: Catalog) -> None:
    seen: dict[tuple[str | None, str], str] = {}
    for code, area in catalog.areas.items():
        if area.kind == "unassigned":
            continue
        for name in {area.name.zh, area.short.zh, *area.aliases}:
            other = seen.setdefault((area.parent_code, name), code)
            is_declared = code != other and area.shares_name_with == other
            assert other == code or is_declared, f"{name}: {other} and {code}"


ZONE, DISTRICT = "500000-liangjiang", "500000-liangjiang-district"


@pytest.mark.parametrize(
    ("texts", "scope", "printed_on", "code"),
    [
        (("两江新区",), "500000", dt.date(2025, 11, 5), ZONE),
        (("两江新区",), "500000", dt.date(2025, 11, 6), None),
        (("重庆市", "两江新区"), None, dt.date(2026, 3, 1), None),
        # A list of the zone means the zone, one of the district the district.
        (("两江新区",), ZONE, dt.date(2026, 3, 1), ZONE),
        (("两江新区",), DISTRICT, dt.date(2026, 3, 1), DISTRICT),
        (("两江新区", "水土新城"), "500000", dt.date(2026, 3, 1), "500000-shuitu"),
        (("两江新区直管区",), "500000", dt.date(2026, 3, 1), ZONE),
        (("两江新区行政区",), "500000", dt.date(2026, 3, 1), DISTRICT),
        ((ZONE,), "500000", dt.date(2026, 3, 1), ZONE),
        ((DISTRICT,), "500000", dt.date(2026, 3, 1), DISTRICT),
    ],
)
def test_a_name_that_a_newer_area_shares_is_asked_about(
    resolver: AreaResolver, texts: tuple[str, ...], scope: str | None, printed_on: dt.date, code: str | None
) -> None:
    found = resolver.resolve(texts, scope, printed_on=printed_on)
    assert (found.area_code, found.problem) == (code, None if code else "ambiguous")
    if code is None:
        assert found.candidates == (f"重庆市两江新区（{ZONE}）", f"重庆市两江新区（行政区）（{DISTRICT}）")


def test_a_title_with_such_a_name_is_refused_until_the_area_is_stated(tmp_path: Path, catalog: Catalog) -> None:
    path = write_list(tmp_path, "重庆两江新区2026年度市级专精特新企业认定名单.csv", "企业名称\n甲公司\n乙公司")
    day = dt.date(2026, 3, 1)
    said = {"area": None, "event_on": day, "valid_from": day, "valid_to": dt.date(2029, 2, 28), "received_on": day}

    def outcome(**more: object) -> tuple[str, str | None]:
        added = add(tmp_path / f"data {len(more)}", path, **{**said, **more})
        return added.status, added.refusal.code if added.refusal else None

    assert outcome() == ("refused", "add.shared_area_name")
    assert outcome(area="两江新区") == ("refused", "add.unknown_area")
    assert outcome(event_on=dt.date(2025, 6, 1), valid_from=None, valid_to=None)[0] == "added"
    assert outcome(area=ZONE)[0] == "added"


def _tables(path: Path) -> list[tuple[str, list[list[str]]]]:
    if path.suffix == ".csv":
        content = path.read_bytes()
        encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "gb18030"
        return [("", list(csv.reader(io.StringIO(content.decode(encoding)))))]
    book = CalamineWorkbook.from_path(path)
    sheets = [(name, book.get_sheet_by_name(name).to_python()) for name in book.sheet_names]
    return [(name, [[str(cell) for cell in row] for row in rows]) for name, rows in sheets]


@pytest.mark.skipif(not REAL.is_dir(), reason="the folder of real lists (../shared/real) is not here")
def test_every_area_text_of_the_real_lists_resolves(resolver: AreaResolver) -> None:
    resolved = 0
    for path in sorted(REAL.glob("*.[cx]*")):
        scope = "330200" if "宁波市" in path.name else "330000"
        for sheet, rows in _tables(path):
            city: int | None = None
            county: int | None = None
            last_city = None
            for row in rows:
                cells = dict(enumerate(row))
                city = next((i for i, cell in cells.items() if cell in CITY_CAPTIONS), city)
                heading = next((i for i, cell in cells.items() if cell in COUNTY_CAPTIONS), None)
                if heading is not None:
                    county = heading
                    continue
                if county is None or not row[county]:
                    continue
                last_city = row[city] if city is not None and row[city] else last_city
                resolution = resolver.resolve((last_city, sheet, row[county]), scope)
                assert resolution.problem is None, (path.name, row)
                assert resolution.area_code is not None
                assert resolution.area_code.startswith("33"), (path.name, row)
                resolved += 1
    # Of 1,720 rows 603 stand in lists without a county column, and 7 leave it empty.
    assert resolved == 1110


def test_a_cell_of_signs_is_asked_about_and_a_code_is_an_area() -> None:
    resolver = AreaResolver(load())
    assert [resolver.resolve((text,), "320700").problem for text in ("?", "县", "🚀县", "某县")] == ["unknown"] * 4
    assert [resolver.resolve((text,), "320700") for text in ("—", "/", " - ", "市本级")] == [Resolution(None)] * 4
    assert resolver.resolve(("320706",), "320700") == Resolution("320706")
    assert resolver.resolve(("320705",), "320700") == Resolution("320706")


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("苏州工业园区", "320576"),
        ("杭州经济技术开发区", "330114"),
        ("宁波杭州湾新区", "330200-qianwan"),
        ("苏州市昆山市", "320583"),
    ],
)
def test_a_place_with_another_city_in_front_lies_there_and_is_no_question(
    resolver: AreaResolver, printed: str, code: str
) -> None:
    resolution = resolver.resolve((printed,), "320700")
    assert (resolution.area_code, resolution.problem) == (code, None)


def test_what_is_proposed_instead_of_a_name_is_another_text(resolver: AreaResolver) -> None:
    asked = resolver.resolve(("昆山市",), "320700")
    assert (asked.problem, asked.candidates) == ("ambiguous", ("苏州市昆山市",))


def test_an_area_that_a_plan_of_ones_own_names_again_stays_in_its_province(tmp_path: Path) -> None:
    own = (
        "areas: [{area_code: '320900', kind: city, name: {zh: 盐城市, en: Yancheng}, short: {zh: 盐城, en: Yancheng}}]"
    )
    (tmp_path / "yancheng.yml").write_text(own, encoding="utf-8")
    catalog = load(tmp_path)
    assert catalog.ancestors("320900") == ("320900", "320000")
    for title in ("2025年度江苏省专精特新中小企业名单（盐城市）", "盐城市2025年度江苏省专精特新中小企业名单"):
        assert propose(catalog, "2025年省专精特新名单.xlsx", [title]).area_code == "320900"
