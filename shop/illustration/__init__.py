"""Product pictures drawn from attributes, for products whose merchant has uploaded no photograph."""

from shop.illustration.drawings import draw
from shop.illustration.scene import CONTENT_SECURITY_POLICY
from shop.illustration.subject import Subject

__all__ = ["CONTENT_SECURITY_POLICY", "Subject", "draw"]
