"""The first story: three workers add sign-in, a users table and an orders API to a bookshop."""

from orchestra_server.demo.step_reports import DiscoveryMade
from orchestra_server.demo.stories.story import Assignment, Step, Story

REQUEST = (
    "Let customers of the bookshop sign in and see their orders: JWT sign-in with rate limiting, "
    "a users table with migrations, and a REST API for orders on top of both"
)
SUMMARY = "Sign-in, users table and orders API landed together; the user id is a UUID everywhere"


AUTH = Assignment(
    brief="JWT sign-in in bookshop/auth.py with rate limiting; the api chamber calls sign_in().",
    steps=(
        Step(
            "bookshop/auth.py",
            '"""Sign-in."""\n\n\ndef sign_in(name: str, password: str) -> str:\n'
            '    """Return a token."""\n    raise NotImplementedError\n',
            "Agreed the interface of sign_in with its tests",
            "3 tests written, all failing as they should",
        ),
        Step(
            "bookshop/tokens.py",
            '"""Tokens signed with a rotating key."""\n\nLIFETIME_S = 900\nALGORITHM = "EdDSA"\n',
            "Issue and verify JWTs with a rotating key",
            "round trip, expiry and a forged token covered",
            ("JWT auth", "key rotation"),
        ),
        Step(
            "bookshop/settings.py",
            '"""What operators change."""\n\nTOKEN_LIFETIME_S = 900\n',
            "Put the tokens' lifetime where operators change it",
            "read by tokens.py",
        ),
        Step(
            "bookshop/limits.py",
            '"""Five attempts a minute for one account."""\n\nATTEMPTS_A_MINUTE = 5\n',
            "Limit sign-in attempts for each account",
            "the sixth attempt in a minute answers 429",
            ("rate limiting",),
        ),
        Step(
            "bookshop/auth.py",
            '"""Sign-in."""\n\nfrom bookshop.limits import ATTEMPTS_A_MINUTE\n\n\n'
            "def sign_in(name: str, password: str, attempt: int = 1) -> str:\n"
            '    """Return a token, or raise after too many attempts."""\n'
            "    if attempt > ATTEMPTS_A_MINUTE:\n        raise PermissionError(name)\n"
            '    return f"token-of-{name}-{len(password)}"\n',
            "Put sign_in together from tokens and limits",
            "11 tests pass",
        ),
        Step(
            "tests/test_auth.py",
            "from bookshop.auth import sign_in\n\n\n"
            "def test_a_customer_gets_a_token() -> None:\n"
            '    assert sign_in("ada", "secret")\n',
            "Cover the sixth attempt and the expired token",
            "13 tests pass",
        ),
    ),
)

DATABASE = Assignment(
    brief="Users table, migrations and queries in bookshop/database.py; others import its types.",
    steps=(
        Step(
            "bookshop/schema.sql",
            "CREATE TABLE users (id UUID PRIMARY KEY, name TEXT NOT NULL UNIQUE);\n",
            "Drafted the users table",
            "applies to an empty database",
        ),
        Step(
            "bookshop/migrations/0001_users.sql",
            "-- up\nCREATE TABLE users (id UUID PRIMARY KEY, name TEXT NOT NULL UNIQUE);\n"
            "-- down\nDROP TABLE users;\n",
            "Wrote the migration and ran it up and down on a copy of production's schema",
            "both ways clean; the old orders table surprised us",
            ("reversible migrations",),
            DiscoveryMade(
                "orders.user_id is a UUID in production, the code treats it as an integer",
                "critical",
                "Every signature that takes a user id must take uuid.UUID",
                ("auth", "api"),
            ),
        ),
        Step(
            "bookshop/database.py",
            '"""Queries."""\n\nfrom uuid import UUID\n\n\n'
            'def orders_of(user: UUID) -> list[str]:\n    """Return the ids of the orders."""\n'
            '    return [f"order-of-{user}"]\n',
            "Wrote orders_of with the right type",
            "7 tests pass",
            ("typed ids",),
            fails="API Error: 529 overloaded",
            waits_for_review=True,
        ),
        Step(
            "tests/test_database.py",
            "from uuid import uuid4\n\nfrom bookshop.database import orders_of\n\n\n"
            "def test_a_new_customer_has_an_order_list() -> None:\n    assert orders_of(uuid4())\n",
            "Tests over a customer without orders and one with a thousand",
            "9 tests pass in 0.4 s",
        ),
    ),
    revision=Step(
        "bookshop/database.py",
        '"""Queries."""\n\nfrom uuid import UUID\n\n\n'
        "def orders_of(user: UUID, most: int = 50) -> list[str]:\n"
        '    """Return the ids of at most `most` orders, the newest first."""\n'
        '    return [f"order-of-{user}"][:most]\n',
        "Bound orders_of as the review asks",
        "8 tests pass",
    ),
)

