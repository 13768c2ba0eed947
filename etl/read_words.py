"""How the rows of a list look that are no enterprises: totals, notes, block rows; and what a name looks like.

All texts are expected without white space and in half width (:func:`etl.table.squeezed`).
"""

from __future__ import annotations

import re

_AREA_ENDING = r"(?:省|市|县|区|州|盟|旗|镇|乡|街道|市直|省直|本级|直属)"
_COUNT = r"(\d[\d,]*)(?:家|户|个企业)(?:企业)?"
_NUMERAL = r"[一二三四五六七八九十百]+"

_ENTERPRISE = re.compile(
    r"公司|(?:厂|集团|院|所|中心|社|店|行|站|场|矿|基地|协会|学会|联盟|大学|学校|实业|合伙|(?:合伙|独资|私营)企业)"
    # What follows in brackets belongs to the name: "…厂(普通合伙)".
    r"(?:\([^)]*\))?$|\b(?:co\.?,?ltd|ltd|inc|corp|gmbh|llc)\b",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    rf"(?:.{{0,12}}{_AREA_ENDING}|.{{0,8}}(?:类|批|页|上|企业|全部|全))?(?:合计|小计|总计|共计|累计|总数)"
    r"(?:\([^)]*\))?[\W_]*共?[\d,]*(?:家|户|个|项|条)?(?:企业)?\W*$"
)
_FORM_LINE = re.compile(
    r"(?:填报|填表|报送|上报|制表|联系|审核|审批|复核|经办|单位|部门|主管|分管|负责|日期|时间|电话|手机|传真|邮箱|盖章|签字"
    r"|截至|统计|注|备注|附注|说明|填报说明|填表说明|资料来源|数据来源|来源)[^:,。]{0,12}:|(?:注|备注|说明)(?:[\d(]|$)"
)
_NOTE = re.compile(
    r"(?:以上|其中|本次|全省|全市|名单)?(?:企业)?共(?:计|有|认定)?\d|\(?(?:以下|此页|本页)(?:空白|无正文)|附件[\d一二三]*$"
    r"|附件\d*:|\d{4}年\d{1,2}月(?:\d{1,2}日)?$|第\d+页|[*※★]"
)
_TITLE_END = re.compile(r"(?:名单|一览表|汇总表|明细表|统计表|登记表|清单|公示表)(?:\([^)]*\))?$")
_BUREAU = re.compile(r"(?:厅|局|委|委员会|办公室|政府|管委会|领导小组)$")
_ENUMERATOR = re.compile(rf"(?:{_NUMERAL}[、.,:]|\({_NUMERAL}\)|第{_NUMERAL}(?:部分|类)[、:]?)")
_DIGIT_ENUMERATOR = re.compile(r"\d{1,2}[、.]")
_COUNT_AT_END = re.compile(rf"[(:]?(?:共计?|合计)?{_COUNT}\)?$")
_AREA = re.compile(rf"[\u4e00-\u9fff·]{{1,14}}{_AREA_ENDING}$")
_COUNTED = re.compile(_COUNT)
_COUNTED_IN_ALL = re.compile(rf"共[^\d。;,]{{0,8}}{_COUNT}")
_COUNTED_IN_BRACKETS = re.compile(rf"\({_COUNT}\)")
_NUMERAL_ALONE = re.compile(rf"\(?{_NUMERAL}[)、.]?$")


def is_enterprise(text: str) -> bool:
    """Whether a text looks like the name of an enterprise."""
    return _ENTERPRISE.search(text) is not None


def is_total(text: str) -> bool:
    """Whether a cell says 合计, 小计, 总计 …, alone or with its number."""
    # Most rows are no totals, and the pattern is a slow one.
    return ("计" in text or "总数" in text) and _TOTAL.match(text) is not None


def is_form_line(text: str) -> bool:
    """Whether a cell opens a line of a form or a note: 填报单位：…, 联系人：…, 注：…"""
    return _FORM_LINE.match(text) is not None


def is_note(text: str) -> bool:
    """Whether a text that stands alone in its row is no name: a sum in words, a title, a date, a page number."""
    is_worded = _NOTE.match(text) is not None or _TITLE_END.search(text) is not None
    return is_worded and not is_enterprise(text)


def is_bureau(text: str) -> bool:
    """Whether a text is the name of an authority: a signature, or the heading of its part of the list."""
    return _BUREAU.search(text) is not None


def is_chinese_numeral(text: str) -> bool:
    """Whether a 序号 cell numbers a block, not an enterprise: 一, （二）."""
    return _NUMERAL_ALONE.match(text) is not None


def is_count(text: str) -> bool:
    """Whether a cell is a number of enterprises and nothing else: "21家"."""
    return _COUNTED.fullmatch(text) is not None


def block_label(text: str) -> str | None:
    """What a heading names, without its number and count: "一、杭州市(155家)" gives 杭州市.

    None for what is no heading by its form: neither numbered in Chinese, nor counted, nor an area. The name of an
    enterprise is none either, even if numbered.
    """
    uncounted = _COUNT_AT_END.sub("", text)
    unnumbered = _ENUMERATOR.sub("", uncounted, count=1) if _ENUMERATOR.match(uncounted) else uncounted
    label = _DIGIT_ENUMERATOR.sub("", unnumbered, count=1) if _DIGIT_ENUMERATOR.match(unnumbered) else unnumbered
    is_heading = uncounted != text or (
        not is_enterprise(label) and (unnumbered != uncounted or _AREA.match(label) is not None)
    )
    return label if label and is_heading else None


def heading_above_header(text: str) -> str | None:
    """What a heading names that stands where titles stand, above the header: only areas and numbered headings."""
    label = block_label(text)
    is_sure = label is not None and (_AREA.match(label) is not None or _ENUMERATOR.match(text) is not None)
    return label if is_sure and not is_note(text) else None


def counted(text: str) -> int | None:
    """The first number of enterprises in a text: "（155家）", "21 家"."""
    return _number(_COUNTED.search(text))


def counted_in_all(text: str, is_title: bool) -> int | None:
    """The number that a note or a title states for the whole: "共502家", in a title also "（315家）"."""
    found = _COUNTED_IN_ALL.search(text)
    return _number(found or (_COUNTED_IN_BRACKETS.search(text) if is_title else None))


def _number(found: re.Match[str] | None) -> int | None:
    return int(found.group(1).replace(",", "")) if found else None
