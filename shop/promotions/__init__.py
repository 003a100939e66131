"""Promotions: codes that a customer types, and offers that hold without one."""
