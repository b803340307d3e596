"""Scenarios that every agent driver must pass, played with any agent, fake or real."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from orchestra_server.agents.agent_driver import Deny
from orchestra_server.agents.reports import (
    Asked,
    AskWithdrawn,
    Ended,
    PromptRead,
    Said,
    Started,
    ToolBegan,
    ToolEnded,
    TurnBegan,
    TurnEnded,
    Used,
)
from tests.support.agents.agent_stage import WAITS, Agent, stage
from tests.support.agents.scripted_model import CallTool, ModelAnswer, ModelRequest, Say
from tests.support.waiting import until

_SLOW = "touch slow; while [ ! -e on ]; do sleep 0.02; done"


async def asks_before_it_acts(agent: Agent, folder: Path) -> None:
    """An allowed tool runs, a denied one does not, and the model reads why."""

    def script(request: ModelRequest) -> ModelAnswer:
        if len(request.results()) < 2:
            return [CallTool("Bash", {"command": f"touch made-{len(request.results())}"})]
        return [Say("All is done.")]

    async with stage(agent, folder, script) as here, here.session() as played:
        await played.session.prompt("Make them.", "p-1")
        first = await played.allow()
        assert (first.kind, first.tool, first.arguments["command"]) == (
            "permission", "Bash", "touch made-0",
        )  # fmt: skip
        second = await played.nth(Asked, 2)
        await played.session.answer(second.ask_id, Deny("Not that one."))
        assert (await played.turn()).reason == agent.denial
        # Some agents end their turn with a denial, and read the reason in the next one.
        await until(lambda: "Not that one." in here.model.requests[-1].text(), 60)
        assert sorted(file.name for file in here.directory.iterdir()) == ["made-0"]
        began = [call.arguments["command"] for call in played.all(ToolBegan)]
        assert began == ["touch made-0", "touch made-1"]
        denied = "failed" if agent.denial == "done" else "aborted"
        assert [end.outcome for end in played.all(ToolEnded)] == ["done", denied]
        await played.nth(Said)
        assert {text.text for text in played.all(Said)} == {"All is done."}
        assert played.session.conversation == played.all(Started)[-1].conversation != ""
        assert len(played.all(TurnBegan)) - len(played.all(TurnEnded)) in (0, 1)
        if played.session.abilities.tells_prompts_read:
            assert played.all(PromptRead) == [PromptRead("p-1")]
        used = (await played.nth(Used)).dollars
        assert used if played.session.abilities.tells_cost else used is None


async def reads_words_at_the_next_tool(agent: Agent, folder: Path) -> None:
    """A prompt while a tool runs goes in when the tool has ended, once."""

    def script(request: ModelRequest) -> ModelAnswer:
        return [Say("Heard.")] if request.results() else [CallTool("Bash", {"command": _SLOW})]

    async with stage(agent, folder, script) as here, here.session() as played:
        await played.session.prompt("Begin.", "p-1")
        await played.allow()
        await until((here.directory / "slow").exists)
        await played.session.prompt("Use the other one.", "p-2")
        (here.directory / "on").touch()
        await until(lambda: "Use the other one." in here.model.requests[-1].text(), 60)
        asked = [request.text().count("Use the other one.") for request in here.model.requests]
        # On a busy machine an agent may have begun its next request before it read the words.
        assert asked in ([0, 1], [0, 0, 1])
        await played.turn()
        if played.session.abilities.tells_prompts_read:
            await played.nth(PromptRead, 2)
            assert played.all(PromptRead) == [PromptRead("p-1"), PromptRead("p-2")]


async def stops_and_is_redirected(agent: Agent, folder: Path) -> None:
    """An interrupt ends the running tool; its text is the next that the model reads."""

    def script(request: ModelRequest) -> ModelAnswer:
        return [Say("Redirected.")] if request.turn else [CallTool("Bash", {"command": WAITS})]

    async with stage(agent, folder, script) as here, here.session() as played:
        await played.session.prompt("Begin.")
        await played.allow()
        await until((here.directory / "started").exists)
        await played.session.interrupt("Do the other part.", "p-2")
        assert (await played.turn()).reason == "aborted"
        assert (await played.nth(ToolEnded)).outcome == "aborted"
        assert (await played.turn(2)).reason == "done"
        assert here.model.requests[-1].text().count("Do the other part.") == 1
        assert len(here.model.requests) == 2


async def withdraws_what_it_asked(agent: Agent, folder: Path) -> None:
    """An interrupt while a permission is open withdraws it; a late answer does nothing."""

    def script(request: ModelRequest) -> ModelAnswer:
        return [Say("Well.")] if request.turn else [CallTool("Bash", {"command": "touch made"})]

    async with stage(agent, folder, script) as here, here.session() as played:
        await played.session.prompt("Begin.")
        asked = await played.nth(Asked)
        await played.session.interrupt()
        assert (await played.nth(AskWithdrawn)).ask_id == asked.ask_id
        assert (await played.turn()).reason == "aborted"
        await played.session.answer(asked.ask_id, Deny())
        await played.session.prompt("Go on.")
        assert (await played.turn(2)).reason == "done"
        assert list(here.directory.iterdir()) == []


async def goes_on_with_its_conversation(agent: Agent, folder: Path) -> None:
    """A later process knows what the first one was told, and counts only its own usage."""
    async with stage(agent, folder, lambda _: [Say("Noted.")]) as here:
        async with here.session() as first:
            await first.session.prompt("The colour is teal.")
            await first.turn()
            conversation = first.session.conversation
        async with here.session(conversation) as second:
            await second.session.prompt("Which colour?")
            await second.turn()
            assert second.session.conversation == conversation
        assert "The colour is teal." in here.model.requests[-1].text()
        before, after = first.all(Used), second.all(Used)
        assert sum(used.tokens_out for used in after) <= sum(used.tokens_out for used in before)


async def leaves_nothing_when_closed_in_a_tool(agent: Agent, folder: Path) -> None:
    """Closing aborts a tool that never ends, and the agent ends by itself."""
    calls = [CallTool("Bash", {"command": WAITS})]
    async with stage(agent, folder, lambda _: calls) as here, here.session() as played:
        await played.session.prompt("Begin.")
        await played.allow()
        await until((here.directory / "started").exists)
        await played.session.close(20)
        assert (await played.nth(Ended)).reason == "closed"


STORIES: tuple[Callable[[Agent, Path], Awaitable[None]], ...] = (
    asks_before_it_acts,
    reads_words_at_the_next_tool,
    stops_and_is_redirected,
    withdraws_what_it_asked,
    goes_on_with_its_conversation,
    leaves_nothing_when_closed_in_a_tool,
)
