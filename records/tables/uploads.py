"""Recordings that were uploaded to become meetings."""
