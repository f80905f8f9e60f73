"""From a snapshot to what is shown. Pure: no widget, no clock, no terminal."""
