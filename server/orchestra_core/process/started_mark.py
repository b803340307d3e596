"""The variable by which an agent that Orchestra started is told from others."""

# In the environment of the agent and of all that it starts; its value is another at each start.
STARTED = "ORCHESTRA_STARTED"
