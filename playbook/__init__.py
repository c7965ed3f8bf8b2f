"""What a playbook says and when a rule of it fires; read and checked the same by everybody."""
