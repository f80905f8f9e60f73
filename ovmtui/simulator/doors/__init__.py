"""How the simulated nodes are reached over SSH."""
