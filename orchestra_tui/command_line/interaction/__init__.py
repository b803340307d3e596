"""How a command meets the person at a terminal: a question, a pager, colours."""
