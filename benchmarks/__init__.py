"""What the performance contract speaks of, measured; `make bench` prints one table."""
