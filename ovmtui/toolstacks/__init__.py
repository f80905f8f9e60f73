"""The tools of a node: their argument lists, and what their output says. No I/O."""
