"""The cells of one title in one row of a ledger together: which events it states, from when to when.

- A later cell of the same title adds to the statements of an earlier one (批次, then 认定时间); where it fits none of
  them, the row contradicts itself and the title is not taken from it.
- One window belongs to the latest statement. Where it opens a whole validity after that one's year (第二批, valid from
  2023) it is the window of a review that the row does not name, and is taken as one.
- Months and years as ends of a window are read only where they make exactly one validity: 2023.07-2026.06.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from etl.clean import parse_day
from etl.ledger_cells import (
    CellFault,
    CellFaultError,
    Claim,
    Point,
    Title,
    claims_in,
    is_none,
    of_known_batch,
    plain,
    point,
    tokens,
)

_USUAL_YEARS = re.compile(r"(?:三|3)\s*年期?")
_CAPTION = re.compile(r"^(?:证书|称号)?有效期限?:?")
_STATING = ("batch", "held", "recognised_on")


def claims_of(cells: Mapping[str, str | None], title: Title) -> tuple[tuple[Claim, ...], CellFault | None]:
    """The events that the cells of one title state, or the fault of the first cell that cannot be taken.

    Args:
        cells: by field: ``held``, ``batch``, ``recognised_on``, ``reviewed_on``, ``event_word``, ``valid_from``,
            ``valid_to``, ``validity``, ``document_no``; None where blank or absent.
        title: whose cells they are.
    """
    try:
        return tuple(_claims(cells, title)), None
    except CellFaultError as faulty:
        return (), faulty.fault


def _claims(cells: Mapping[str, str | None], title: Title) -> list[Claim]:
    given = {name: text for name, text in cells.items() if text is not None}
    filled = {name: text for name, text in given.items() if not is_none(text)}
    if "held" in given.keys() - filled.keys() and filled:
        raise CellFaultError("ledger_contradiction", "held", given["held"])
    claims: list[Claim] = []
    for name in filter(filled.__contains__, _STATING):
        claims = _joined(claims, claims_in(filled[name], name, title), title)
    if "reviewed_on" in filled:
        claims = _with_reviews(claims, claims_in(filled["reviewed_on"], "reviewed_on", title))
    if "event_word" in filled:
        claims = _with_words(claims, claims_in(filled["event_word"], "event_word", title), filled["event_word"])
    claims = _with_windows(claims, list(_windows(filled, title)), title)
    return [_with_document(claim, filled.get("document_no"), len(claims)) for claim in claims]


def _joined(claims: list[Claim], more: list[Claim], title: Title) -> list[Claim]:
    """The statements of one cell completed by those of the next.

    Raises:
        CellFaultError: where the next cell says something that fits none of them.
    """
    if all(claim.is_bare for claim in claims):
        return more
    if all(claim.is_bare for claim in more):
        return claims
    claims, open_places = list(claims), list(range(len(claims)))
    for extra in more:
        by_distance = ((_distance(claims[place], extra), place) for place in open_places)
        distance, place = min(by_distance, default=(None, 0), key=lambda pair: (pair[0] is None, pair[0] or 0, pair[1]))
        if distance is None:
            raise CellFaultError("ledger_contradiction", extra.field, extra.text)
        open_places.remove(place)
        claims[place] = _completed(claims[place], extra, title)
    return claims


def _distance(claim: Claim, extra: Claim) -> int | None:
    """How far two statements lie apart if they can be of one event, else None."""
    if claim.event is not None and extra.event is not None and claim.event != extra.event:
        return None
    if claim.number is not None and extra.number is not None and claim.number != extra.number:
        return None
    if claim.day is not None and extra.day is not None and claim.day != extra.day:
        return None
    if claim.year is None or extra.year is None:
        return 2
    years = extra.year - claim.year
    return years if years in (0, 1) else None


def _completed(claim: Claim, extra: Claim, title: Title) -> Claim:
    both = replace(
        claim,
        event=claim.event or extra.event,
        year=extra.year if claim.year is None else claim.year,
        month=extra.month if claim.month is None else claim.month,
        number=extra.number if claim.number is None else claim.number,
        day=claim.day or extra.day,
    )
    return both if both.is_review else of_known_batch(both, title)[0]


def _with_reviews(claims: list[Claim], reviews: list[Claim]) -> list[Claim]:
    """A review that a column of its own states joins the one that is there already, or is one more."""
    if all(claim.is_bare for claim in claims):
        return reviews
    for review in reviews:
        fits = [p for p, claim in enumerate(claims) if claim.is_review and _distance(claim, review) is not None]
        if fits:
            there = claims[fits[0]]
            claims = [*claims]
            claims[fits[0]] = replace(there, year=there.year or review.year, day=there.day or review.day)
        else:
            claims = [*claims, review]
    return claims


def _with_words(claims: list[Claim], words: list[Claim], printed: str) -> list[Claim]:
    """Words such as 新认定 and 复核: one for each statement, or a single one for the latest.

    Raises:
        CellFaultError: where there are more or fewer, or a word differs from what a statement says itself.
    """
    if all(claim.is_bare for claim in claims):
        return words
    if len(words) == 1:
        latest = _latest(claims)
        words = [words[0] if place == latest else claim for place, claim in enumerate(claims)]
    if len(words) != len(claims):
        raise CellFaultError("ledger_contradiction", "event_word", printed)
    pairs = list(zip(claims, words, strict=True))
    if any(claim.event and word.event and claim.event != word.event for claim, word in pairs):
        raise CellFaultError("ledger_contradiction", "event_word", printed)
    return [replace(claim, event=claim.event or word.event) for claim, word in pairs]


def _latest(claims: Iterable[Claim]) -> int:
    """The place of the latest statement; a review without a year comes after everything."""
    ordered = sorted(enumerate(claims), key=lambda pair: (pair[1].year or (9999 if pair[1].is_review else 0), pair[0]))
    return ordered[-1][0]


@dataclass(frozen=True)
class _Window:
    """A validity as printed; ``starts`` is counted back from its end where only that is printed."""

    field: str
    text: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    starts: dt.date
    is_bare: bool = False


def _windows(cells: Mapping[str, str], title: Title) -> Iterator[_Window]:
    """The validities of a row: 有效期起 and 有效期止, else 有效期 as a range or as an end."""
    starts, ends = (_end(cells.get(name), name) for name in ("valid_from", "valid_to"))
    if starts or ends:
        name = "valid_to" if ends else "valid_from"
        yield _window(name, cells[name], starts, ends, title)
        return
    validity = _CAPTION.sub("", plain(cells.get("validity") or ""))
    if not validity or _USUAL_YEARS.fullmatch(validity):
        return
    for piece in filter(None, re.split(r"[,、;\n]+", validity)):
        points = _points(piece) or []
        if len(points) not in (1, 2):
            raise CellFaultError("date_unreadable", "validity", piece)
        is_bare = len(points) == 1 and re.search(r"[至到止前]", piece) is None
        yield _window("validity", piece, points[0] if len(points) == 2 else None, points[-1], title, is_bare)


def _end(printed: str | None, field_name: str) -> Point | None:
    if printed is None:
        return None
    text = plain(printed)
    if (serial := parse_day(text)) is not None:
        return serial.year, serial.month, serial.day
    points = _points(text)
    if points is None or len(points) != 1:
        raise CellFaultError("date_unreadable", field_name, printed)
    return points[0]


def _points(text: str) -> list[Point] | None:
    """The days, months or years that a text names beside words of ranges; None where it says anything else."""
    found = list(tokens(text))
    if any(kind not in ("point", "range", "soft", "filler") for kind, _ in found):
        return None
    return [point(match) for kind, match in found if kind == "point" and match is not None]


def _window(
    field_name: str, text: str, starts: Point | None, ends: Point | None, title: Title, is_bare: bool = False
) -> _Window:
    valid_from, valid_to = _whole_units(starts, ends, title.validity_years) or (_day(starts), _day(ends))
    if (starts and valid_from is None) or (ends and valid_to is None):
        raise CellFaultError("date_unreadable", field_name, text)
    if valid_from and valid_to and valid_to < valid_from:
        raise CellFaultError("valid_to_before_valid_from", field_name, f"{valid_from} > {valid_to}")
    begins = valid_from or (start_of(valid_to, title.validity_years) if valid_to else None)
    if begins is None:
        raise CellFaultError("date_unreadable", field_name, text)
    return _Window(field_name, text, valid_from, valid_to, begins, is_bare)


def start_of(valid_to: dt.date, validity_years: int) -> dt.date:
    """The first day of a title of so many years that is valid to a day."""
    after = valid_to + dt.timedelta(days=1)
    # A title that ends on 28 February of a leap year began on 29 February or on 1 March: the later one.
    last = calendar.monthrange(after.year - validity_years, after.month)[1]
    if after.day > last:
        return dt.date(after.year - validity_years, after.month + 1, 1)
    return after.replace(year=after.year - validity_years)


def _whole_units(starts: Point | None, ends: Point | None, years: int) -> tuple[dt.date, dt.date] | None:
    """Whole months or years that make exactly one validity: 2023.07-2026.06, 2023-2025."""
    if starts is None or ends is None or starts[2] is not None or ends[2] is not None:
        return None
    if starts[1] is None and ends[1] is None:
        return (dt.date(starts[0], 1, 1), dt.date(ends[0], 12, 31)) if ends[0] - starts[0] + 1 == years else None
    if starts[1] is None or ends[1] is None or not (1 <= starts[1] <= 12 and 1 <= ends[1] <= 12):
        return None
    if 12 * (ends[0] - starts[0]) + ends[1] - starts[1] + 1 != 12 * years:
        return None
    last = calendar.monthrange(ends[0], ends[1])[1]
    return dt.date(starts[0], starts[1], 1), dt.date(ends[0], ends[1], last)


def _day(end: Point | None) -> dt.date | None:
    return parse_day("-".join(map(str, end))) if end and None not in end else None


def _with_windows(claims: list[Claim], windows: list[_Window], title: Title) -> list[Claim]:
    """Give each window to its statement.

    Raises:
        CellFaultError: where a window is of none, or there are more windows than statements.
    """
    if not windows:
        return claims
    if not claims:
        claims = [Claim(windows[0].field, windows[0].text)]
    if len(windows) == 1:
        latest = _latest(claims)
        return [*claims[:latest], *_with_window(claims[latest], windows[0], title), *claims[latest + 1 :]]
    if len(windows) != len(claims):
        raise CellFaultError("ledger_contradiction", windows[-1].field, windows[-1].text)
    order = sorted(range(len(claims)), key=lambda place: claims[place].year or 0)
    dated = dict(zip(order, sorted(windows, key=lambda window: window.starts), strict=True))
    return [one for place, claim in enumerate(claims) for one in _with_window(claim, dated[place], title)]


def _with_window(claim: Claim, window: _Window, title: Title) -> list[Claim]:
    year = claim.day.year if claim.day else claim.year
    late = window.starts.year - year if year is not None else 0
    contradiction = CellFaultError("ledger_contradiction", window.field, window.text)
    if year is None and window.is_bare:
        raise contradiction
    if -1 <= late <= 1:
        return [replace(claim, valid_from=window.valid_from, valid_to=window.valid_to)]
    if late < title.validity_years or claim.event not in (None, "recognition"):
        raise contradiction
    review = Claim(
        window.field,
        window.text,
        "review_passed",
        year=window.starts.year,
        valid_from=window.valid_from,
        valid_to=window.valid_to,
    )
    return [claim, review]


def _with_document(claim: Claim, document_no: str | None, claims: int) -> Claim:
    """A document number belongs to the only statement, else to the one of its year."""
    found = re.search(r"20\d\d", document_no or "")
    is_of_year = found is not None and claim.year == int(found.group())
    return replace(claim, document_no=document_no) if document_no and (claims == 1 or is_of_year) else claim
