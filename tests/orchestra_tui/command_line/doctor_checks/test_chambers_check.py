"""What doctor says of chambers whose workers would not hear."""

from orchestra_server.domain.chambers.chamber_lifecycle import HookProbe
from orchestra_tui.command_line.doctor_checks.chambers_check import judge

READY = HookProbe(ready=True)


def test_chambers_that_answer_are_counted() -> None:
    assert judge({}, 0).found == "none is live"
    check = judge({"auth": READY, "api": READY}, 1)
    assert (check.verdict, check.found) == (
        "ok",
        "2 live, hooks verified, spool writable, 1 in other clones",
    )


def test_a_chamber_that_does_not_answer_is_named_with_reason_and_remedy() -> None:
    check = judge({"auth": READY, "api": HookProbe(ready=False, note="it is mute")}, 0)
    assert (check.verdict, check.found) == ("fail", "hook not verified: api: it is mute")
    assert "orchestra init" in check.mend


def test_a_chamber_whose_hook_cannot_write_to_the_spool_passes_and_is_mentioned() -> None:
    check = judge({"auth": HookProbe(ready=True, note="it cannot write")}, 0)
    assert (check.verdict, check.found) == ("note", "auth: it cannot write")


def test_what_is_wrong_with_a_chamber_is_named_with_its_cure() -> None:
    check = judge({"auth": READY}, 0, {"auth": ("detached: run: git switch auth",)})
    assert (check.verdict, check.found) == ("note", "auth: detached: run: git switch auth")
