"""Recordings that are uploaded: received, followed, and given a job."""
