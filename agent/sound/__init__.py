"""The sound of a call: recorded with everybody's own consent, a file for each stretch of voice."""
