from pathlib import Path

from orchestra_server.files.hook.json_files import write_json
from orchestra_server.files.hook.tool_guard import note_path
from orchestra_server.files.spool.worker_calls import worker_refusal


def test_a_call_that_a_hook_has_noted_is_refused_and_any_other_is_not(tmp_path: Path) -> None:
    spool = str(tmp_path / "orchestra" / "spool")
    write_json(note_path(spool, "toolu_1"), {"chamber": "auth", "root": "/m/auth"})
    refusal = worker_refusal(tmp_path, "complete_task", "toolu_1")
    assert refusal.startswith(
        "This call did not run, but the user did not refuse it: complete_task is the conductor's"
    )
    assert "/m/auth/.DISCOVERY" in refusal
    assert worker_refusal(tmp_path, "complete_task", "toolu_2") == ""
    assert worker_refusal(tmp_path, "complete_task", "") == ""
