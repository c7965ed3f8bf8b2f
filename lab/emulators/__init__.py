"""Emulators of paid speech services: real servers on loopback that say what the service says."""
