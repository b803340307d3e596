from orchestra_core.models import Presence
from orchestra_server.usecases.workers.running_commands import RunningCommands


def report(commands: RunningCommands, chamber: str, since: int, command: str = "") -> None:
    tool = "Bash" if command else ""
    commands.note(
        Presence(chamber_id=chamber, state="working", tool=tool, detail=command, since=since)
    )


def test_a_command_runs_from_its_report_to_the_next_one() -> None:
    commands = RunningCommands()
    report(commands, "t/auth", 1_000, "make")
    running = commands.alone_at(5_000)
    assert running is not None
    assert (running.chamber_id, running.command) == ("t/auth", "make")
    report(commands, "t/auth", 6_000)
    assert commands.alone_at(5_900) is running
    assert commands.alone_at(6_500) is None
    assert commands.alone_at(500) is None


def test_neither_of_two_commands_that_run_at_once_is_named() -> None:
    commands = RunningCommands()
    report(commands, "t/auth", 1_000, "make")
    report(commands, "t/api", 2_000, "pytest")
    assert commands.alone_at(1_500) is not None
    assert commands.alone_at(2_500) is None
    report(commands, "t/auth", 3_000)
    assert commands.alone_at(4_000) is not None


def test_other_tools_are_no_commands() -> None:
    commands = RunningCommands()
    commands.note(Presence(chamber_id="t/auth", state="working", tool="Write", since=1_000))
    assert commands.alone_at(1_100) is None
    assert not commands.has_recent(1_100)


def test_commands_of_long_ago_are_forgotten() -> None:
    commands = RunningCommands()
    report(commands, "t/auth", 1_000, "make")
    assert commands.has_recent(10_000_000)
    report(commands, "t/auth", 2_000)
    assert commands.has_recent(2_500)
    assert not commands.has_recent(60_000)
    assert commands.alone_at(100_000) is None
    assert commands.alone_at(1_500) is None


def test_a_chamber_that_has_ended_runs_nothing() -> None:
    commands = RunningCommands()
    report(commands, "t/auth", 1_000, "make")
    report(commands, "t/api", 2_000, "pytest")
    commands.end("t/auth", 3_000)
    alone = commands.alone_at(4_000)
    assert alone is not None
    assert alone.chamber_id == "t/api"
