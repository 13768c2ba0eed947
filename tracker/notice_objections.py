"""Numbers of a notice to which a district objects and nobody has decided yet: they are named beside the numbers."""

from __future__ import annotations

from tracker import objections_words, office_objections
from tracker.notice import Facts, Section
from tracker.text import word


def objection_section(facts: Facts, language: str) -> Section | None:
    """The open objections to numbers of the notice up to its month, a sentence each; None without any.

    Raises:
        OfficeError: where the office store cannot be read.
    """
    areas = dict(facts.areas.select("area_code", "short").iter_rows())
    shown = areas if facts.is_whole else {facts.area_code: areas[facts.area_code]}
    targets = dict(facts.targets.select("target_id", "name").iter_rows())
    found = [
        one
        for one in office_objections.objections(str(facts.plan["plan_id"]))
        if one.number.area_code in shown and one.number.target_id in targets and one.number.as_of <= facts.as_of
    ]
    said = objections_words.open_lines(found, shown, targets, language, key="notice.objection")
    lines = [word("notice.item", language, number=place, text=line) for place, line in enumerate(said, start=1)]
    return Section(word("notice.objections_heading", language), tuple(lines), "objections") if lines else None
