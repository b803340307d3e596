"""Measurements of Orchestra against what a person would use instead: `python -m benchmarks`.

They borrow their servers, repositories and terminals from `tests.support`, so they run from a
checkout only.
"""
