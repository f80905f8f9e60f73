"""Pictures of the real program on the simulated pool."""
