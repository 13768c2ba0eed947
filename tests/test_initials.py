from __future__ import annotations

import polars as pl
import pytest
from pypinyin import Style, lazy_pinyin

from etl.initials import with_initials
from tracker.names import text_key


def initials(*names: str) -> list[str]:
    return with_initials(pl.DataFrame({"name": names}))["initials"].to_list()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("海州临衡环保设备有限公司", "HZLHHBSBYXGS"),
        ("重庆长安汽车", "CQCAQC"),  # 重 and 长 have another sound alone
        ("乐清音乐器材厂", "YQYYQCC"),
        ("ＡＢＣ（江苏） 3D·打印", "ABCJS3DDY"),
        ("", ""),
    ],
)
def test_initials_are_what_people_type(name: str, expected: str) -> None:
    assert initials(name) == [expected]


def test_the_fast_way_gives_what_the_dictionary_of_words_gives() -> None:
    names = [
        "杭州数字调度技术",
        "宁波弹簧厂",
        "朝阳重工",
        "长兴银行",
        "温州乐园畜牧",
        "连云港石化",
        "南通行知会计师事务所",
    ]
    slow = ["".join(lazy_pinyin(text_key(name), style=Style.FIRST_LETTER)).upper() for name in names]
    assert initials(*names) == slow


def test_rows_stay_in_order_and_equal_names_are_read_once() -> None:
    frame = with_initials(pl.DataFrame({"name": ["海州", "东海", "海州"], "number": [1, 2, 3]}))
    assert frame.rows() == [("海州", 1, "HZ"), ("东海", 2, "DH"), ("海州", 3, "HZ")]
