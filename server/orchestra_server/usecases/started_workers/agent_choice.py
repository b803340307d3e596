"""Which agent a start means; the configuration is read at each start, because it may change."""

import os

from orchestra_core.configuration.agents import AgentCommand, agent_named
from orchestra_core.configuration.configuration import read_configuration
from orchestra_core.project import Project


def choose_agent(project: Project, name: str) -> AgentCommand:
    """Return the agent with that name, the default one for ""; raises BadInput. Blocking."""
    return agent_named(read_configuration(os.environ, project.root), name)
