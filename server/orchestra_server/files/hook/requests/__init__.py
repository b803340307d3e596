"""A worker's requests in the hook: what is allowed at once, and how the operator is asked."""
