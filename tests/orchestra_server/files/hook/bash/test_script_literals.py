import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra_server.files.hook.bash.script_literals import (
    changed_literals,
    commands_of,
    literals_of,
)


@pytest.mark.parametrize(
    ("code", "paths"),
    [
        ("open('/m/a', 'w')", ["/m/a"]),
        ("open('/m/a', encoding='utf-8', mode='x')", ["/m/a"]),
        ("open('/m/a')", []),
        ("open('/m/a', 'rb')", []),
        ("open('b','w').write(open('/m/a').read())", ["b"]),
        ("p = Path('/m') / 'a'\np.write_text('x')", ["/m"]),
        ("Path('b').write_text(Path('/m/a').read_text())", ["b"]),
        ("shutil.copy('/m/a', 'b')", ["b"]),
        ("shutil.move('/m/a', 'b')", ["/m/a", "b"]),
        ("const p = '/m/a'; fs.writeFileSync(p, 'x')", ["/m/a"]),
        ("fs.readFileSync('/m/a')", []),
        ("File.write('/m/a', 'x')", ["/m/a"]),
        ("open(F, '>', '/m/a')", ["/m/a"]),
        ("open(F, '>/m/a')", ["/m/a"]),
        ("open('open", []),
    ],
)
def test_paths_in_literals_are_written_as_their_calls_say(code: str, paths: list[str]) -> None:
    assert changed_literals(code, literals_of(code)) == paths


def test_commands_that_a_script_runs_are_found() -> None:
    for code, command in (
        ("os.system('rm a')", "rm a"),
        ("subprocess.run(['rm', '-r', 'a'])", "'rm' '-r' 'a'"),
    ):
        assert commands_of(code, literals_of(code)) == [command]
    assert commands_of("print('rm a')", literals_of("print('rm a')")) == []


@given(st.text(alphabet="ab=,.()[]'\"\\\n ;", max_size=80))
def test_any_text_is_read_to_its_end(code: str) -> None:
    literals = literals_of(code)
    assert len(changed_literals(code, literals)) <= len(literals)
