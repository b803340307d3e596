"""Judges how complex a request is from its words alone: the same request gets the same level.

The words and their weights are in complexity_words.toml. The thresholds below were tuned on the
requests in the test's requests.toml, which a person had judged before.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from orchestra_core.models import Level
from orchestra_server.usecases.tasks.request_parser import RequestText, fold, read_request

LEVELS: tuple[Level, ...] = ("trivial", "simple", "moderate", "complex", "very-complex")
PHASES: Mapping[Level, tuple[str, ...]] = {
    "trivial": ("implementation",),
    "simple": ("implementation", "verification"),
    "moderate": ("analysis", "implementation", "verification"),
    "complex": ("analysis", "design", "implementation", "integration", "verification"),
    "very-complex": (
        "analysis",
        "architecture",
        "design",
        "implementation",
        "integration",
        "verification",
        "documentation",
    ),
}
_BASE = 2  # a plain request with one idea is simple
_LOWEST: tuple[tuple[int, Level], ...] = (
    (13, "very-complex"),
    (7, "complex"),
    (4, "moderate"),
    (1, "simple"),
)
_FIRST_TOPICS = 3  # these count 2 each, further topics 1
_LENGTHS = ((4000, 3), (1500, 2), (600, 1))  # (characters of own words, added points)
_FEW_WORDS = 2
_A_LIST = 3
_MANY = 10
_SHORT_PIECE = 48  # characters; longer pieces between commas are clauses, not items of a list


class _Signal(Struct, frozen=True, forbid_unknown_fields=True):
    say: str
    weight: int
    words: tuple[str, ...]
    again: int = 0


class _Words(Struct, frozen=True, forbid_unknown_fields=True):
    spot: tuple[str, ...]
    counted: tuple[str, ...]
    asking: tuple[str, ...]
    joining: tuple[str, ...]


class _Vocabulary(Struct, frozen=True, forbid_unknown_fields=True):
    signal: tuple[_Signal, ...]
    topics: dict[str, tuple[str, ...]]
    words: _Words
    numbers: dict[str, int]


@dataclass(frozen=True, slots=True)
class Assessment:
    """A level, the reasons for it in words, and the phases it implies."""

    level: Level
    reasons: tuple[str, ...]
    phases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Finding:
    weight: int
    say: str


def assess(description: str) -> Assessment:
    """Judge a request; pure: the same text always gets the same level and reasons."""
    request = read_request(description)
    topics = _topics(request.words)
    findings = [
        *_signals(request.words),
        *_topic_findings(topics),
        *_breadth(request, len(topics)),
        *_form(request),
    ]
    score = _BASE + sum(finding.weight for finding in findings)
    if score > 1 and len(topics) <= 1 and _is_one_spot(request):
        lowered = max(1, score - 2)
        findings.append(_Finding(lowered - score, "it is about a single place"))
        score = lowered
    level = _level_of(score)
    return Assessment(level, _reasons(findings, score), PHASES[level])


def _level_of(score: int) -> Level:
    for lowest, level in _LOWEST:
        if score >= lowest:
            return level
    return "trivial"


def _reasons(findings: Sequence[_Finding], score: int) -> tuple[str, ...]:
    reasons = [f"{finding.say} ({finding.weight:+d})" for finding in findings if finding.weight]
    if not reasons:
        reasons = ["it names one simple piece of work"]
    steps = ", ".join(f"{level} from {lowest}" for lowest, level in reversed(_LOWEST))
    return (*reasons, f"together {score}, starting from {_BASE}: {steps}")


def _signals(words: str) -> list[_Finding]:
    findings: list[_Finding] = []
    for signal in _vocabulary().signal:
        matches = _matches(words, signal.words)
        if matches:
            weight = signal.weight + (signal.again if len(matches) > 1 else 0)
            findings.append(_Finding(weight, f"{signal.say}: {', '.join(matches)}"))
    return findings


def _topics(words: str) -> list[str]:
    return [topic for topic, stems in _vocabulary().topics.items() if _matches(words, stems)]


def _topic_findings(topics: Sequence[str]) -> list[_Finding]:
    if not topics:
        return []
    weight = 2 * min(len(topics), _FIRST_TOPICS) + max(0, len(topics) - _FIRST_TOPICS)
    return [_Finding(weight, f"it touches {', '.join(topics)}")]


def _breadth(request: RequestText, topics: int) -> list[_Finding]:
    counted = _counted(request.words)
    named = max(request.list_items, len(request.files), _listed(request.words))
    findings: list[_Finding] = []
    if counted >= _MANY:
        findings.append(_Finding(3, f"it counts {counted} parts"))
    elif counted > 1:
        findings.append(_Finding(2, f"it counts {counted} parts"))
    if named >= _A_LIST and named - topics > 1:
        findings.append(_Finding(2 if named < _MANY else 4, f"it names {named} things"))
    return findings


def _form(request: RequestText) -> list[_Finding]:
    findings: list[_Finding] = []
    words = request.words.split()
    if request.words.rstrip().endswith("?") and words and _asks(words[0]):
        findings.append(_Finding(-3, "it asks a question"))
    spaced = request.words.isascii()
    if spaced and len(words) <= _FEW_WORDS and not request.has_trace:
        findings.append(_Finding(2, "it is too short to tell what is meant"))
    for length, weight in _LENGTHS:
        if request.length > length:
            findings.append(_Finding(weight, f"it takes {request.length:,} characters to describe"))
            break
    return findings


def _asks(word: str) -> bool:
    return word.strip("¿¡'\"") in _vocabulary().words.asking


def _is_one_spot(request: RequestText) -> bool:
    spots = _matches(request.words, _vocabulary().words.spot)
    return len(spots) == 1 or (len(request.files) == 1 and not request.list_items)


def _counted(words: str) -> int:
    """Return the largest number before a word for a system's part, at most one word between."""
    vocabulary = _vocabulary()
    numbers = "|".join(vocabulary.numbers)
    parts = "|".join(map(re.escape, sorted(map(fold, vocabulary.words.counted), reverse=True)))
    counts = re.findall(rf"(?<![\w.])(\d{{1,6}}|{numbers})\s*(?:[^\W\d]+\s+)?(?:{parts})", words)
    return max((vocabulary.numbers.get(count, 0) or int(count) for count in counts), default=0)


