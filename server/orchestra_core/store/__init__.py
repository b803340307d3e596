"""The state of a project in Redis or Valkey, changed by scripts and followed without a gap."""
