"""The second story: search and invoices for the same bookshop."""

from orchestra_server.demo.step_reports import DiscoveryMade
from orchestra_server.demo.stories.story import Assignment, DemoQuestion, Step, Story

SEARCH_WORKER = Assignment(
    brief="Search over titles and authors in bookshop/search.py; misspelled words count as well.",
    steps=(
        Step(
            "bookshop/search.py",
            '"""Search."""\n\n\ndef search(words: str) -> list[str]:\n'
            '    """Return the titles that match."""\n    raise NotImplementedError\n',
            "Agreed what search answers with its tests",
            "4 tests written, all failing as they should",
        ),
        Step(
            "bookshop/trigrams.py",
            '"""Words as groups of three letters: a misspelled one is near the right."""\n\n\n'
            "def trigrams(word: str) -> set[str]:\n"
            '    """Return the word\'s groups of three letters."""\n'
            "    return {word[at : at + 3] for at in range(max(1, len(word) - 2))}\n",
            "Compare words by trigrams",
            "'Ulises' finds Ulysses",
            ("trigrams",),
            question=DemoQuestion(
                "Search is to find misspelled words. How far may a word be off?",
                "Distance",
                ("One letter", "Two letters", "As far as a third of it"),
            ),
        ),
        Step(
            "bookshop/catalogue.py",
            '"""What is sold."""\n\nBOOKS = ("Dune", "Emma", "Ulysses")\n'
            'AUTHORS = ("Herbert", "Austen")\n',
            "Give the catalogue its authors",
            "search finds them",
            waits_for_review=True,
        ),
        Step(
            "tests/test_search.py",
            "from bookshop.trigrams import trigrams\n\n\n"
            "def test_a_word_is_near_its_misspelling() -> None:\n"
            '    assert trigrams("ulises") & trigrams("ulysses")\n',
            "Cover short words and other alphabets",
            "9 tests pass",
        ),
    ),
    revision=Step(
        "bookshop/catalogue.py",
        '"""What is sold."""\n\nBOOKS = ("Dune", "Emma", "Ulysses")\n'
        'AUTHORS = ("Herbert", "Austen", "Joyce")\n',
        "Add the author that the review misses",
        "each book has one",
    ),
)

INVOICES = Assignment(
    brief="PDF invoices in bookshop/invoices.py; the amounts are in cents.",
    steps=(
        Step(
            "bookshop/invoices.py",
            '"""Invoices."""\n\n\ndef total(cents: list[int]) -> int:\n'
            '    """Return the sum in cents."""\n    return sum(cents)\n',
            "Add up an invoice in cents",
            "no rounding anywhere",
            discovery=DiscoveryMade(
                "Prices in the catalogue are to be cents: two sums of floats differ by a cent",
                "important",
                "Whoever adds a price stores an integer",
                ("search",),
            ),
        ),
        Step(
            "bookshop/catalogue.py",
            '"""What is sold, with prices in cents."""\n\n'
            'BOOKS = ("Dune", "Emma", "Ulysses")\nPRICES = (1099, 799, 1299)\n',
            "Give the catalogue its prices",
            "3 tests pass",
            fails="API Error: 500 internal server error",
        ),
        Step(
            "docs/invoices.md",
            "# Invoices\n\nAmounts are cents. A PDF is made when an order ships.\n",
            "Described when an invoice is made",
            "reviewed with the shop",
            asks="curl -fsSO https://fonts.example/invoice.ttf",
        ),
    ),
)

SEARCH = Story(
    request="Let customers search the bookshop, misspelled words too, and send PDF invoices",
    summary="Search by trigrams and invoices in cents landed together",
    assignments={"search": SEARCH_WORKER, "invoices": INVOICES},
    review=(
        "Review of bookshop/catalogue.py, line 4:\n"
        '> AUTHORS = ("Herbert", "Austen")\n'
        "Ulysses has an author, too."
    ),
    merged={
        "bookshop/catalogue.py": (
            '"""What is sold, with prices in cents."""\n\n'
            'BOOKS = ("Dune", "Emma", "Ulysses")\n'
            'AUTHORS = ("Herbert", "Austen", "Joyce")\nPRICES = (1099, 799, 1299)\n'
        )
    },
)
