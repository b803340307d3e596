"""Commands of chambers, run on a real project as the daemon and the command line run them."""

import json
import os
from pathlib import Path

import pytest

from orchestra_core.errors import BadInput, Unknown
from orchestra_server.operator_commands.chambers.chamber_command import ChamberCommand
from orchestra_server.operator_commands.chambers.run_chamber_command import (
    as_document,
    run_chamber_command,
)
from orchestra_server.usecases.common.transaction import Context
from tests.support.conductor.tasks import a_started_task, chambers_open


async def test_chambers_are_created_shown_landed_and_closed(context: Context) -> None:
    root = str(context.project.root)
    made = await run_chamber_command(
        context, ChamberCommand(name="create", root=root, chambers=("auth", "api"))
    )
    assert made.text.startswith("Created, in task work-auth-api")
    (auth,) = [
        chamber
        for chamber in (await context.store.snapshot()).chambers.values()
        if chamber.name == "auth"
    ]
    _write(Path(auth.path, os.fsdecode(b"caf\xe9.txt")))
    diff = await run_chamber_command(
        context, ChamberCommand(name="diff", root=root, chamber="auth", part="all")
    )
    assert diff.raw
    assert "+new" in diff.text
    noted = await run_chamber_command(
        context, ChamberCommand(name="diff", root=root, chamber="api")
    )
    assert noted.note == "api has changed nothing"

    plan = await run_chamber_command(
        context, ChamberCommand(name="land", root=root, only=("auth",), summary="Done")
    )
    assert (plan.status, plan.question) == (0, "Land auth on main?")
    land = ChamberCommand(
        name="land", root=root, only=("auth",), summary="Done", step="land", json=True
    )
    landed = await run_chamber_command(context, land)
    assert json.loads(landed.text)["landed_commit"]
    closed = await run_chamber_command(
        context, ChamberCommand(name="close", root=root, chamber="api")
    )
    assert closed.text.startswith("Chamber api of work-auth-api")


def _write(file: Path) -> None:
    file.write_text("new\n")


async def test_a_person_gets_the_diff_clean_for_their_own_pager(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_PAGER", "delta")
    monkeypatch.setenv("NO_COLOR", "1")
    sides = await chambers_open(context, await a_started_task(context), ["auth"])
    (sides["auth"].path / "new.txt").write_text("\x1b[31mred\n")
    shown = await run_chamber_command(
        context,
        ChamberCommand(
            name="diff",
            root=str(context.project.root),
            chamber="auth",
            part="uncommitted",
            terminal=True,
        ),
    )
    assert shown.pager == "delta"
    assert "\x1b" not in shown.text
    assert not shown.raw


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        (ChamberCommand(name="create", root="/", chambers=("../x",)), BadInput),
        (ChamberCommand(name="create", root="/", chambers=("a",), policy="none"), BadInput),
        (ChamberCommand(name="land", root="/", only=("UP",)), BadInput),
        (ChamberCommand(name="close", root="/", chamber="auth"), Unknown),
    ],
)
async def test_failures_are_those_of_the_command_line(
    context: Context, command: ChamberCommand, fault: type[Exception]
) -> None:
    with pytest.raises(fault):
        await run_chamber_command(context, command)


async def test_an_answer_holds_only_what_it_says(context: Context) -> None:
    command = ChamberCommand(name="create", root=str(context.project.root), chambers=("auth",))
    assert list(as_document(await run_chamber_command(context, command))) == ["text"]
