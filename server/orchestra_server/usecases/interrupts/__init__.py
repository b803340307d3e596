"""Interrupts: sent to a worker, cancelled while unread, and a suspended worker resumed."""
