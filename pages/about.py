"""方法与来源: rules, thresholds, definitions, assumptions, source files, the build."""

from tracker import blocks, text, ui
from tracker.findings import Row
from tracker.text import word

view = ui.current_view()
language = view.language
build = ui.read(view.build_id, "build").row(0, named=True)


COUNTS = ("read", "accepted", "out_of_area", "rejected")


def say(key: str, **values: object) -> str:
    return word(f"about.{key}", language, **values)


def evidence(row: Row) -> str:
    return word(f"evidence.{row['evidence']}", language)


def definition(row: Row) -> str:
    return " ".join(filter(None, [row["definition"], row["caution"]]))


tags = [blocks.tag(word("app.demo", language), "demo")] if view.is_demo else []
ui.html(blocks.header(say("title"), tags, say("intro")))
ui.html(
    blocks.section(say("rules_title")),
    blocks.paragraph(say("rules_text")),
    blocks.section(say("counting_title")),
    blocks.paragraph(say("counting_text")),
)

thresholds = ui.read(view.build_id, "thresholds", language=language)
ui.html(
    blocks.section(say("thresholds_title")),
    blocks.table(
        [say("column_threshold"), say("column_value"), say("column_source"), say("column_evidence")],
        blocks.plain_rows(
            [row["name"], text.quantity(row["value"], row["unit"], 0, language), row["source"], evidence(row)]
            for row in thresholds.iter_rows(named=True)
        ),
    ),
)

definitions = ui.read(view.build_id, "definitions", plan_id=view.plan_id, language=language)
ui.html(
    blocks.section(say("definitions_title")),
    blocks.table(
        [say("column_indicator"), say("column_formula"), say("column_definition"), say("column_evidence")],
        blocks.plain_rows(
            [row["name"], word(f"formula.{row['formula']}", language), definition(row), evidence(row)]
            for row in definitions.iter_rows(named=True)
        ),
    ),
)

assumptions = ui.read(view.build_id, "assumptions", plan_id=view.plan_id, language=language)
ui.html(
    blocks.section(say("assumptions_title")),
    blocks.table(
        [say("column_indicator"), say("column_assumed")],
        blocks.plain_rows(
            [row["name"], text.listed([word(f"field.{name}", language) for name in fields], language)]
            for row in assumptions.iter_rows(named=True)
            for fields in [row["assumed"].split(",")]
        ),
    )
    if not assumptions.is_empty()
    else blocks.paragraph(say("assumptions_none")),
)

sources = ui.read(view.build_id, "sources")
ui.html(
    blocks.section(say("sources_title")),
    blocks.table(
        [say("column_file"), say("column_issuer"), say("column_received"), say("column_rows")],
        blocks.plain_rows(
            [row["original_name"], row["issuer"] or "–", received, counts]
            for row in sources.iter_rows(named=True)
            for received in [text.received(row["received_on"], row["withdrawn_on"], language)]
            for counts in [" / ".join(str(row[key] or 0) for key in COUNTS)]
        ),
    )
    if not sources.is_empty()
    else blocks.paragraph(say("sources_none")),
)

moment = f"{text.day(build['built_at'], language)} {build['built_at']:%H:%M}"
hashes = say("hashes", inputs=build["inputs_hash"][:12], catalog=build["catalog_hash"][:12])
ui.html(
    blocks.section(say("build_title")),
    blocks.paragraph(
        word("app.build", language, build_id=view.build_id),
        say("built", moment=moment, version=build["version"]),
        hashes,
    ),
)
