"""A chamber's rules lie beside the spool exactly while the chamber stands and has some."""

import json
from pathlib import Path

from msgspec.structs import replace

from orchestra_server.files.requests.rule_files import RULES_IN_GIT, show_rules
from tests.support.samples.documents import a_chamber

RULED = replace(a_chamber(), state="live", allowed=("Bash(npm test:*)",))


def test_the_rules_follow_the_chamber(tmp_path: Path) -> None:
    folder = tmp_path / RULES_IN_GIT
    show_rules(tmp_path, replace(RULED, allowed=()))
    assert not folder.exists()
    show_rules(tmp_path, RULED)
    show_rules(tmp_path, RULED)
    (file,) = folder.iterdir()
    assert file.name == "add-login-1a2b_auth.json"
    assert json.loads(file.read_bytes()) == {"rules": ["Bash(npm test:*)"]}
    show_rules(tmp_path, replace(RULED, state="closed"))
    assert list(folder.iterdir()) == []
