"""What other servers are told of meetings, and how it gets there."""
