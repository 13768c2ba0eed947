from __future__ import annotations

import polars as pl

from etl.identity import identify


def keys(*rows: tuple[str | None, str | None, str | None]) -> list[str | None]:
    return identified(*rows)[0]


def identified(*rows: tuple[str | None, str | None, str | None]) -> tuple[list[str | None], list[str]]:
    schema = {"name_key": pl.String, "former_name_key": pl.String, "uscc_clean": pl.String}
    outcome = identify(pl.DataFrame(list(rows), schema=schema, orient="row"))
    return outcome.rows["enterprise_key"].to_list(), outcome.questions["question"].to_list()


def test_the_same_code_is_the_same_enterprise_under_any_name() -> None:
    found, questions = identified(("甲厂", None, "C1"), ("甲公司", None, "C1"))
    assert found == ["C1", "C1"]
    assert questions == ["same_code_other_name"]


def test_a_name_takes_the_code_that_another_list_gives_it() -> None:
    assert keys(("甲厂", None, None), ("甲厂", None, "C1")) == ["C1", "C1"]


def test_names_without_codes_are_their_own_key() -> None:
    assert keys(("甲厂", None, None), ("甲厂", None, None), ("乙厂", None, None)) == ["甲厂", "甲厂", "乙厂"]


def test_a_stated_former_name_joins_two_lists() -> None:
    assert keys(("旧名", None, None), ("新名", "旧名", None)) == ["新名", "新名"]
    assert keys(("旧名", None, "C1"), ("新名", "旧名", None)) == ["C1", "C1"]
    assert keys(("新名", "旧名", None), ("旧名", "更旧", None), ("更旧", None, "C1")) == ["C1", "C1", "C1"]


def test_a_renaming_that_is_stated_is_no_question() -> None:
    assert identified(("旧名", None, "C1"), ("新名", "旧名", "C1")) == (["C1", "C1"], [])


def test_one_name_under_two_codes_is_never_guessed() -> None:
    found, questions = identified(("甲厂", None, "C1"), ("甲厂", None, "C2"), ("甲厂", None, None))
    assert found == ["C1", "C2", None]
    assert questions == ["same_name_other_code"]


def test_former_names_never_join_two_codes() -> None:
    found, questions = identified(("旧名", None, "C1"), ("新名", "旧名", "C2"))
    assert found == ["C1", "C2"]
    assert questions == ["former_name_of_other_code"]


def test_similar_names_are_not_merged() -> None:
    assert len(set(keys(("连云港海蓝科技有限公司", None, None), ("连云港海兰科技有限公司", None, None)))) == 2


def test_the_order_of_rows_changes_nothing() -> None:
    rows = [("丙", "乙", None), ("乙", "甲", None), ("甲", None, None), ("丁", None, "C9"), ("丁", None, None)]
    forward = dict(zip((row[0] for row in rows), keys(*rows), strict=True))
    backward = dict(zip((row[0] for row in reversed(rows)), keys(*reversed(rows)), strict=True))
    assert forward == backward
