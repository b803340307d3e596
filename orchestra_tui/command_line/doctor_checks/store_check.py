"""Tries the store as commands use it, and warns of what may lose the state later."""

from orchestra_core.errors import OrchestraError, StoreUnavailable
from orchestra_core.private_valkey import inspect
from orchestra_core.project import Project
from orchestra_core.settings import REDIS_URL, Settings
from orchestra_core.store.client.acl_rights import least_rights
from orchestra_core.store.damage import find_damage
from orchestra_core.store.open_store import open_store
from orchestra_core.store.self_test import Warned, read_facts, try_store, warnings_of
from orchestra_core.store.store import Store
from orchestra_tui.command_line.doctor_checks.checks import Check

_RECONCILE = "run 'orchestra reconcile'"


async def check_store(project: Project | None, settings: Settings) -> list[Check]:
    """Open the store, write, hear and read back; then report what is lost and what is risky."""
    name = "Redis" if settings.redis_url else "private Valkey"
    warned = list[Warned]()
    try:
        async with open_store(project.id if project else "doctor", settings) as store:
            info = await store.server_info()
            warned = warnings_of(await read_facts(store))
            await try_store(store)
            damages = await _damages(store, name)
    except StoreUnavailable as error:
        mend = _rights(settings) if "lacks a right" in str(error) else ""
        failed = Check(name=name, verdict="fail", found=str(error), mend=mend)
        return [failed, *_checks(name, warned)]
    except OrchestraError as error:
        return [Check(name=name, verdict="fail", found=str(error), mend=f"correct {REDIS_URL}")]
    where = "named by ORCHESTRA_REDIS_URL" if settings.redis_url else _private(settings)
    sentence = f"{info.product} {info.version}, {where}; writes, subscribes and reads back"
    return [Check(name=name, verdict="ok", found=sentence), *_checks(name, warned), *damages]


def _checks(name: str, warned: list[Warned]) -> list[Check]:
    return [
        Check(name=name, verdict="note", found=warning.found, mend=warning.mend)
        for warning in warned
    ]


async def _damages(store: Store, name: str) -> list[Check]:
    return [
        Check(
            name=name,
            verdict="fail",
            found=damage.sentence,
            mend=damage.mending if damage.name == "unreadable document" else _RECONCILE,
        )
        for damage in await find_damage(store)
    ]


def _rights(settings: Settings) -> str:
    rights = least_rights(cluster="+cluster:" in settings.redis_url)
    return f"allow the user at least: {rights}"


def _private(settings: Settings) -> str:
    return f"data in {inspect(settings).data_dir}"