def _listed(words: str) -> int:
    """Return the number of items in the longest list within a sentence."""
    joining = "|".join(map(fold, _vocabulary().words.joining))
    longest = 0
    for sentence in re.split(r"[.;!?。:\n]+(?:\s|$)|。", words):
        pieces = re.split(r"[,、・]", sentence)
        if len(pieces) > 1 and all(len(piece) <= _SHORT_PIECE for piece in pieces[1:]):
            joined = any(re.search(rf"\b(?:{joining})\b", piece) for piece in pieces[1:])
            longest = max(longest, len(pieces) + (1 if joined else 0))
    return longest


def _matches(words: str, stems: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(match.strip() for match in _pattern(stems).findall(words)))


@cache
def _pattern(stems: tuple[str, ...]) -> re.Pattern[str]:
    ordered = sorted(map(fold, stems), key=len, reverse=True)
    return re.compile("|".join(map(_stem_pattern, ordered)))


def _stem_pattern(stem: str) -> str:
    core = re.escape(stem.strip("*")).replace(r"\ ", r"\s+")
    if not stem.strip("*")[0].isascii():
        return core
    before = "" if stem.startswith("*") else r"(?<![^\W_])(?<![a-z]-)"
    after = r"[^\W\d_]*" if stem.endswith("*") else r"(?![a-z_])"
    return before + core + after


@cache
def _vocabulary() -> _Vocabulary:
    source = Path(__file__).with_name("complexity_words.toml")
    return msgspec.toml.decode(source.read_bytes(), type=_Vocabulary)
