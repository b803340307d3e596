"""Delivery: mail and suspensions go from Redis to the chambers, and receipts come back."""
