"""Documents that hosts give to a room, for its brief to answer from."""
