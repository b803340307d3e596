"""`python -m benchmarks.radar`: what the conflict radar costs for many chambers of a repository.

Beside it the same pairs with one `git merge-tree` process for each, by turns in the same minute.
"""
