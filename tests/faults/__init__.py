"""What every step of every verb comes to when something breaks in it."""