API = Assignment(
    brief="GET /orders in bookshop/api.py, for the signed-in customer; uses auth and database.",
    steps=(
        Step(
            "bookshop/api.py",
            '"""HTTP."""\n\nROUTES = {"GET /orders": "orders"}\n',
            "Laid out the route and its error answers",
            "401 without a token, 404 for another customer's order",
        ),
        Step(
            "bookshop/settings.py",
            '"""What operators change."""\n\nPAGE_SIZE = 50\n',
            "Put the size of a page where operators change it",
            "read by pages.py",
        ),
        Step(
            "bookshop/pages.py",
            '"""Cursor paging."""\n\nPAGE = 50\n',
            "Cursor paging, fifty orders a page",
            "stable while orders are added",
            ("cursor paging",),
            DiscoveryMade(
                "Orders are listed newest first everywhere else; the API does the same", "info"
            ),
            asks="pip install httpx",
        ),
        Step(
            "bookshop/api.py",
            '"""HTTP."""\n\nfrom bookshop.pages import PAGE\n\nROUTES = {"GET /orders": "orders"}\n'
            "\n\ndef orders(user: str, after: int = 0) -> list[str]:\n"
            '    """Return a page of order ids."""\n'
            '    return [f"{user}-{n}" for n in range(after, after + PAGE)]\n',
            "Answer a page of the customer's orders",
            "8 tests pass",
        ),
        Step(
            "docs/api.md",
            "# Orders\n\n`GET /orders?after=` answers fifty orders of the signed-in customer.\n",
            "Documented the endpoint with two examples",
            "examples run in the tests",
        ),
        Step(
            "tests/test_api.py",
            "from bookshop.api import orders\n\n\n"
            'def test_a_page_has_fifty_orders() -> None:\n    assert len(orders("ada")) == 50\n',
            "Tests for paging and for a stranger's order",
            "12 tests pass",
        ),
    ),
)

SIGN_IN = Story(
    request=REQUEST,
    summary=SUMMARY,
    assignments={"auth": AUTH, "database": DATABASE, "api": API},
    review=(
        "Review of bookshop/database.py, line 6:\n"
        "> def orders_of(user: UUID) -> list[str]:\n"
        "A customer of ten years has thousands. Bound it, the newest first."
    ),
    merged={
        "bookshop/settings.py": (
            '"""What operators change."""\n\nTOKEN_LIFETIME_S = 900\nPAGE_SIZE = 50\n'
        )
    },
)
FILES = {
    "README.md": "# Bookshop\n\nA small shop, used to show Orchestra at work.\n",
    "bookshop/__init__.py": '"""A bookshop."""\n',
    "bookshop/catalogue.py": '"""What is sold."""\n\nBOOKS = ("Dune", "Emma", "Ulysses")\n',
    "tests/test_catalogue.py": (
        "from bookshop.catalogue import BOOKS\n\n\n"
        "def test_the_shop_sells_books() -> None:\n    assert BOOKS\n"
    ),
    ".gitignore": "__pycache__/\n",
}
