from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.clean import parse_day, parse_days_in, text_key, with_day, with_name_key, with_uscc
from etl.clean import uscc_faults as faults_of

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ORGANISATION = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def uscc_faults(codes: list[str]) -> list[str | None]:
    return faults_of(pl.Series(codes, dtype=pl.String)).to_list()


def right_code(body: str) -> str:
    """A credit code with both check digits computed the slow way, from 2 + 6 + 8 characters."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum(ORGANISATION.index(c) * w for c, w in zip(body[8:], weights, strict=True)) % 11
    seventeen = body + {10: "X", 11: "0"}.get(rest, str(rest))
    total = sum(ALPHABET.index(c) * 3**i for i, c in enumerate(seventeen))
    return seventeen + ALPHABET[(31 - total % 31) % 31]


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("2023年7月14日", dt.date(2023, 7, 14)),
        ("2023 年 7 月 14 日", dt.date(2023, 7, 14)),
        ("２０２３年７月１４日", dt.date(2023, 7, 14)),
        ("2023-07-14", dt.date(2023, 7, 14)),
        ("2023-07-14 00:00:00", dt.date(2023, 7, 14)),
        ("2023/7/14", dt.date(2023, 7, 14)),
        ("2023.7.14", dt.date(2023, 7, 14)),
        ("20230714", dt.date(2023, 7, 14)),
        ("45121", dt.date(2023, 7, 14)),
        ("二〇二三年七月十四日", dt.date(2023, 7, 14)),
        ("二○二三年十二月三十一日", dt.date(2023, 12, 31)),
        ("二零二三年十月二十日", dt.date(2023, 10, 20)),
        ("二O二三年七月十四日", dt.date(2023, 7, 14)),
        ("二〇二三年七月", None),
        ("二〇二三年十三月一日", None),
        ("2023年7月", None),
        ("2023.7", None),
        ("2023-02-30", None),
        ("三年", None),
    ],
)
def test_days_in_all_shapes(printed: str, day: dt.date | None) -> None:
    assert parse_day(printed) == day


def test_two_days_in_a_span() -> None:
    assert parse_days_in("2022年7月1日至2025年6月30日") == [dt.date(2022, 7, 1), dt.date(2025, 6, 30)]
    assert parse_days_in("20220701-20250630") == [dt.date(2022, 7, 1), dt.date(2025, 6, 30)]
    assert parse_days_in("三年") == []


def test_names_differ_only_in_what_counts() -> None:
    same = [
        "甲（集团）有限公司",
        "甲(集团)有限公司 ",
        "甲 （集团）有限公司",
        "甲·（集团）有限公司",
        "甲〔集团〕有限公司",
    ]
    assert len({text_key(name) for name in same}) == 1
    assert text_key("舟山市7412工厂") != text_key("舟山市7413工厂")
    assert text_key("某某一厂") != text_key("某某二厂")


def test_credit_codes_of_the_standards() -> None:
    # The example of GB 32100-2015, annex A, and one character changed in it.
    assert uscc_faults(["91350100M000100Y43", "91350100M000100Y44"]) == [None, "uscc_check_digit"]
    assert uscc_faults(["91350100M000100Y4", "91350100M000100I43", ""]) == ["uscc_format"] * 3


def test_the_organisation_code_inside_is_checked_too() -> None:
    right = right_code("91320700" + "MA1X2Y3Z".replace("Z", "4"))
    wrong_inside = right[:16] + ("1" if right[16] != "1" else "2")
    total = sum(ALPHABET.index(c) * 3**i for i, c in enumerate(wrong_inside))
    resealed = wrong_inside + ALPHABET[(31 - total % 31) % 31]
    assert uscc_faults([right, resealed]) == [None, "uscc_check_digit"]


@given(st.text(ALPHABET, min_size=16, max_size=16), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_any_single_slip_in_a_code_is_found(body: str, position: int, character: str) -> None:
    right = right_code(body)
    # The check character of the organisation code may be X, which the outer alphabet has too; all else is closed.
    assert uscc_faults([right]) == [None]
    slipped = right[:position] + character + right[position + 1 :]
    assert uscc_faults([slipped]) == ([None] if slipped == right else ["uscc_check_digit"])


def test_codes_are_cleaned_before_they_are_judged() -> None:
    frame = pl.DataFrame({"uscc": ["９１３５０１００ｍ０００１００ｙ４３", " 91350100M0001 00Y43", None, "   "]})
    cleaned = with_uscc(frame, "uscc")
    assert cleaned["uscc_clean"].to_list() == ["91350100M000100Y43", "91350100M000100Y43", None, None]
    assert cleaned["uscc_fault"].to_list() == [None] * 4


def test_days_keep_the_order_of_the_rows() -> None:
    frame = pl.DataFrame({"on": ["2023.7", "20230714", None, "2023-07-14"]})
    assert with_day(frame, "on", "day")["day"].to_list() == [None, dt.date(2023, 7, 14), None, dt.date(2023, 7, 14)]


# Letters that came to Unicode later than Python's own tables are known to Polars alone (seen: U+1E030, of 2022).
KNOWN = st.characters(exclude_categories=("Cs", "Cn"))


@given(st.lists(st.text(KNOWN, max_size=12), max_size=8))
def test_the_key_of_a_column_is_the_key_of_each_name(names: list[str]) -> None:
    frame = with_name_key(pl.DataFrame({"name": names}, schema={"name": pl.String}), "name", "key")
    assert frame["key"].to_list() == [text_key(name) or None for name in names]
