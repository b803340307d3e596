"""The defaults and largest values of the limits: settings and the table of options share them.

They stand apart because importing the table takes longer than most commands need.
"""

UNREAD_SECONDS = 120  # a working worker calls a tool many times in that time, and reads its mail
STUCK_SECONDS = 600  # few tools run longer, and a client at work reports more often
LINGER_SECONDS = 300  # workers at work call a tool in that time, which keeps the daemon
DAYS_KEPT = 0  # all of the history
GATE_SHARE = 33  # percent: a gate, and twice its time without one
MOST_SECONDS = 86_400
MOST_DAYS = 36_500
