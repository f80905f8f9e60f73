"""Tests of the readers of the tools' output, against recordings of the real tools."""
