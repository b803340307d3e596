"""Discoveries reach the workers whom they affect."""

import json

import pytest

from orchestra_core.errors import BadInput, OrchestraError, Unknown
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.workers.share_discovery import share_discovery
from tests.support.conductor.tasks import a_started_task, chambers_open, kinds

AGENT = "implementation-executor-auth"


async def test_a_critical_discovery_interrupts_the_affected_chambers_except_its_finder(
    context: Context,
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "database", "api"])
    shared = await share_discovery(
        context,
        task_id=task_id,
        agent_id=AGENT,
        discovery="Ids are UUIDs",
        severity="critical",
        impact="Integer columns are wrong",
    )
    assert [(interrupt.chamber, interrupt.state) for interrupt in shared.interrupts] == [
        ("api", "posted"),
        ("database", "posted"),
    ]
    mail = json.loads(chambers["api"].read(".INTERRUPT"))
    assert "Ids are UUIDs" in mail["interrupts"][0]["message"]
    assert "Integer columns are wrong" in mail["interrupts"][0]["message"]
    assert mail["interrupts"][0]["from"] == (
        f"agent {AGENT}, whose discovery {context.actor} recorded,"
    )
    assert not (chambers["auth"].path / ".INTERRUPT").exists()
    told = await kinds(context)
    at = told.index("discovery.shared")
    assert told[at : at + 3] == ["discovery.shared", "interrupt.sent", "interrupt.sent"]


async def test_a_discovery_interrupts_only_the_named_chambers(context: Context) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth", "database", "api"])
    shared = await share_discovery(
        context,
        task_id=task_id,
        agent_id=AGENT,
        discovery="x",
        severity="critical",
        affects=["api", "auth"],
    )
    assert [interrupt.chamber for interrupt in shared.interrupts] == ["api"]


async def test_the_same_discovery_is_shared_once(context: Context) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth", "api"])
    first, again = [
        await share_discovery(
            context, task_id=task_id, agent_id=AGENT, discovery="x", severity="critical"
        )
        for _ in range(2)
    ]
    assert (first.repeated, again.repeated) == (False, True)
    assert again.discovery_id == first.discovery_id
    assert [interrupt.interrupt_id for interrupt in again.interrupts] == [
        interrupt.interrupt_id for interrupt in first.interrupts
    ]
    assert (await kinds(context)).count("interrupt.sent") == 1


async def test_an_important_discovery_interrupts_nobody(context: Context) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth", "api"])
    shared = await share_discovery(
        context, task_id=task_id, agent_id=AGENT, discovery="x", severity="important"
    )
    assert shared.interrupts == []


@pytest.mark.parametrize(
    ("given", "error", "told"),
    [
        ({"discovery": ""}, BadInput, "discovery is empty"),
        ({"discovery": "x" * 6001}, BadInput, "6,001 characters"),
        ({"severity": "urgent"}, BadInput, "info, important, critical"),
        ({"affects": ["nope"]}, Unknown, "its chambers are: auth"),
        ({"impact": "x" * 2001}, BadInput, "impact"),
    ],
    ids=["empty", "long", "severity", "affects", "impact"],
)
async def test_an_invalid_discovery_is_a_one_line_error(
    context: Context, given: dict[str, str | list[str]], error: type[OrchestraError], told: str
) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    fields = {"discovery": "x", "severity": "info", "impact": "", **given}
    affects = given.get("affects", [])
    with pytest.raises(error, match=told) as caught:
        await share_discovery(
            context,
            task_id=task_id,
            agent_id=AGENT,
            discovery=str(fields["discovery"]),
            severity=str(fields["severity"]),
            impact=str(fields["impact"]),
            affects=affects if isinstance(affects, list) else [],
        )
    assert "\n" not in str(caught.value)
