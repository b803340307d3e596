import os
from pathlib import Path

import pytest

from orchestra_server.files.hook.find_reader import Reader
from orchestra_server.files.hook.tool_guard import NOTE_AGE_S, guard_tool, note_path


@pytest.fixture
def worker(tmp_path: Path) -> Reader:
    root = tmp_path / "auth"
    root.mkdir()
    reader = Reader({"root": str(root), "chamber": "auth", "main": str(tmp_path)}, {})
    reader.spool = str(tmp_path / "orchestra" / "spool")
    return reader


def a_call(
    tool: str = "mcp__orchestration__complete_task", call_id: str = "toolu_1"
) -> dict[str, str]:
    return {"tool_name": tool, "tool_use_id": call_id}


def test_a_workers_call_is_denied_in_one_sentence_that_names_the_discovery_file(
    worker: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    guard_tool(worker, {**a_call()})
    said = capsys.readouterr().out
    assert "complete_task is the conductor's, and you are the worker of chamber auth" in said
    assert f"{worker.root}/.DISCOVERY" in said


def test_a_workers_call_is_noted_for_the_server(worker: Reader) -> None:
    guard_tool(worker, {**a_call()})
    assert Path(note_path(worker.spool, "toolu_1")).exists()


def test_a_tool_of_another_server_is_ignored(
    worker: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    guard_tool(worker, {**a_call("mcp__other__complete_task")})
    assert capsys.readouterr().out == ""
    assert not Path(note_path(worker.spool, "toolu_1")).exists()


def test_waiting_mail_leaves_the_denial_to_the_mail(
    worker: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(worker.root, ".INTERRUPT").write_text("stop")
    guard_tool(worker, {**a_call()})
    assert capsys.readouterr().out == ""
    assert Path(note_path(worker.spool, "toolu_1")).exists()


def test_old_notes_are_removed_with_the_next(worker: Reader) -> None:
    guard_tool(worker, {**a_call()})
    old = Path(note_path(worker.spool, "toolu_1"))
    long_ago = old.stat().st_mtime - NOTE_AGE_S - 1
    os.utime(old, (long_ago, long_ago))
    guard_tool(worker, {**a_call(call_id="toolu_2")})
    assert [path.name for path in old.parent.iterdir()] == ["call.toolu_2"]


@pytest.mark.parametrize("call_id", ["", ".", "..", "../../x", "a" * 1_000])
def test_no_id_leads_out_of_the_folder(worker: Reader, call_id: str) -> None:
    guard_tool(worker, {**a_call(call_id=call_id)})
    folder = Path(note_path(worker.spool, "x")).parent
    assert Path(note_path(worker.spool, call_id)).parent == folder
    assert not folder.exists() or len(list(folder.iterdir())) == 1


def test_where_nothing_can_be_noted_the_denial_is_enough(
    worker: Reader, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "orchestra").touch()
    guard_tool(worker, {**a_call()})
    assert "is the conductor's" in capsys.readouterr().out
