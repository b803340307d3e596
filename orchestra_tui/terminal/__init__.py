"""The room's terminal: reads keys, writes output, and notices when it is gone."""
