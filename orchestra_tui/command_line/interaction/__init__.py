"""How a command talks to the person at a terminal: questions, pager, colours."""
