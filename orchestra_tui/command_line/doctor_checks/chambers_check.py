"""Checks every live chamber of this clone: its health, and the hook that shows mail."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from orchestra_core.clone.clone_id import clone_id
from orchestra_core.errors import OrchestraError
from orchestra_core.models import Chamber
from orchestra_core.project import Project
from orchestra_core.settings import Settings
from orchestra_core.store.open_store import open_store
from orchestra_server.domain.chambers.chamber_health import health_of, unwatched_because
from orchestra_server.domain.chambers.chamber_lifecycle import HookProbe
from orchestra_server.files.hook_setup.hook_probe import probe_hook
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.usecases.clones.whereabouts import here_of
from orchestra_server.usecases.health.observe_health import observe_health
from orchestra_tui.command_line.doctor_checks.checks import Check

NAME = "chambers"
_HEALTHY: Mapping[str, tuple[str, ...]] = MappingProxyType({})
_MEND = (
    "run 'orchestra init' here again, then close that chamber and restore it: its files are "
    "written anew and its work stays"
)


async def check_chambers(project: Project, settings: Settings) -> Check:
    """Ask each chamber's hook; `fail` if one does not answer as it should."""
    try:
        # The store stays open: an unused private server ends, and no hook would reach it.
        async with open_store(project.id, settings) as store:
            state = await store.snapshot()
            live = [chamber for chamber in state.chambers.values() if chamber.is_live]
            here = here_of(live, clone_id(project.git_dir))
            probes = {chamber.name: await _ask(chamber, project) for chamber in here}
            repo = open_repository(project.root)
            facts = await asyncio.to_thread(observe_health, repo, state.tasks, here)
            health = {
                chamber.name: health_of(chamber, facts[chamber.id], unwatched_because(chamber))
                for chamber in here
                if chamber.id in facts
            }
    except OrchestraError as error:
        return Check(name=NAME, verdict="note", found=f"not asked: {error}")
    return judge(probes, len(live) - len(here), health)


def judge(
    probes: dict[str, HookProbe],
    elsewhere: int,
    health: Mapping[str, tuple[str, ...]] = _HEALTHY,
) -> Check:
    """Return the check's result, naming the chambers whose workers would get no mail."""
    beside = f", {elsewhere} in other clones" if elsewhere else ""
    mute = [f"{name}: {probe.note}" for name, probe in probes.items() if not probe.ready]
    ill = [f"{name}: {sentence}" for name, said in health.items() for sentence in said]
    if mute:
        sentence = "; ".join((f"hook not verified: {'; '.join(mute)}", *ill))
        return Check(name=NAME, verdict="fail", found=sentence, mend=_MEND)
    silent = [f"{name}: {probe.note}" for name, probe in probes.items() if probe.note]
    if silent or ill:
        return Check(name=NAME, verdict="note", found="; ".join((*silent, *ill)))
    count = f"{len(probes)} live, hooks verified, spool writable" if probes else "none is live"
    return Check(name=NAME, verdict="ok", found=count + beside)


async def _ask(chamber: Chamber, project: Project) -> HookProbe:
    path, main = Path(chamber.path), project.main_checkout
    return await asyncio.to_thread(probe_hook, path, chamber.id, main, project.git_dir)
