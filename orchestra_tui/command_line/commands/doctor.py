"""`orchestra doctor`: checks what Orchestra needs and says how to fix it."""

import os
from collections.abc import AsyncGenerator
from contextlib import aclosing

from msgspec import Struct

from orchestra_core.errors import OrchestraError
from orchestra_core.project import Project
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.doctor_checks.chambers_check import check_chambers
from orchestra_tui.command_line.doctor_checks.checks import (
    Check,
    check_claude_code,
    check_git,
    check_repository,
)
from orchestra_tui.command_line.doctor_checks.claude_settings_check import check_claude_settings
from orchestra_tui.command_line.doctor_checks.daemon_check import check_daemon
from orchestra_tui.command_line.doctor_checks.gates_check import check_gates
from orchestra_tui.command_line.doctor_checks.installation_check import check_installation
from orchestra_tui.command_line.doctor_checks.mcp_check import check_mcp_server
from orchestra_tui.command_line.doctor_checks.protection_check import check_protection
from orchestra_tui.command_line.doctor_checks.store_check import check_store
from orchestra_tui.command_line.print_output import print_document, print_lines
from orchestra_tui.command_line.run_to_end import run_to_end

_MARGIN = 22


class DoctorReport(Struct, frozen=True, kw_only=True):
    """All checks; `healthy` if no required check fails."""

    healthy: bool
    checks: tuple[Check, ...]


def run(place: CommandContext, *, as_json: bool) -> int:
    """Print each check when it is done, or all in one document; 1 if one has failed."""
    checks = run_to_end(_examine(place, show=not as_json))
    healthy = all(check.verdict != "fail" for check in checks)
    if as_json:
        print_document(DoctorReport(healthy=healthy, checks=tuple(checks)))
    return 0 if healthy else 1


def check_lines(check: Check) -> list[str]:
    """Return a line such as `ok git 2.39.5`, and below it how to fix a failure."""
    lines = [f"{check.verdict:<4}  {check.name:<14}  {check.found}"]
    if check.mend:
        lines.append(f"{'':{_MARGIN}}{check.mend}")
    return lines


async def _examine(place: CommandContext, *, show: bool) -> list[Check]:
    checks: list[Check] = []
    async with aclosing(_all(place)) as examined:
        async for check in examined:
            checks.append(check)
            if show:
                print_lines(check_lines(check))
    return checks


async def _all(place: CommandContext) -> AsyncGenerator[Check, None]:
    yield check_git()
    repository = check_repository(place.directory)
    yield repository
    project = _project(place)
    if isinstance(project, Check):
        if repository.verdict != "fail":  # which usually says the same
            yield project
        project = None
    for check in await check_store(project, place.settings):
        yield check
    if project is not None:
        yield check_installation(project)
        for check in check_claude_settings(project, os.environ):
            yield check
        for check in check_protection(project, os.environ):
            yield check
        yield check_gates(project, place.settings)
        yield check_daemon(project, place.settings)
        yield await check_mcp_server(project, place.settings)
        yield await check_chambers(project, place.settings)
    yield check_claude_code()


def _project(place: CommandContext) -> Project | Check:
    try:
        return place.project()
    except OrchestraError as error:
        return Check(name="project", verdict="fail", found=str(error))
