from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from tracker import findings, text
from tracker.text import LANGUAGES


@pytest.mark.parametrize(
    ("value", "decimals", "target", "shown"),
    [
        (49.96, 1, 50, "49.96"),
        (50.04, 1, 50, "50.04"),
        (50.0, 1, 50, "50.0"),
        (54.56, 1, 50, "54.6"),
        (99.6, 0, 100, "99.6"),
        (99.99999, 1, 100, "99.9999"),
        (100.00001, 1, 100, "100.0001"),
        (936, 0, 1000, "936"),
        (0.1 + 0.2, 1, 0.3, "0.3"),
        (-0.04, 1, None, "0.0"),
        (-3, 0, None, "−3"),
    ],
)
def test_a_printed_number_never_reaches_or_crosses_its_target(
    value: float, decimals: int, target: float | None, shown: str
) -> None:
    assert text.number(value, decimals, "zh", target) == shown


def test_thousands_are_grouped_as_each_language_does() -> None:
    assert [text.number(number, 0, "zh") for number in (1041, 12345)] == ["1041", "12,345"]
    assert text.number(1041, 0, "en") == "1,041"


def test_a_unit_follows_its_number() -> None:
    assert text.quantity(936, "enterprise", 0, "zh") == "936 家"
    assert text.quantity(1, "enterprise", 0, "en") == "1 enterprise"
    assert text.quantity(2, "enterprise", 0, "en") == "2 enterprises"
    assert text.compact(54.6, "percent", 1, "zh") == "54.6%"


def test_percentages_lie_points_apart_and_a_small_gap_is_not_printed_as_none() -> None:
    assert text.distance(-4.6, "percent", 1, "zh") == "4.6 个百分点"
    assert text.distance(0.04, "percent", 1, "en") == "0.04 pp"
    assert text.distance(4, "enterprise", 0, "zh") == "4 家"


@pytest.mark.parametrize(
    ("value", "high", "comparator", "wording", "unit", "decimals", "shown"),
    [
        (1000, None, "ge", "", "enterprise", 0, "1000 家"),
        (50, None, "gt", "超过", "percent", 1, "超过 50%"),
        (5, None, "approx", "左右", "enterprise", 0, "5 家左右"),
        (100, None, "full", "全覆盖", "percent", 1, "全覆盖"),
        (2, None, "ge", "争创", "item", 0, "争创 2 个"),
        (0.5, None, "ge", "力争", "person_per_enterprise", 2, "力争 每户 0.5 名"),
        (10, 20, "range", "达到", "enterprise", 0, "达到 10–20 家"),
    ],
)
def test_the_plans_qualifier_travels_with_the_target(
    value: float, high: float | None, comparator: str, wording: str, unit: str, decimals: int, shown: str
) -> None:
    assert text.target_phrase(value, high, comparator, wording, unit, decimals, "zh") == shown


@pytest.mark.parametrize(
    ("printed", "english"),
    [
        ("一", "Sec. 1"),
        ("二（三）12", "Sec. 2.3.12"),
        ("五、15", "Sec. 5.15"),
        ("举措四", "Action 4"),
        ("政策一", "Policy 1"),
        ("十二（二十）", "Sec. 12.20"),
        ("第三条", "第三条"),
        ("", ""),
    ],
)
def test_a_clause_is_numbered_as_its_readers_write_it(printed: str, english: str) -> None:
    assert text.section(printed, "en") == english
    assert text.section(printed, "zh") == printed


def test_dates_and_the_running_month() -> None:
    december, january = dt.date(2025, 12, 31), dt.date(2026, 1, 31)
    assert text.day(december, "zh") == "2025年12月31日"
    assert text.day(december, "en") == "31 Dec 2025"
    assert text.as_of(december, dt.date(2026, 1, 12), "zh") == "2025年12月"
    assert text.as_of(january, dt.date(2026, 1, 12), "zh") == "2026年1月（截至12日）"
    assert text.as_of(january, None, "en") == "Jan 2026"


def test_a_withdrawn_file_says_so() -> None:
    on = dt.date(2025, 12, 31)
    assert text.received(on, None, "zh") == "2025年12月31日"
    assert text.received(on, dt.date(2026, 1, 2), "zh") == "2025年12月31日、2026年1月2日撤回"


def test_a_missing_word_is_a_mistake() -> None:
    for language in LANGUAGES:
        with pytest.raises(KeyError):
            text.word("app.no_such_word", language)


def figure(said: str) -> Decimal:
    return Decimal("".join(sign for sign in said.replace("−", "-") if sign in "-0123456789."))


shares = some.floats(0, 100, allow_nan=False).map(lambda value: round(value, 4))


@given(some.lists(shares, min_size=2, max_size=3), some.none() | shares)
def test_a_printed_change_is_what_a_reader_reckons_from_the_printed_values(
    values: list[float], target: float | None
) -> None:
    ends, steps = text.changes(values, "percent", 1, "zh", [target] * len(values))
    shown = [figure(end) for end in ends]
    assert [figure(step) for step in steps] == [after - before for before, after in pairwise(shown)]
    for value, end, number in zip(values, ends, shown, strict=True):
        assert abs(float(number) - value) <= 0.05 + 1e-9, end
    for step, (before, after) in zip(steps, pairwise(values), strict=True):
        assert step.startswith("−" if after < before else "+")
        assert (figure(step) == 0) == (before == after)


@pytest.mark.parametrize("language", text.LANGUAGES)
@pytest.mark.parametrize(
    "unit", sorted({key.split(".")[1] for key in text.words("zh") if key.startswith("unit.")} - {"yes_no"})
)
def test_a_label_says_the_number_that_its_axis_and_table_hold(unit: str, language: str) -> None:
    # Axes, cells and files hold the numbers of a build; no label may be in another unit than they are.
    assert "548.2" in text.compact(548.2, unit, 1, language)
    assert "548.2" in text.quantity(548.2, unit, 1, language)
    assert "548.2" in text.target_phrase(548.2, None, "ge", "", unit, 1, language)
    assert "548.2" in text.distance(548.2, unit, 1, language)


def test_changes_in_words() -> None:
    assert text.changes([4.446, 4.792], "percent", 1, "zh") == (["4.4%", "4.8%"], ["+0.4 个百分点"])
    assert text.changes([4.41, 4.44], "percent", 1, "en") == (["4.41%", "4.44%"], ["+0.03 pp"])
    assert text.changes([1006, 979], "enterprise", 0, "zh", [1000, 1000]) == (["1006 家", "979 家"], ["−27 家"])
    assert text.changes([49.2, 49.96], "percent", 1, "zh", [50, 50]) == (["49.2%", "49.96%"], ["+0.76 个百分点"])
    assert text.changes([0.54, 0.56], "person_per_enterprise", 2, "zh")[1] == ["每户 +0.02 名"]
    assert text.changes([2, 1], "rank", 0, "zh")[1] == ["−1 位"]
    assert text.changes([54.8, 548.2], "100m_yuan", 1, "en")[1] == ["+493.4\u00a0×\u00a0¥100m"]


@example(12.5469, 12.5)
@given(shares, some.sampled_from([5.0, 50.0, 12.5]))
def test_a_printed_gap_is_what_a_reader_reckons_from_value_and_target(value: float, target: float) -> None:
    row = {"value": value, "target_value": target, "gap": target - value, "unit": "percent", "decimals": 1}
    shown = figure(text.number(value, 1, "zh", target))
    assert figure(findings.short_gap(row, "zh")) == abs(Decimal(str(target)) - shown)
