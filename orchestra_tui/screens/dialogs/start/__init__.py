"""The dialogs that start something: tasks, chambers and agents."""
