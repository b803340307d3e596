import pytest

from orchestra_core.errors import BadInput
from orchestra_core.store.client.address import Address, masked, read_address


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "redis://localhost",
            Address(
                "server", "redis://localhost:6379/0", "redis://localhost", (("localhost", 6379),)
            ),
        ),
        (
            "rediss://me:p%40ss@db.example:7000/3?ssl_ca_certs=/ca.pem",
            Address(
                "server",
                "rediss://me:p%40ss@db.example:7000/3?ssl_ca_certs=/ca.pem",
                "rediss://***@db.example:7000/3",
                (("db.example", 7000),),
            ),
        ),
        (
            "redis://[::1]:6380",
            Address("server", "redis://[::1]:6380/0", "redis://[::1]:6380", (("::1", 6380),)),
        ),
        (
            "unix://:pw@/run/my redis/s.sock?db=1",
            Address(
                "socket", "unix://:pw@/run/my redis/s.sock?db=1", "unix:///run/my redis/s.sock"
            ),
        ),
        (
            "redis+sentinel://:pw@a,b:2/primary/4",
            Address(
                "sentinel",
                "redis://:pw@a:26379/4",
                "redis+sentinel://***@a,b:2/primary/4",
                (("a", 26379), ("b", 2)),
                "primary",
            ),
        ),
        (
            "rediss+cluster://a:1,b:2",
            Address("cluster", "rediss://a:1/0", "rediss+cluster://a:1,b:2", (("a", 1), ("b", 2))),
        ),
    ],
)
def test_every_form_of_url_is_parsed(url: str, expected: Address) -> None:
    assert read_address(url) == expected


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "is none of the known forms"),
        ("localhost:6379", "is none of the known forms"),
        ("http://localhost", "is none of the known forms"),
        ("unix+cluster:///x", "names no socket"),
        ("unix://", "names no socket"),
        ("redis://", "names no host"),
        ("redis://host:port", "names no host"),
        ("redis://host:99999", "has the port 99999"),
        ("redis://host:0", "has the port 0"),
        ("redis://host/name", "is no database number"),
        ("redis://a,b", "names several hosts"),
        ("redis+sentinel://a:1", "names no service"),
        ("redis+cluster://a:1/2", "a cluster has only 0"),
        ("redis://host/0\n", "is no database number"),
    ],
)
def test_an_invalid_url_is_named_in_a_one_line_error(url: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        read_address(url)

    assert str(caught.value).startswith("ORCHESTRA_REDIS_URL ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "redis://user:secret@host:1",
        "redis://:secret@host:x",
        "redis://:sec/secret@host",
        "user:secret@host",
        "redis://:a@secret@host",
        "redis://host/0?password=secret",
        "unix://:secret@/run/s",
        "http://u:secret@host/path?x=secret",
    ],
)
def test_an_error_never_shows_the_password(url: str) -> None:
    assert "secret" not in masked(url)
    try:
        shown = read_address(url).shown
    except BadInput as error:
        shown = str(error)
    assert "secret" not in shown
