"""The rows, in the order of the table."""

from benchmarks.row import Row
from benchmarks.rows import change, status, tools

ROWS: tuple[Row, ...] = (change.ROW, tools.ROW, status.ROW)
