"""Inputs that almost are what confaudit reads, and what may come of them."""
