"""The value SQL against the slow replay: on hand-made cases, on any reports, and for every indicator of the plan."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.formula_worlds import (
    ALL,
    CHAINS,
    CITY,
    CONTROL,
    COURSES,
    END,
    HILL,
    INTENSITY,
    JUNE,
    LISTED,
    LOAN_RATE,
    MARCH,
    MONTHS,
    OFFICERS,
    PATENTS,
    PLATFORMS,
    REST,
    SEA,
    SHARE,
    START,
    TOOLS,
    TRAINED,
    YEAR_END,
    Counted,
    D,
    holds,
    lianyungang,
    told,
    world,
)  # fmt: skip
from tests.replay_formulas import Answer, Holder, Report, World, seen

# --- What enterprises answer ---------------------------------------------------------------------------------------


def test_intensity_divides_the_sums_and_leaves_out_who_reports_only_one_part() -> None:
    answers = (
        *told(1, YEAR_END, research=10, revenue=100),
        *told(2, YEAR_END, research=5, revenue=900),
        *told(3, YEAR_END, research=700),
    )
    counted = Counted(world(INTENSITY, holders=(holds(1), holds(2), holds(3, HILL)), answers=answers))
    # 15 of 1,000; the mean of the two ratios would be 5.3.
    assert counted.check(INTENSITY, CITY, YEAR_END) == (1.5, "ok", YEAR_END, 3, 2, 15.0, 1000.0)
    assert counted.check(INTENSITY, HILL, YEAR_END) == (None, "not_reported", None, 1, 0, None, None)


def test_numerical_control_is_the_mean_of_enterprises_with_the_pooled_parts_beside_it() -> None:
    answers = (
        *told(1, MARCH, controlled=9, processes=10),
        *told(2, MARCH, controlled=10, processes=100),
        *told(3, MARCH, controlled=0, processes=0),
    )
    counted = Counted(world(CONTROL, holders=(holds(1), holds(2), holds(3)), answers=answers))
    # (90 + 10) / 2; pooled it would be 19 of 110. The third has no key process, so it has no ratio.
    assert counted.check(CONTROL, SEA, MARCH) == (50.0, "ok", MARCH, 3, 2, 19.0, 110.0)


def test_a_share_counts_yes_among_those_who_answered() -> None:
    answers = (*told(1, MARCH, uses_tools=1), *told(2, MARCH, uses_tools=0), *told(3, MARCH, uses_tools=1))
    counted = Counted(world(TOOLS, holders=tuple(holds(e) for e in (1, 2, 3, 4)), answers=answers))
    value, state, _, expected, reported, numerator, denominator = counted.check(TOOLS, CITY, MARCH)
    assert (state, expected, reported, numerator, denominator) == ("ok", 4, 3, 2.0, 3.0)
    assert value == pytest.approx(66.666666666667)


def test_patents_per_enterprise_divide_by_those_who_answered_and_zero_is_an_answer() -> None:
    answers = (*told(1, MARCH, patents_held=9), *told(2, MARCH, patents_held=0))
    counted = Counted(world(PATENTS, holders=(holds(1), holds(2), holds(3)), answers=answers))
    assert counted.check(PATENTS, SEA, MARCH) == (4.5, "ok", MARCH, 3, 2, 9.0, 2.0)


def test_too_few_answers_keep_the_value_but_are_no_assessment() -> None:
    holders = tuple(holds(e) for e in range(1, 6))
    two = (*told(1, MARCH, uses_tools=1), *told(2, MARCH, uses_tools=1))
    assert Counted(world(TOOLS, holders=holders, answers=two)).cell(TOOLS, CITY, MARCH) == (100, "sample_too_small")
    # Exactly the minimum of half is enough.
    assert Counted(world(TOOLS, holders=holders[:4], answers=two)).cell(TOOLS, CITY, MARCH) == (100, "ok")


def test_only_holders_on_the_last_day_of_the_period_are_asked() -> None:
    holders = (
        holds(1, to_on=D(2025, 4, 1)),
        holds(2, to_on=MARCH),
        holds(3, status="awaiting_review"),
        holds(4, status="publicity"),
        holds(5, tier="innovative"),
    )
    answers = tuple(answer for e in (1, 2, 3, 4, 5, 6) for answer in told(e, MARCH, patents_held=e))
    counted = Counted(world(PATENTS, holders=holders, answers=answers))
    assert counted.check(PATENTS, CITY, MARCH)[3:] == (2, 2, 4.0, 2.0)


def test_the_city_counts_enterprises_without_a_district() -> None:
    answers = (*told(1, MARCH, patents_held=2), *told(2, MARCH, patents_held=4))
    counted = Counted(world(PATENTS, holders=(holds(1, SEA), holds(2, REST)), answers=answers))
    assert counted.cell(PATENTS, CITY, MARCH) == (3.0, "ok")
    assert counted.cell(PATENTS, SEA, MARCH) == (2.0, "ok")


def test_an_enterprise_that_moves_counts_where_it_is_on_the_last_day() -> None:
    moved = (Holder(1, SEA, START, D(2025, 5, 1)), Holder(1, HILL, D(2025, 5, 1), END))
    answers = (*told(1, MARCH, patents_held=2), *told(1, JUNE, patents_held=3))
    counted = Counted(world(PATENTS, holders=moved, answers=answers))
    assert counted.cell(PATENTS, SEA, MARCH) == (2.0, "ok")
    assert counted.cell(PATENTS, HILL, JUNE) == (3.0, "ok")
    assert counted.cell(PATENTS, HILL, MARCH) == (None, "no_data")


# --- What areas report ---------------------------------------------------------------------------------------------


def test_counts_of_units_are_added_and_a_missing_unit_makes_the_sum_partial() -> None:
    one = (Report(SEA, "platforms", MARCH, 3),)
    counted = Counted(world(PLATFORMS, reports=one))
    assert counted.check(PLATFORMS, CITY, MARCH) == (3.0, "partial", MARCH, 2, 1, None, None)
    assert counted.check(PLATFORMS, HILL, MARCH) == (None, "not_reported", None, 1, 0, None, None)
    both = (*one, Report(HILL, "platforms", MARCH, 0))
    assert Counted(world(PLATFORMS, reports=both)).cell(PLATFORMS, CITY, MARCH) == (3.0, "ok")


def test_the_own_report_of_the_city_stands_before_the_sum_of_its_units() -> None:
    reports = (Report(CITY, "platforms", MARCH, 9), *(Report(unit, "platforms", MARCH, 2) for unit in (SEA, HILL)))
    counted = Counted(world(PLATFORMS, reports=reports))
    assert counted.check(PLATFORMS, CITY, MARCH) == (9.0, "ok", MARCH, 1, 1, None, None)


def test_a_later_report_of_one_unit_does_not_hide_the_whole_of_the_city() -> None:
    reports = (Report(CITY, "platforms", MARCH, 9), Report(SEA, "platforms", JUNE, 4))
    partly = Counted(world(PLATFORMS, reports=reports))
    assert partly.cell(PLATFORMS, CITY, JUNE) == (9.0, "ok")
    whole = Counted(world(PLATFORMS, reports=(*reports, Report(HILL, "platforms", JUNE, 6))))
    assert whole.cell(PLATFORMS, CITY, JUNE) == (10.0, "ok")


def test_units_that_report_at_different_times_are_added_while_their_values_hold() -> None:
    reports = (
        Report(SEA, "platforms", MARCH, 3),
        Report(HILL, "platforms", MARCH, 4),
        Report(SEA, "platforms", JUNE, 5),
    )
    counted = Counted(world(PLATFORMS, reports=reports))
    assert counted.check(PLATFORMS, CITY, JUNE)[:3] == (9.0, "ok", MARCH)
    # The hills owed the second quarter by the end of August: from then on it is missing.
    assert counted.check(PLATFORMS, CITY, D(2025, 9, 30))[:5] == (5.0, "partial", JUNE, 2, 1)
    # Once nothing holds, the last word of every unit stands as it was, marked stale.
    assert counted.check(PLATFORMS, CITY, D(2025, 12, 31))[:3] == (9.0, "stale", MARCH)


def test_percentages_of_units_are_never_averaged() -> None:
    reports = (Report(SEA, "chains", MARCH, 90), Report(HILL, "chains", MARCH, 10))
    counted = Counted(world(CHAINS, reports=reports))
    assert counted.cell(CHAINS, SEA, MARCH) == (90.0, "ok")
    assert counted.check(CHAINS, CITY, MARCH) == (None, "not_reported", None, 2, 0, None, None)
    parts = (Report(SEA, "chains", MARCH, 90, 9, 10), Report(HILL, "chains", MARCH, 10, 9, 90))
    assert Counted(world(CHAINS, reports=parts)).check(CHAINS, CITY, MARCH)[:2] == (18.0, "ok")


def test_covered_chains_and_all_chains_may_be_reported_under_their_own_names() -> None:
    reports = (Report(CITY, "chains_covered", MARCH, 9), Report(CITY, "chains_of_city", MARCH, 10))
    counted = Counted(world(CHAINS, reports=reports))
    assert counted.check(CHAINS, CITY, MARCH) == (90.0, "ok", MARCH, 1, 1, 9.0, 10.0)


def test_officers_that_districts_report_are_divided_by_the_enterprises_of_those_districts() -> None:
    holders = (*(holds(e, SEA) for e in (1, 2, 3, 4)), *(holds(e, HILL) for e in (5, 6)))
    one = (Report(SEA, "officers", MARCH, 3),)
    counted = Counted(world(OFFICERS, holders=holders, reports=one))
    assert counted.check(OFFICERS, SEA, MARCH) == (0.75, "ok", MARCH, 1, 1, 3.0, 4.0)
    # The district that did not report is left out above and below the line.
    assert counted.check(OFFICERS, CITY, MARCH) == (0.75, "partial", MARCH, 2, 1, 3.0, 4.0)
    both = Counted(world(OFFICERS, holders=holders, reports=(*one, Report(HILL, "officers", MARCH, 0))))
    assert both.check(OFFICERS, CITY, MARCH) == (0.5, "ok", MARCH, 2, 2, 3.0, 6.0)


def test_a_district_without_enterprises_owes_no_officers() -> None:
    counted = Counted(world(OFFICERS, holders=(holds(1), holds(2)), reports=(Report(SEA, "officers", MARCH, 1),)))
    assert counted.check(OFFICERS, CITY, MARCH)[:5] == (0.5, "ok", MARCH, 1, 1)
    assert counted.check(OFFICERS, HILL, MARCH)[:2] == (None, "no_data")


def test_revenue_of_enterprises_over_the_revenue_that_the_statistics_office_reports() -> None:
    holders = (holds(1, SEA), holds(2, SEA), holds(3, HILL))
    answers = tuple(Answer(e, "main_revenue", YEAR_END, value) for e, value in ((1, 30), (2, 20), (3, 50)))
    of_units = (Report(SEA, "main_revenue_of_all", YEAR_END, 200), Report(HILL, "main_revenue_of_all", YEAR_END, 50))
    counted = Counted(world(SHARE, holders=holders, answers=answers, reports=of_units))
    assert counted.check(SHARE, SEA, YEAR_END) == (25.0, "ok", YEAR_END, 2, 2, 50.0, 200.0)
    assert counted.check(SHARE, CITY, YEAR_END) == (40.0, "ok", YEAR_END, 2, 2, 100.0, 250.0)
    of_city = (*of_units, Report(CITY, "main_revenue_of_all", YEAR_END, 400))
    counted = Counted(world(SHARE, holders=holders, answers=answers, reports=of_city))
    assert counted.check(SHARE, CITY, YEAR_END) == (25.0, "ok", YEAR_END, 3, 3, 100.0, 400.0)


def test_revenue_share_is_a_true_zero_where_nobody_holds_the_title_and_unknown_where_nobody_answers() -> None:
    reports = (Report(SEA, "main_revenue_of_all", YEAR_END, 200), Report(HILL, "main_revenue_of_all", YEAR_END, 50))
    counted = Counted(world(SHARE, holders=(holds(1, SEA),), reports=reports))
    assert counted.cell(SHARE, HILL, YEAR_END) == (0.0, "ok")
    assert counted.cell(SHARE, SEA, YEAR_END) == (None, "not_reported")


def test_a_ratio_over_zero_is_no_value_and_its_parts_stay_in_the_sum() -> None:
    reports = (
        Report(SEA, "loans_given", MARCH, 0), Report(SEA, "loans_asked", MARCH, 0),
        Report(HILL, "loans_given", MARCH, 3), Report(HILL, "loans_asked", MARCH, 4),
    )  # fmt: skip
    counted = Counted(world(LOAN_RATE, reports=reports))
    assert counted.cell(LOAN_RATE, SEA, MARCH) == (None, "no_data")
    assert counted.check(LOAN_RATE, CITY, MARCH) == (75.0, "ok", MARCH, 2, 2, 3.0, 4.0)


# --- Time and files ------------------------------------------------------------------------------------------------


def test_a_value_holds_until_the_next_is_due_and_its_grace_is_over() -> None:
    counted = Counted(world(PATENTS, holders=(holds(1),), answers=told(1, MARCH, patents_held=7)))
    assert counted.cell(PATENTS, SEA, D(2025, 2, 28)) == (None, "not_reported")
    assert counted.cell(PATENTS, SEA, D(2025, 8, 31)) == (7.0, "ok")
    assert counted.check(PATENTS, SEA, D(2025, 9, 30))[:3] == (7.0, "stale", MARCH)


def test_answers_that_are_still_too_few_do_not_push_out_a_value_that_holds() -> None:
    holders = tuple(holds(enterprise) for enterprise in (1, 2, 3, 4))
    march = tuple(one for e in (1, 2, 3, 4) for one in told(e, MARCH, controlled=5, processes=10))
    june = told(1, JUNE, controlled=9, processes=10)
    counted = Counted(world(CONTROL, holders=holders, answers=(*march, *june)))
    # The second quarter is due by the end of August; in June one of four has answered.
    assert counted.check(CONTROL, SEA, JUNE)[:5] == (50.0, "ok", MARCH, 4, 4)
    assert counted.check(CONTROL, SEA, D(2025, 8, 31))[:2] == (50.0, "ok")
    # Then the first quarter holds no longer, and what came in is too little.
    assert counted.check(CONTROL, SEA, D(2025, 9, 30))[:5] == (90.0, "sample_too_small", JUNE, 4, 1)
    # As soon as enough have answered, the new quarter stands.
    more = (*june, *told(2, JUNE, controlled=7, processes=10))
    enough = Counted(world(CONTROL, holders=holders, answers=(*march, *more)))
    assert enough.check(CONTROL, SEA, JUNE)[:3] == (80.0, "ok", JUNE)


def test_too_few_answers_without_a_value_before_stand_as_they_are() -> None:
    holders = tuple(holds(enterprise) for enterprise in (1, 2, 3, 4))
    few = (*told(1, MARCH, controlled=5, processes=10), *told(1, JUNE, controlled=9, processes=10))
    counted = Counted(world(CONTROL, holders=holders, answers=few))
    assert counted.check(CONTROL, SEA, JUNE)[:3] == (90.0, "sample_too_small", JUNE)


def test_a_cell_that_says_there_is_none_leaves_the_value_before_it_in_force_while_that_holds() -> None:
    reports = (Report(SEA, "platforms", MARCH, 8), Report(SEA, "platforms", JUNE, None, file="b"))
    received = {"a": D(2026, 1, 1), "b": D(2026, 2, 1)}
    counted = Counted(world(PLATFORMS, reports=reports, received=received))
    assert counted.cell(PLATFORMS, SEA, JUNE) == (8.0, "ok")
    assert counted.cell(PLATFORMS, SEA, D(2025, 9, 30)) == (8.0, "stale")


def test_a_yearly_value_holds_for_a_year_and_a_half() -> None:
    answers = told(1, D(2024, 12, 31), research=6, revenue=100)
    counted = Counted(world(INTENSITY, holders=(holds(1),), answers=answers))
    assert counted.cell(INTENSITY, SEA, D(2026, 6, 30)) == (6.0, "ok")
    assert counted.cell(INTENSITY, SEA, D(2026, 7, 31)) == (6.0, "stale")


def test_a_value_of_an_event_holds_until_the_next() -> None:
    reports = (Report(SEA, "listed", D(2024, 12, 31), 2), Report(HILL, "listed", JUNE, 1))
    counted = Counted(world(LISTED, reports=reports))
    assert counted.cell(LISTED, CITY, D(2026, 12, 31)) == (3.0, "ok")


def test_an_annual_task_begins_anew_each_year() -> None:
    counted = Counted(world(TRAINED, reports=(Report(CITY, "trained", YEAR_END, 800),)))
    assert counted.cell(TRAINED, CITY, YEAR_END) == (800.0, "ok")
    assert counted.cell(TRAINED, CITY, D(2026, 1, 31)) == (None, "not_reported")


def test_what_was_new_in_a_period_is_booked_once() -> None:
    reports = (Report(CITY, "courses", MARCH, 4), Report(CITY, "courses", JUNE, 6))
    counted = Counted(world(COURSES, reports=reports))
    months = [counted.cell(COURSES, CITY, month)[0] for month in MONTHS if MARCH <= month <= D(2025, 8, 31)]
    assert months == [4.0, 0.0, 0.0, 6.0, 0.0, 0.0]


SEPTEMBER = D(2025, 9, 30)


@pytest.mark.parametrize(
    ("stated", "booked"),
    [
        # Quarters add up; a half year, nine months or a year stand for what lies inside them.
        ([(MARCH, 3, 4), (JUNE, 3, 6), (SEPTEMBER, 3, 5)], [4, 6, 5, 0]),
        ([(MARCH, 3, 4), (JUNE, 6, 10)], [4, 6, 0, 0]),
        ([(MARCH, 3, 4), (JUNE, 6, 10), (SEPTEMBER, 9, 12), (YEAR_END, 12, 20)], [4, 6, 2, 8]),
        ([(MARCH, 3, 4), (JUNE, 6, 10), (SEPTEMBER, 3, 5), (YEAR_END, 12, 20)], [4, 6, 5, 5]),
        # The half year and its second quarter, in either order of files: one number, not two.
        ([(JUNE, 6, 10), (JUNE, 3, 6), (MARCH, 3, 4)], [4, 6, 0, 0]),
        # A half year alone is booked where it ends; one that says less than was said before takes it back.
        ([(JUNE, 6, 10)], [None, 10, 0, 0]),
        ([(MARCH, 3, 4), (JUNE, 6, 3)], [4, -1, 0, 0]),
        # Of months that two statements share, the one that begins first counts.
        ([(D(2025, 4, 30), 4, 7), (JUNE, 3, 6)], [None, 0, 0, 0]),
        # Nobody says how long: it is what was new since the last.
        ([(MARCH, None, 4), (JUNE, None, 6)], [4, 6, 0, 0]),
        ([(MARCH, None, 4), (JUNE, 6, 10)], [4, 6, 0, 0]),
    ],
)
def test_what_two_statements_both_hold_is_booked_once(
    stated: list[tuple[dt.date, int | None, float]], booked: list[float | None]
) -> None:
    reports = tuple(Report(CITY, "courses", day, value, months=months) for day, months, value in stated)
    counted = Counted(world(COURSES, reports=reports))
    assert [counted.check(COURSES, CITY, day)[0] for day in (MARCH, JUNE, SEPTEMBER, YEAR_END)] == booked


def test_of_two_values_of_one_cell_the_newest_file_decides() -> None:
    received = {"last": D(2026, 3, 1), "late": D(2026, 2, 1), "soon": D(2026, 1, 1), "zoon": D(2026, 1, 1)}
    answers = (
        Answer(1, "patents_held", MARCH, 9, "late"),
        Answer(1, "patents_held", MARCH, 1, "soon"),
        Answer(2, "patents_held", MARCH, 5, "soon"),
        Answer(2, "patents_held", MARCH, 7, "zoon"),
        Answer(2, "patents_held", MARCH, None, "last"),
    )
    reports = (
        Report(SEA, "platforms", MARCH, 8, file="zoon"),
        Report(SEA, "platforms", MARCH, 3, file="late"),
        Report(SEA, "platforms", MARCH, None, file="last"),
    )
    known = world(PATENTS, PLATFORMS, holders=(holds(1), holds(2)), answers=answers, reports=reports, received=received)
    # The empty cell of the newest file is no value, so it takes none away.
    assert Counted(known).cell(PATENTS, SEA, MARCH) == (8.0, "ok")
    assert Counted(known).cell(PLATFORMS, SEA, MARCH) == (3.0, "ok")


def test_nobody_reported_differs_from_nobody_to_ask() -> None:
    counted = Counted(world(TOOLS, PLATFORMS, holders=(holds(1, SEA),)))
    assert counted.check(TOOLS, SEA, MARCH) == (None, "not_reported", None, 1, 0, None, None)
    assert counted.check(TOOLS, HILL, MARCH) == (None, "no_data", None, 0, 0, None, None)
    assert counted.check(PLATFORMS, CITY, MARCH) == (None, "not_reported", None, 2, 0, None, None)


def test_a_number_beyond_all_measures_stops_no_build() -> None:
    answers = (*told(1, MARCH, patents_held=1e300), *told(2, MARCH, patents_held=4))
    counted = Counted(world(PATENTS, holders=(holds(1), holds(2)), answers=answers))
    assert counted.cells["patents", SEA, MARCH][:2] == (4.0, "ok")


# --- Any world -----------------------------------------------------------------------------------------------------

PERIODS = (D(2024, 12, 31), MARCH, D(2025, 5, 15), JUNE, YEAR_END)
MEASURES = ("research", "revenue", "controlled", "processes", "uses_tools", "patents_held", "main_revenue")
NAMES = (
    "officers", "main_revenue_of_all", "loans_given", "loans_asked", "chains", "chains_covered", "chains_of_city",
    "platforms", "listed", "trained", "courses",
)  # fmt: skip
numbers = st.sampled_from([None, -1.0, 0.0, 0.0, 1.0, 2.5, 3.0, 7.0, 10.0])
files = st.sampled_from(["a", "b", "c"])


@st.composite
def any_holder(draw: st.DrawFn, enterprise: int) -> list[Holder]:
    some_days = st.sampled_from([START, *PERIODS, D(2025, 4, 10), END])
    days = sorted(draw(st.lists(some_days, min_size=2, max_size=4, unique=True)))
    return [
        Holder(
            enterprise, draw(st.sampled_from([SEA, HILL, REST])), start, end,
            status=draw(st.sampled_from(["in_force", "in_force", "awaiting_review", "publicity"])),
        )
        for start, end in itertools.pairwise(days)
    ]  # fmt: skip


any_answer = st.builds(Answer, st.integers(1, 5), st.sampled_from(MEASURES), st.sampled_from(PERIODS), numbers, files)
any_report = st.builds(
    Report, st.sampled_from([CITY, SEA, HILL]), st.sampled_from(NAMES), st.sampled_from(PERIODS), numbers,
    st.none() | numbers, st.none() | numbers, files, st.sampled_from([None, 1, 2, 3, 6, 12]),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    holders=st.tuples(*(any_holder(enterprise) for enterprise in range(1, 6))),
    answers=st.lists(any_answer, max_size=40, unique_by=lambda a: (a.enterprise, a.measure, a.period_end, a.file)),
    reports=st.lists(any_report, max_size=20, unique_by=lambda r: (r.area, r.name, r.period_end, r.file)),
)
def test_sql_agrees_with_the_replay(
    holders: tuple[list[Holder], ...], answers: list[Answer], reports: list[Report]
) -> None:
    known = world(
        *ALL,
        holders=tuple(holder for one in holders for holder in one),
        answers=tuple(answers),
        reports=tuple(reports),
        received={"a": D(2026, 1, 1), "b": D(2026, 1, 1), "c": D(2025, 12, 1)},
    )
    _compare_every_cell(known, MONTHS[::3])


def _compare_every_cell(known: World, months: tuple[dt.date, ...]) -> None:
    counted = Counted(known, months)
    areas = (known.city, *known.units)
    asked = [(i, area, month) for i in known.indicators for area in areas for month in months]
    assert set(counted.cells) == {(i.indicator_id, area, month) for i, area, month in asked}
    for one, area, month in asked:
        counted.check(one, area, month)


# --- The plan ------------------------------------------------------------------------------------------------------


def test_every_indicator_of_the_plan_is_counted_twice() -> None:
    known = lianyungang(seed=320700)
    assert len(known.indicators) == 25
    _compare_every_cell(known, (YEAR_END, D(2026, 6, 30), D(2026, 12, 31)))
    counted = Counted(known, (YEAR_END,))
    states = {i.indicator_id: counted.cell(i, known.city, YEAR_END)[1] for i in known.indicators}
    assert {"not_reported", "no_data"}.isdisjoint(states.values())


def test_the_order_of_the_answers_changes_no_bit_of_a_value() -> None:
    known = lianyungang(seed=1)
    answers = [replace(answer, value=(answer.value or 0) + 0.1) for answer in known.answers]
    one = Counted(replace(known, answers=tuple(answers)), (YEAR_END,))
    random.Random(2).shuffle(answers)
    other = Counted(replace(known, answers=tuple(answers)), (YEAR_END,))
    assert one.cells == other.cells


def test_the_replay_itself_adds_exactly() -> None:
    answers = tuple(answer for e in (1, 2, 3) for answer in told(e, MARCH, patents_held=0.1))
    known = world(PATENTS, holders=(holds(1), holds(2), holds(3)), answers=answers)
    assert seen(known, PATENTS, SEA, MARCH).value == Fraction(1, 10)
