"""How a command gets to a node and its output back; no policy, no meaning."""
