"""A simulated server pool behind real SSH: for the demo, the tests and the benchmarks."""
