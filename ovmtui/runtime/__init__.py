"""The running side: one task per node, the store, the engine, the journal."""
