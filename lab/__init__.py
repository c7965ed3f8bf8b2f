"""Plays scripted calls over real WebRTC and scores what came back."""
