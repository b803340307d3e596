"""A hook that is killed in the midst of anything loses no mail: it comes later, at most twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import killed_hook
from tests.support.hooks import Rooms, Session, rooms_at, send

# Every line takes a minute; ORCHESTRA_PROOFS=full does that.
STEP = 1 if os.environ.get("ORCHESTRA_PROOFS") == "full" else 16
MESSAGES = ("First of two", "Second of two")


@pytest.fixture
def rooms(tmp_path: Path) -> Rooms:
    return rooms_at(tmp_path / "repo")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("event", ["PostToolBatch", "Stop"])
def test_mail_survives_a_death_at_every_line(rooms: Rooms, tmp_path: Path, event: str) -> None:
    chamber = rooms.chamber()
    send(chamber, *MESSAGES)
    payload, mail = tmp_path / "payload", tmp_path / "mail"
    payload.write_bytes(Session(chamber).payload(event, {}))
    mail.write_bytes((chamber / ".INTERRUPT").read_bytes())
    arguments = [str(chamber / ".claude" / "hooks"), str(chamber), str(payload), str(mail)]
    script = [sys.executable, "-I", "-S", killed_hook.__file__, *arguments, str(STEP)]
    ended = subprocess.run(script, capture_output=True, text=True, check=True)
    rounds: list[list[str]] = json.loads(ended.stdout)
    assert len(rounds) > 200 / STEP
    for place, outputs in enumerate(rounds):
        for message in MESSAGES:
            came = sum(message in said for said in outputs)
            assert 1 <= came <= 2, (place * STEP, outputs)
        assert "".join(outputs[2:]) == "", (place * STEP, outputs)
    assert not list(chamber.glob(".INTERRUPT.[0-9]*"))
