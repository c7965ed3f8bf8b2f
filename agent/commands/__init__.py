"""What a host says to Sidenote: the wake word, what is wanted, and who sees to it."""
