"""What will hold after an upgrade, what is known of it, and whether it came true."""
