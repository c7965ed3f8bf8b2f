"""Starts and stops the real parts of one machine: media server, token server, worker."""
