"""The effect of a change in words, for the shell: numbers, holders, names, debts."""

from __future__ import annotations

import json
from typing import Any

from etl.report import print_changes, say
from tracker.catalog import Catalog

_SHOWN = 20
_LANGUAGE = "zh"


def print_effect(effect: dict[str, Any], catalog: Catalog, as_json: bool) -> None:
    """What would move if this were published; nothing was changed."""
    if as_json:
        print(json.dumps({"effect": effect}, ensure_ascii=False, default=str))
        return
    print(say("desk.tried"))
    print_changes(effect["targets"], catalog)
    for row in effect["tiers"]:
        area, tier = catalog.areas[row["area_code"]], catalog.tiers[row["tier"]]
        numbers = {
            name: "–" if row[name] is None else f"{row[name]:g}" for name in row if name not in ("area_code", "tier")
        }
        named = {"area": area.short.in_language(_LANGUAGE), "tier": tier.short.in_language(_LANGUAGE)}
        print("  " + say("desk.tier_line", **named, **numbers))
    for row in effect["names"][:_SHOWN]:
        held = catalog.tiers[row["tier"]].short.in_language(_LANGUAGE)
        print(f"  {'+' if row['amount'] > 0 else '−'} {held} {row['name']}")
    if len(effect["names"]) > _SHOWN:
        print("  " + say("desk.more_names", number=len(effect["names"]) - _SHOWN))
    for side in ("new", "gone"):
        for debt in effect["debts"][side]:
            print("  " + say(f"desk.debt_{side}") + debt[_LANGUAGE])
