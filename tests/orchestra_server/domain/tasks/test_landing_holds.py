import msgspec
import pytest
from msgspec.structs import replace

from orchestra_core.models import Chamber, Discovery, Interrupt, Requires, Severity
from orchestra_server.domain.tasks.landing_holds import landing_holds

AUTH = Chamber(
    id="shop-1/auth", task_id="shop-1", name="auth", state="live", path="/r", branch="b",
    created_at=1,
)  # fmt: skip


def message(requires: Requires = "review", chamber: str = "auth", about: str = "") -> Interrupt:
    return Interrupt(
        id="i1", task_id="shop-1", chamber=chamber, message="The price\nis in cents",
        requires=requires, discovery_id=about, sent_at=2,
    )  # fmt: skip


def discovery(severity: Severity) -> dict[str, Discovery]:
    return {
        "d1": Discovery(id="d1", task_id="shop-1", agent_id="w", text="t", severity=severity, at=2)
    }


def test_a_worker_that_has_ended_does_not_hold_the_landing() -> None:
    assert landing_holds([AUTH], {}, [message()], {}) == []


def test_a_working_worker_holds_the_landing_and_is_named_with_its_activity() -> None:
    assert landing_holds([AUTH], {AUTH.id: "working (Bash pytest)"}, [], {}) == [
        "auth: its worker is still working (Bash pytest)"
    ]


@pytest.mark.parametrize("requires", ["stop", "suspend"])
def test_an_unread_critical_message_holds_the_landing(requires: Requires) -> None:
    assert landing_holds([AUTH], {}, [message(requires)], {}) == [
        "auth: its worker has not read a critical message: 'The price is in cents'"
    ]


@pytest.mark.parametrize(("severity", "holds"), [("critical", 1), ("important", 0), ("info", 0)])
def test_an_unread_discovery_holds_the_landing_only_if_it_is_critical(
    severity: Severity, holds: int
) -> None:
    holding = landing_holds([AUTH], {}, [message(about="d1")], discovery(severity))
    assert len(holding) == holds


@pytest.mark.parametrize("chamber", ["api", "web"])
def test_a_message_to_another_chamber_does_not_hold_the_landing(chamber: str) -> None:
    assert landing_holds([AUTH], {}, [message("stop", chamber=chamber)], {}) == []


@pytest.mark.parametrize("task_id", ["cart-1", "till-1"])
def test_a_message_of_another_task_does_not_hold_the_landing(task_id: str) -> None:
    assert landing_holds([AUTH], {}, [replace(message("stop"), task_id=task_id)], {}) == []


def test_a_long_message_is_shortened_in_the_reason() -> None:
    long = msgspec.json.encode(replace(message("stop"), message="x" * 100))
    [held] = landing_holds([AUTH], {}, [msgspec.json.decode(long, type=Interrupt)], {})
    assert held == f"auth: its worker has not read a critical message: '{'x' * 79}…'"
