"""``python -m etl report`` and ``decide``: the notice of a plan, what newly fell behind, what leaders decided."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from dataclasses import asdict, dataclass
from typing import Any, get_args

import polars as pl

from etl.add_reading import area_of
from etl.decisions import ClosingBasis, Decisions
from etl.publish import Builds
from etl.refusal import Refusal
from etl.report import print_line, say
from etl.template import DEFAULT_PLAN
from tracker import office_store, viewing, warehouse
from tracker.alerts import alert_line, newly_behind
from tracker.catalog import Catalog, data_folder, for_data_folder
from tracker.difference_text import difference_line
from tracker.explained import Moment, explain
from tracker.findings import status_counts
from tracker.notice import Facts, Section, assessment, tight
from tracker.notice_facts import facts_at
from tracker.notice_objections import objection_section
from tracker.text import LANGUAGES, month, word

ALERTED = 3


@dataclass(frozen=True)
class Asked:
    """What a report is asked about: a plan, one of its areas or all of it, a build, a month end, a language."""

    plan_id: str
    area_code: str | None
    build_id: str
    as_of: dt.date
    language: str
    catalog: Catalog


def add_report_options(sub: argparse.ArgumentParser) -> None:
    """The options of ``report``."""
    day = dt.date.fromisoformat
    sub.add_argument("--plan", default=DEFAULT_PLAN, help=say("notice.plan_option"))
    sub.add_argument("--as-of", type=day, metavar="YYYY-MM-DD", help=say("notice.as_of_option"))
    sub.add_argument("--area", help=say("notice.area_option"))
    sub.add_argument("--build", metavar="BUILD_ID", help=say("notice.build_option"))
    sub.add_argument("--lang", choices=LANGUAGES, default=LANGUAGES[0])
    sub.add_argument("--alerts", action="store_true", help=say("notice.alerts_option"))
    sub.add_argument("--since", type=day, metavar="YYYY-MM-DD", help=say("notice.since_option"))
    sub.add_argument("--since-build", metavar="BUILD_ID", help=say("notice.since_build_option"))


def add_decide_options(sub: argparse.ArgumentParser) -> None:
    """The options of ``decide``."""
    sub.add_argument("--plan", default=DEFAULT_PLAN, help=say("notice.plan_option"))
    sub.add_argument("--target", required=True)
    sub.add_argument("--basis", required=True, choices=get_args(ClosingBasis), help=say("closing.basis_option"))
    sub.add_argument("--reason", required=True, help=say("closing.reason_option"))
    sub.add_argument("--by", required=True, help=say("closing.by_option"))
    sub.add_argument("--on", required=True, type=dt.date.fromisoformat, help=say("closing.on_option"))


def decide(options: argparse.Namespace) -> int:
    """Record which titles count for a target at its due date."""
    folder = data_folder()
    decision = Decisions(folder).record(
        for_data_folder(folder),
        plan_id=options.plan,
        target_id=options.target,
        basis=options.basis,
        reason=options.reason,
        decided_by=options.by,
        decided_on=options.on,
    )
    values = decision.model_dump()
    if not options.json:
        values["basis"] = say(f"closing.{decision.basis}")
    print_line("closing.recorded", options.json, **values, plan=decision.plan_id, target=decision.target_id)
    return 0


def print_report(options: argparse.Namespace) -> int:
    """Print the notice of a plan, or what newly fell behind. Returns ``ALERTED`` where alerts were asked and found.

    Raises:
        Refusal: where there is no such build, plan, month, area or task, or the build cannot be read.
    """
    try:
        return _print_report(options)
    except warehouse.BuildUnreadable as fault:
        raise Refusal("notice.unreadable_build", {"build_id": str(fault)}) from fault
    except office_store.OfficeError as fault:
        raise Refusal("brief.office", {"file": "office.sqlite"}) from fault


def _print_report(options: argparse.Namespace) -> int:
    asked = asked_of(options)
    facts = facts_at(asked.build_id, asked.plan_id, asked.area_code, asked.as_of, asked.language)
    if facts.own.is_empty():
        area = asked.catalog.areas[facts.area_code].name.in_language(asked.language)
        raise Refusal("notice.no_task", {"plan": asked.plan_id, "area": area})
    if options.alerts:
        return _print_alerts(asked, facts, options.json)
    others = [_since(asked, facts, options)] if options.since or options.since_build else []
    if objections := objection_section(facts, asked.language):
        others.append(objections)
    notice = assessment(facts, asked.language, *others)
    if options.json:
        content: dict[str, Any] = {
            "build_id": asked.build_id,
            "plan_id": asked.plan_id,
            "area_code": facts.area_code,
            "as_of": asked.as_of,
            "counts": status_counts(facts.own),
            "targets": facts.targets.to_dicts(),
            "closing": facts.closing.to_dicts(),
            "notice": asdict(notice),
        }
        print(json.dumps(content, ensure_ascii=False, default=str))
    else:
        print("\n".join(notice.lines()))
    return 0


def asked_of(options: argparse.Namespace) -> Asked:
    """What the options of a report or a briefing ask about.

    Raises:
        Refusal: where there is no such build, plan, area or month.
    """
    folder = data_folder()
    catalog = for_data_folder(folder)
    build_id = options.build or Builds(folder).in_force()
    if not warehouse.has_build(build_id):
        raise Refusal("build.unknown", {"build_id": build_id, "known": "、".join(Builds(folder).all()) or "–"})
    known = warehouse.query(build_id, "plans", language="en")["plan_id"].to_list()
    if options.plan not in known:
        raise Refusal("form.unknown_plan", {"plan": options.plan, "known": "、".join(known) or "–"})
    area_code = area_of("--area", options.area, catalog)
    return Asked(options.plan, area_code, build_id, _month_end(build_id, options), options.lang, catalog)


def _month_end(build_id: str, options: argparse.Namespace) -> dt.date:
    """The month end that is asked for, else the last month that the data cover whole."""
    months: list[dt.date] = months_of(build_id, options.plan)
    if options.as_of is None:
        cutoff = warehouse.query(build_id, "build")["data_cutoff"][0]
        return next((month_end for month_end in months if month_end <= cutoff), months[0])
    return month_within(options.as_of, months)


def months_of(build_id: str, plan_id: str) -> list[dt.date]:
    """The month ends of a plan in a build, the newest first."""
    return warehouse.query(build_id, "as_of_dates", plan_id=plan_id)["as_of"].to_list()


def month_within(day: dt.date, months: list[dt.date]) -> dt.date:
    """The month end of a day among those of a build.

    Raises:
        Refusal: where the build does not reach that month.
    """
    for month_end in months:
        if (month_end.year, month_end.month) == (day.year, day.month):
            return month_end
    raise Refusal("notice.unknown_month", {"on": day, "first": months[-1], "last": months[0]})


def _print_alerts(asked: Asked, facts: Facts, as_json: bool) -> int:
    """What is worse than at the month end before or than the build before said, each once."""
    now = facts.targets if asked.area_code is None else facts.own
    found = pl.concat([newly_behind(now, before) for before in _earlier(asked, facts)])
    alerts = found.unique(["target_id", "area_code"], keep="first", maintain_order=True)
    lines = [alert_line(row, asked.language) for row in alerts.iter_rows(named=True)]
    if as_json:
        columns = ("target_id", "area_code", "due_on", "value", "target_value", "state_before", "state")
        content = {"build_id": asked.build_id, "as_of": asked.as_of, "alerts": alerts.select(columns).to_dicts()}
        print(json.dumps(content, ensure_ascii=False, default=str))
    elif lines:
        print("\n".join([word("notice.alerts", asked.language, number=len(lines)), *lines]))
    else:
        print(word("notice.alerts_none", asked.language))
    return ALERTED if lines else 0


def _earlier(asked: Asked, facts: Facts) -> list[pl.DataFrame]:
    """The same targets at the month end before, and as the build before had them: without rows where there is none."""
    older = [build_id for build_id in Builds(data_folder()).all() if build_id < asked.build_id]
    frames = []
    for build_id in (asked.build_id, *older[-1:]):
        try:
            months = [month_end for month_end in months_of(build_id, asked.plan_id) if month_end <= asked.as_of]
            is_own = build_id == asked.build_id
            for as_of in [month_end for month_end in months if month_end < asked.as_of or not is_own][:1]:
                rule = viewing.DEFAULT_RULE
                frames.append(viewing.targets_at(build_id, asked.plan_id, as_of, asked.language, rule))
        except warehouse.BuildUnreadable:
            # A build that an older version wrote cannot be compared with; the month before still can.
            continue
    return frames or [facts.targets.clear()]


def _since(asked: Asked, facts: Facts, options: argparse.Namespace) -> Section:
    """Every target of the notice against an earlier month end, an earlier build, or both."""
    build_id = options.since_build or asked.build_id
    if not warehouse.has_build(build_id):
        raise Refusal("build.unknown", {"build_id": build_id, "known": "、".join(Builds(data_folder()).all())})
    months = months_of(build_id, asked.plan_id)
    newest = next((month_end for month_end in months if month_end <= asked.as_of), asked.as_of)
    earlier = Moment(build_id, month_within(options.since, months) if options.since else newest)
    if earlier.as_of > asked.as_of:
        raise Refusal("notice.since_later", {"since": earlier.as_of, "on": asked.as_of})
    later = Moment(asked.build_id, asked.as_of)
    lines = []
    for row in facts.own.iter_rows(named=True):
        key = (asked.plan_id, row["target_id"], row["area_code"], row["due_on"])
        difference = explain(*key, earlier, later)
        if difference.is_change:
            lines.append(tight(difference_line(row, difference, asked.language), asked.language))
    label = month(earlier.as_of, asked.language)
    if build_id != asked.build_id:
        label = word("difference.earlier_build", asked.language, month=label, build_id=build_id)
    heading = word("difference.heading", asked.language, earlier=label)
    return Section(heading, tuple(lines or [word("difference.none", asked.language)]))
