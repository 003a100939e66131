"""Zones, tax, shipping and totals: pure sums over money."""
