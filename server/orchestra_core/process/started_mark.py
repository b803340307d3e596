"""The environment variable that tells a started agent from others."""

# It is in the environment of the agent and its children; each start has its own value.
STARTED = "ORCHESTRA_STARTED"
