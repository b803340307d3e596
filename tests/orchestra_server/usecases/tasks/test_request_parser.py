import pytest

from orchestra_server.usecases.tasks.request_parser import fold, read_request

TRACE = """The login fails:
Traceback (most recent call last):
  File "/srv/app.py", line 3, in login
    migrate_everything()
ValueError: no such user
Please fix it"""


def test_words_are_folded_to_lower_case_without_accents() -> None:
    assert fold("Ändere ÉCRAN") == "andere ecran"
    assert read_request("Añade TESTS").words == "anade tests"


def test_a_python_traceback_and_its_source_lines_are_removed() -> None:
    request = read_request(TRACE)
    assert request.has_trace
    assert request.words.split("\n") == ["the login fails:", "please fix it"]


@pytest.mark.parametrize(
    "line",
    [
        "    at com.example.App.main(App.java:7)",
        "    at /srv/app.js:10:3",
        "goroutine 1 [running]:",
        "thread 'main' panicked at src/main.rs",
        "Caused by: java.io.IOException",
        "  from app.rb:3:in `login'",
    ],
)
def test_a_stack_trace_of_another_language_is_removed(line: str) -> None:
    request = read_request(f"Fix this\n{line}")
    assert request.has_trace
    assert request.words == "fix this"


def test_a_request_without_a_trace_says_so() -> None:
    assert not read_request("Fix the error at login").has_trace


@pytest.mark.parametrize(
    "quotation", ["```\nredesign it\n```", "'redesign it'", '"redesign it"', "`redesign it`"]
)
def test_code_and_quotations_are_removed(quotation: str) -> None:
    assert "redesign" not in read_request(f"Rename {quotation} here").words


def test_an_apostrophe_does_not_start_a_quotation() -> None:
    assert read_request("It doesn't work and we don't know").words.startswith("it doesn't work")


def test_named_files_are_listed_once_and_are_no_words() -> None:
    request = read_request("Move src/app.py and README.md, then src/app.py again")
    assert request.files == ("src/app.py", "README.md")
    assert "app.py" not in request.words


def test_list_items_are_counted() -> None:
    assert read_request("Do:\n- one\n * two\n3. three\n4) four\n5 five").list_items == 4


def test_the_length_counts_only_the_requests_own_words() -> None:
    assert read_request(f"Fix\n```\n{'x' * 500}\n```").length == len("Fix")
