from pathlib import Path

from orchestra_core.process.machine import holder_digest, is_of_this_run, machine_digest


def test_a_machine_has_the_same_digest_every_time() -> None:
    assert machine_digest() == machine_digest()
    assert len(machine_digest()) == 16


def test_a_holder_is_one_directory_in_one_run_of_the_machine(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert holder_digest(tmp_path / "a") == holder_digest(tmp_path / "a")
    assert holder_digest(tmp_path / "a") != holder_digest(tmp_path / "b")
    assert is_of_this_run(holder_digest(tmp_path / "a"))
    assert not is_of_this_run("another run:a place")
