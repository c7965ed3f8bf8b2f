"""Meetings over HTTP: who may read them, what they hold, how they are forgotten."""
