import pytest

from orchestra_core.errors import StoreUnavailable
from orchestra_core.store.client.store_errors import ELSEWHERE, LOST, PASSING, Failure, meaning

CODES = sorted(LOST | PASSING | ELSEWHERE | {"timeout", "MISCONF", "WRONGPASS", "error", "tls"})


@pytest.mark.parametrize("private", [True, False])
@pytest.mark.parametrize("code", CODES)
def test_every_failure_is_one_line_that_names_the_server(code: str, *, private: bool) -> None:
    line = meaning(code, "first\nsecond {brace}", "unix:///s", private=private)

    assert "\n" not in line
    assert "unix:///s cannot be used: " in line
    assert not line.endswith(".")


def test_an_error_of_the_private_server_does_not_tell_the_user_to_correct_a_url() -> None:
    line = meaning("refused", "", "unix:///s", private=True)

    assert line == (
        "the private Valkey at unix:///s cannot be used: nothing listens there; "
        "run 'orchestra doctor' to see why"
    )


def test_the_servers_words_are_shortened_and_cleaned() -> None:
    line = meaning("error", "\x1b[31m" + "x" * 500, "redis://h", private=False)

    assert "\x1b" not in line
    assert len(line) < 300


def test_a_failure_raises_store_unavailable() -> None:
    assert isinstance(Failure("OOM", "", "redis://h", private=False), StoreUnavailable)
