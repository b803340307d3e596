"""Delivery: what Redis says of mail and suspension, brought to the chambers, and receipts back."""
