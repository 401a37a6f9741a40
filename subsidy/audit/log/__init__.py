"""The log over all events: sequencer, tree, keys, checkpoints."""
