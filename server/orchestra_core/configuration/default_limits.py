"""The defaults and largest values of the limits: settings and the table of options share them.

They have a module of their own because importing the table takes longer than most commands run.
"""

UNREAD_SECONDS = 120  # a worker at work calls many tools in that time, and reads its mail each time
STUCK_SECONDS = 600  # few tools run longer, and a client at work reports more often than that
LINGER_SECONDS = 300  # workers at work call a tool within that time, which keeps the daemon alive
DAYS_KEPT = 0  # all of the history
GATE_SHARE = 33  # percent: after a gate, twice its time without one
MOST_SECONDS = 86_400
MOST_DAYS = 36_500
