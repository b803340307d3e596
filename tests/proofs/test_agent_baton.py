"""Five `Agent` calls at once: each subagent starts in the chamber of its prompt, whatever happens.

The hooks are the real processes of the settings file; the client is simulated by a thread a call,
as Claude Code runs them. Some calls are denied by another hook, some fail, some wait for another's
slow hook; which ones is drawn anew in each round.
"""

import json
import random
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest

from tests.support.hooks.hooked_checkout import HookedCheckout, hooked_checkout, read_settings_file
from tests.support.proofs import Tally, scaled

ROUNDS = scaled(4, 100)
AT_ONCE = 5
Fate = Literal["starts", "starts late", "is denied", "is denied late", "fails"]
FATES: tuple[Fate, ...] = (
    "starts",
    "starts",
    "starts late",
    "is denied",
    "is denied late",
    "fails",
)


@dataclass
class Client:
    """One session of the client, with its transcript."""

    checkout: HookedCheckout
    transcript: Path
    session_id: str
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, event: str, fields: dict[str, object]) -> str:
        """Run the last handler of an event, as this session, and return what it printed."""
        settings = read_settings_file(self.checkout.main / ".claude" / "settings.local.json")
        common = {
            "hook_event_name": event,
            "session_id": self.session_id,
            "cwd": str(self.checkout.main),
            "transcript_path": str(self.transcript),
        }
        ended = subprocess.run(
            ["/bin/sh", "-c", settings.hooks[event][-1].hooks[0].command],
            input=json.dumps({**common, **fields}),
            capture_output=True,
            text=True,
            timeout=90,
            check=True,
        )
        assert ended.stderr == ""
        return ended.stdout.strip()

    def note_result(self, use_id: str) -> None:
        """Write the result of a call into the transcript."""
        result = {"type": "tool_result", "tool_use_id": use_id}
        line = json.dumps({"message": {"content": [result]}}, separators=(",", ":"))
        with self.lock, self.transcript.open("a") as transcript:
            transcript.write(line + "\n")

    def call_agent(self, name: str, fate: Fate, use_id: str) -> str:
        """Carry out one `Agent` call; return where its subagent starts, "" for nowhere."""
        call = {"description": "Work", "prompt": f"You work in chamber '{name}'."}
        fields: dict[str, object] = {
            "tool_name": "Agent",
            "tool_use_id": use_id,
            "tool_input": call,
        }
        if fate == "is denied":  # before our hook has ended
            self.note_result(use_id)
        answer = json.loads(self.run("PreToolUse", fields) or "{}")
        if fate.endswith("late"):  # another's hook takes its time
            time.sleep(random.uniform(0.05, 0.4))  # noqa: S311 - no secret
        if fate.startswith("is denied") or fate == "fails":
            self.note_result(use_id)
            return ""
        assert answer["hookSpecificOutput"]["updatedInput"]["isolation"] == "worktree"
        place = self.run("WorktreeCreate", {"name": f"agent-{use_id}"})
        self.note_result(use_id)
        return place


@pytest.fixture
def checkout(tmp_path: Path) -> HookedCheckout:
    return hooked_checkout(tmp_path / "repo")


@pytest.mark.timeout(300)
def test_each_subagent_starts_in_its_own_chamber(
    checkout: HookedCheckout, tmp_path: Path, tally: Tally
) -> None:
    names = [f"part-{number}" for number in range(AT_ONCE)]
    chambers = {name: str(checkout.chamber(name)) for name in names}
    draw = random.Random(12)  # noqa: S311 - no secret
    started = ended = 0
    for number in range(ROUNDS):
        transcript = tmp_path / f"{number}.jsonl"
        transcript.touch()
        client = Client(checkout, transcript, f"s-{number % 3}")
        fates = [draw.choice(FATES) for _ in names]
        draw.shuffle(names)
        ids = [f"r{number}c{at}" for at in range(AT_ONCE)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            places = list(pool.map(client.call_agent, names, fates, ids))
        expected = [
            chambers[name] if fate.startswith("starts") else ""
            for name, fate in zip(names, fates, strict=True)
        ]
        assert places == expected, (number, fates)
        started += sum(map(bool, places))
        ended += sum(not place for place in places)
    tally(rounds=ROUNDS, subagents=started, calls_without_one=ended)
