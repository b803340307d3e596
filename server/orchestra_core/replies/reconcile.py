"""The answer of `orchestra reconcile`."""

from dataclasses import dataclass

from orchestra_core.replies.reply import Reply


@dataclass(frozen=True, kw_only=True)
class ReconciledDifference:
    """Something on which the store, git and the disk disagreed; `note` says how repair went.

    `mended` is False on a dry run, and where it was left to people.
    """

    name: str
    subject: str
    sentence: str
    mending: str
    mended: bool
    note: str


@dataclass(frozen=True, kw_only=True)
class Reconciled(Reply):
    """What was compared and what became of it."""

    dry_run: bool
    differences: list[ReconciledDifference]
