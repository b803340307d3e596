"""Auto-detection chooses the level a person chose, says why, and never changes its mind."""

import time
import tomllib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra_core.models import Level
from orchestra_core.text import DESCRIPTION_LIMIT
from orchestra_server.usecases.tasks.complexity import LEVELS, PHASES, assess


class _Requests(msgspec.Struct):
    requests: tuple[str, ...]


def _judged() -> list[tuple[str, str]]:
    raw = tomllib.loads(Path(__file__).with_name("requests.toml").read_text(encoding="utf-8"))
    levels = msgspec.convert(raw, dict[str, _Requests])
    return [(request, level) for level, group in levels.items() for request in group.requests]


JUDGED = _judged()


def test_the_sample_has_at_least_forty_requests_of_each_level() -> None:
    assert len(JUDGED) >= 40
    assert len({request for request, _ in JUDGED}) == len(JUDGED)
    assert {level for _, level in JUDGED} == set(LEVELS)


@pytest.mark.parametrize(
    ("request_text", "level"), JUDGED, ids=[request[:40] for request, _ in JUDGED]
)
def test_each_sample_request_gets_the_level_that_a_person_chose(
    request_text: str, level: str
) -> None:
    assessment = assess(request_text)
    assert assessment.level == level, assessment.reasons


@pytest.mark.parametrize("level", LEVELS)
def test_a_higher_level_never_has_fewer_phases(level: Level) -> None:
    at = LEVELS.index(level)
    assert len(PHASES[LEVELS[at]]) >= len(PHASES[LEVELS[max(0, at - 1)]])


def test_the_reasons_name_the_words_that_counted() -> None:
    reasons = " ".join(assess("Migrate the database to PostgreSQL").reasons)
    assert "migrate" in reasons
    assert "database" in reasons


def test_words_in_a_traceback_or_a_quotation_do_not_count() -> None:
    plain = assess("Show the right message")
    quoted = assess("Show the right message 'migrate the authentication database'")
    assert quoted.level == plain.level


def test_accents_and_capitals_do_not_change_the_level() -> None:
    assert assess("RÉÉCRIRE LE MODULE").level == assess("reecrire le module").level


@given(st.text(max_size=400))
def test_any_text_gets_a_level_and_always_the_same(text: str) -> None:
    first = assess(text)
    assert first == assess(text)
    assert first.phases == PHASES[first.level]
    assert all("\n" not in reason for reason in first.reasons)


@pytest.mark.parametrize(
    "unit", ["a", "a/", "- x\n", "1 ", "'", "a, ", "at x (", "\n ", "é", "、", "```"]
)
def test_the_longest_allowed_description_is_judged_quickly(unit: str) -> None:
    began = time.process_time()  # not what other processes take of a busy machine meanwhile
    assess((unit * DESCRIPTION_LIMIT)[:DESCRIPTION_LIMIT])
    assert time.process_time() - began < 5
