"""Delivery: mail and suspension go from Redis into the chambers, and receipts come back."""
