"""The shapes of real lists: headers wherever they stand, blocks, totals, notes, merged cells, areas by sheet."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.refusal import Refusal
from tests.read_inputs import Rows, book, read, read_rows, read_text

A, B, C, D = "甲一机械有限公司", "乙二电子股份有限公司", "丙三新材料（集团）有限公司", "丁四7412工厂"


def test_header_stands_under_annexe_title_and_form_line(tmp_path: Path) -> None:
    got = read_rows(
        tmp_path,
        [
            ["附件1"],
            ["某市专精特新企业名单（共2家）"],
            ["填报单位：某局", "", "填报日期：2023年7月"],
            ["序号", "★企业名称（盖章）", "统一社会信用代码（18位）", "2023年所属县（市、区）", "备注"],
            [1, A, "X1", "海州区", ""],
            [2, B, "X2", "东海县", "注：更名"],
        ],
    )
    assert got.sheet["header_rows"] == [4]
    assert list(got.fields().values()) == ["sequence", "name", "uscc", "county", "remark"]
    assert got.column("name") == [A, B]
    assert got.sheet["titles"][1] == "某市专精特新企业名单（共2家）"
    assert got.announced() == [(2, None)]
    assert got.rows["row"].to_list() == [5, 6]


def test_two_row_header_with_merged_groups(tmp_path: Path) -> None:
    got = read_rows(
        tmp_path,
        [
            ["序号", "企业名称", "所属地区", "", "有效期", "", "营业收入（万元）", ""],
            ["", "", "市", "县（市、区）", "起", "止", "2022年", "2023年"],
            [1, A, "某市", "海州区", "2023-07-01", "2026-06-30", 10, 20.5],
        ],
        merges=[(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 3), (0, 4, 0, 5), (0, 6, 0, 7)],
    )
    assert got.sheet["header_rows"] == [1, 2]
    assert got.fields() == {
        "序号": "sequence",
        "企业名称": "name",
        "所属地区/市": "city",
        "所属地区/县（市、区）": "county",
        "有效期/起": "valid_from",
        "有效期/止": "valid_to",
    }
    assert [c["header"] for c in got.sheet["columns"]][-1] == "营业收入（万元）/2023年"
    assert got.rows["c7"].to_list() == ["20.5"]


def test_two_row_header_whose_sub_captions_are_unknown(tmp_path: Path) -> None:
    """A text file knows no merged cells: the second row is known by what it leaves blank."""
    got = read_text(tmp_path, f"序号,企业名称,营业收入,\n,,上年,本年\n1,{A},5,6\n")
    assert got.sheet["header_rows"] == [1, 2]
    assert got.column("name") == [A]
    assert got.sheet["columns"][3]["header"] == "本年"


def test_numbering_row_and_repeated_header_are_no_data(tmp_path: Path) -> None:
    header = ["序号", "公司名称", "县区"]
    got = read_rows(tmp_path, [header, [1, 2, 3], [1, A, "海州区"], header, [2, B, "东海县"]])
    assert got.sheet["header_rows"] == [1, 2]
    assert got.column("name") == [A, B]
    assert got.sheet["counts"] == {"data": 2, "blank": 0, "block": 0, "total": 0, "note": 1}
    assert got.sheet["notes"] == []


def test_blocks_totals_and_notes(tmp_path: Path) -> None:
    got = read_rows(
        tmp_path,
        [
            ["序号", "企业名称"],
            ["一、甲州市（2家）", ""],
            [1, A],
            [2, B],
            ["小计", "2家"],
            ["（二）乙州市", ""],
            [1, C],
            ["", "丙县"],
            [1, D],
            ["", ""],
            ["合 计", "4"],
            ["注：共4家，其中甲一机械有限公司已更名。", ""],
            ["2.排名不分先后", ""],
        ],
        merges=[(1, 0, 1, 1), (5, 0, 5, 1)],
    )
    kinds = ["block", "data", "data", "total", "block", "data", "block", "data", "total", "note", "note"]
    assert got.kinds() == kinds
    blocks = got.rows.filter(got.rows["kind"] == "data")["block"].to_list()
    assert blocks == ["甲州市", "甲州市", "乙州市", "丙县"]
    assert got.announced() == [(2, "甲州市"), (2, "甲州市"), (4, None), (4, None)]
    assert got.sheet["counts"] == {"data": 4, "blank": 1, "block": 3, "total": 2, "note": 2}


def test_names_alone_in_their_row_are_never_blocks(tmp_path: Path) -> None:
    names = [
        A,
        B,
        D,
        "某某研究院",
        "7412厂",
        "甲州老字号",
        "一、戊五有限公司",
        "合计科技有限公司",
        "注塑机械有限公司",
        "名单软件公司",
    ]
    got = read_rows(tmp_path, [["序号", "企业名称"], [1, A], *[["", name] for name in names], [2, B]])
    assert got.column("name") == [A, *names, B]


def test_one_column_list_keeps_names_and_knows_headings(tmp_path: Path) -> None:
    got = read_text(tmp_path, f"企业名称\n甲州市（1家）\n{A}\n乙州区\n{B}\n老字号酱园\n合计：3家\n", name="名单.txt")
    assert got.column("name") == [A, B, "老字号酱园"]
    assert got.kinds() == ["block", "data", "block", "data", "data", "total"]
    assert got.announced() == [(1, "甲州市"), (3, None)]


def test_names_that_do_not_look_like_names_are_data(tmp_path: Path) -> None:
    names = ["老字号酱园", "7412", "某某合作联社", "ABC Limited Partnership", "甲州文化"]
    got = read_text(tmp_path, "企业名称\n" + "\n".join(names))
    assert got.column("name") == names


def test_headings_in_two_cells(tmp_path: Path) -> None:
    rows = [["序号", "企业名称"], ["一", "甲州市（1家）"], [1, A], ["乙州市", "2家"], [2, B], [3, C]]
    got = read_rows(tmp_path, rows)
    assert got.kinds() == ["block", "data", "block", "data", "data"]
    assert got.announced() == [(1, "甲州市"), (2, "乙州市")]


def test_first_block_above_its_own_header(tmp_path: Path) -> None:
    header = ["序号", "企业名称"]
    got = read_rows(
        tmp_path, [["某省名单"], ["一、甲州市（1家）"], header, [1, A], ["二、乙州市（1家）"], header, [1, B]]
    )
    assert got.rows.filter(got.rows["kind"] == "data")["block"].to_list() == ["甲州市", "乙州市"]
    assert got.announced() == [(1, "甲州市"), (1, "乙州市")]


def test_bureau_heads_its_part_and_signs_the_end(tmp_path: Path) -> None:
    rows = [["序号", "企业名称"], ["甲州区经济发展局", ""], [1, A], ["", "某省工业和信息化厅"], ["", "2023年7月14日"]]
    got = read_rows(tmp_path, rows)
    assert got.kinds() == ["block", "data", "note", "note"]
    assert got.rows["block"][1] == "甲州区经济发展局"


def test_one_sheet_an_area_with_sequence_restarting(tmp_path: Path) -> None:
    header = ["序号", "企业名称", "所属县区"]
    sheets: dict[str, Rows] = {
        "甲州市": [["甲州市名单"], header, [1, A, "子区"], [2, B, "子区"], ["小计", "2家", ""]],
        "乙州市": [["乙州市名单（共1家）"], header, [1, C, "丑县"], ["合计", "1", ""]],
        "说明": [["本表由各市填报"]],
        "底稿": [header, [1, D, "寅县"]],
    }
    got = read(book(tmp_path / "a.xlsx", sheets, hidden=["底稿"]))
    assert got.announced() == [(2, "甲州市"), (1, "乙州市"), (1, "乙州市")]
    assert [(s["name"], s["is_hidden"], s["counts"]["data"]) for s in got.meta["sheets"]] == [
        ("甲州市", False, 2),
        ("乙州市", False, 1),
        ("说明", False, 0),
        ("底稿", True, 1),
    ]
    assert got.meta["sheets"][2]["header_rows"] == []
    assert got.column("name", 1) == [C]


def test_subtotal_of_a_sheet_with_a_general_name_is_of_the_whole(tmp_path: Path) -> None:
    rows = [["序号", "企业名称"], [1, A], ["小计", "1家"]]
    assert read(book(tmp_path / "a.xlsx", {"复核名单": rows})).announced() == [(1, None)]
    assert read(book(tmp_path / "b.xlsx", {"甲州市": rows})).announced() == [(1, "甲州市")]


def test_merged_data_cells_fill_their_own_range_only(tmp_path: Path) -> None:
    rows = [["所属地市", "序号", "企业名称"], ["甲州", 1, A], ["", 2, B], ["", "", ""], ["", 3, C], ["乙州", 4, D]]
    got = read_rows(tmp_path, rows, merges=[(1, 0, 3, 0)])
    assert got.column("city") == ["甲州", "甲州", None, "乙州"]
    assert got.sheet["counts"]["blank"] == 1


def test_full_width_characters(tmp_path: Path) -> None:
    got = read_rows(
        tmp_path, [["　序　号", "企 业 名 称"], ["１", f"　{A}"], ["合　计", "１家"], ["　", ""], ["注：共１家"]]
    )
    assert got.kinds() == ["data", "total", "note"]
    assert got.column("name") == [f"　{A}"]
    assert got.announced() == [(1, None), (1, None)]


def test_cells_of_white_space_are_blank_whatever_it_is(tmp_path: Path) -> None:
    got = read_text(tmp_path, f"企业名称,县区,行业\n{A},　,\u00a0\n\u2003,\u2009 ,　\u3000\n 甲,“海州”,é\n")
    assert got.column("name") == [A, " 甲"]
    assert [got.rows[name].to_list() for name in ("c1", "c2")] == [[None, "“海州”"], [None, "é"]]


def test_report_of_areas_has_no_names(tmp_path: Path) -> None:
    rows = [
        ["县区", "创新型中小企业数", "小巨人数"],
        ["海州区", 10, 2],
        ["东海县", 5, 0],
        ["合计", 15, 2],
        ["注：截至6月底"],
    ]
    got = read_rows(tmp_path, rows)
    assert got.column("county") == ["海州区", "东海县"]
    assert got.kinds() == ["data", "data", "total", "note"]
    assert got.announced() == []


def test_names_pasted_without_a_caption(tmp_path: Path) -> None:
    got = read_text(tmp_path, f"{A}\n{B}\n\n{C}\n", name="paste")
    assert got.column("name") == [A, B, C]
    assert got.sheet["header_rows"] == []
    assert got.sheet["columns"] == [{"index": 0, "letter": "A", "header": "", "field": "name"}]
    with pytest.raises(Refusal) as refused:
        read_text(tmp_path, f"{A}\n甲州市\n", name="other paste")
    assert refused.value.code == "read.no_header"


def test_missing_header_is_refused_with_what_the_file_shows(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        read(book(tmp_path / "乱.xlsx", {"甲": [["一些文字"], [1, 2]], "乙": [[13912345678, "b"]]}))
    assert refused.value.code == "read.no_header"
    for text in (refused.value.text("zh"), refused.value.text("en")):
        assert "乱.xlsx" in text
        assert "甲、乙" in text
        assert "一些文字" in text
        assert "13912345678" not in text
    assert "企业名称" in refused.value.text("zh")


def test_lists_side_by_side_are_refused_not_halved(tmp_path: Path) -> None:
    header = ["序号", "企业名称", "序号", "企业名称"]
    with pytest.raises(Refusal) as refused:
        read_rows(tmp_path, [header, [1, A, 2, B]])
    assert (refused.value.code, refused.value.values["column"]) == ("read.two_lists", "D")
    (tmp_path / "merged").mkdir()
    merged = read_rows(tmp_path / "merged", [["序号", "企业名称", ""], [1, A, ""]], merges=[(0, 1, 0, 2)])
    assert merged.column("name") == [A]


def test_another_header_in_mid_table(tmp_path: Path) -> None:
    first = [["序号", "企业名称", "县区"], [1, A, "海州区"]]
    got = read_rows(tmp_path, [*first, ["序号", "单位名称", "所属县区"], [1, B, "东海县"]])
    assert got.column("name") == [A, B]
    (tmp_path / "moved").mkdir()
    with pytest.raises(Refusal) as refused:
        read_rows(tmp_path / "moved", [*first, ["序号", "县区", "企业名称"], [1, "东海县", B]])
    assert (refused.value.code, refused.value.values["row"]) == ("read.second_header", 3)


def test_a_person_maps_a_caption(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"s": [["排名", "主体", "名称"], [1, A, "x"]]})
    got = read(path, mapping={"主体": "name", "名称": ""})
    assert got.fields() == {"排名": "sequence", "主体": "name"}


@pytest.mark.parametrize(
    ("caption", "field"),
    [
        ("企业名称（全称）", "name"),
        ("推荐单位名称", "area"),
        ("母公司名称", None),
        ("县（市、区）", "county"),
        ("市", "city"),
        ("设区市", "city"),
        ("所属地市", "city"),
        ("所属地区", "area"),
        ("*认定批次", "batch"),
        ("2023年度认定类型", "event_word"),
        ("证书有效期至", "valid_to"),
        ("有效期（起）", "valid_from"),
        ("发文字号", "document_no"),
        ("主要产品名称", "product"),
        ("重点产业链名称", "chain"),
        ("企业曾用名", "former_name"),
        ("营业收入（万元）", None),
        ("企业规模", None),
    ],
)
def test_captions(tmp_path: Path, caption: str, field: str | None) -> None:
    got = read_rows(tmp_path, [["序号", "信用代码", caption], [1, "X1", "x"]])
    assert got.sheet["columns"][2]["field"] == field
