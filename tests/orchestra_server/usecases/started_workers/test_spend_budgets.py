"""What an agent tells of its use becomes what is kept."""

from pathlib import Path

import pytest

from orchestra_core.workers.started_worker import Spent
from orchestra_server.agents.reports import Used
from orchestra_server.domain.workers.spend_limits import SpendLimits
from orchestra_server.usecases.started_workers.spend_budgets import (
    read_spend_limits,
    spent_of,
)


def test_the_tokens_of_the_cache_count_together_and_no_dollars_are_none() -> None:
    used = Used(tokens_in=1, tokens_out=2, tokens_cache_read=3, tokens_cache_write=4)
    assert spent_of(used) == Spent(tokens_in=1, tokens_out=2, tokens_cached=7)


def test_limits_are_read_as_they_are_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert read_spend_limits() == SpendLimits()
    (tmp_path / "orchestra").mkdir()
    (tmp_path / "orchestra" / "config.toml").write_text("[limits]\nday_dollars = 20\n")
    assert read_spend_limits() == SpendLimits(day=20)
