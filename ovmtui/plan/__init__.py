"""What would be done and why it may or may not be: plans as plain data, no I/O."""
