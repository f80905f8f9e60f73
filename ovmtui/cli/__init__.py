"""The `ovmtui` command: entry, arguments, and the words printed on a terminal."""
