"""What can speak aloud: each turns a sentence into mono 16-bit PCM at 16 kHz, piece by piece."""
