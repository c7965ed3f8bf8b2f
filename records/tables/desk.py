"""What the token server keeps for itself: webhooks out, playbooks, the search over meetings."""
