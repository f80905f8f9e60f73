"""What ovmtui knows: frozen values without behaviour that touches the world."""
