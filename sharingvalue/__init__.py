"""Sharing Value: the composition of the apps, and the base they stand on."""
