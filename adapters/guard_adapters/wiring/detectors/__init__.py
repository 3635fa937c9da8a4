"""What watches for attacks: at the door, and by calls that nobody should approve."""
