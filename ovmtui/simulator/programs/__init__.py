"""The programs that a node of the simulated pool has, as functions over its world."""
