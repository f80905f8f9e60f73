"""Hostile inputs for every parser of `ovmtui.toolstacks`: `make fuzz`, a slice in the tests."""
