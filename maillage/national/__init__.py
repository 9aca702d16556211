"""What the national infrastructure imposes, as values that cannot exist wrong."""
