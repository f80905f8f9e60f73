"""Tests on a real pool of two Xen nodes; see README.md here."""
