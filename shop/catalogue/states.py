"""The states of a product."""

from enum import StrEnum


class ProductStatus(StrEnum):
    """Only published products are seen or sold; archived ones stay for the orders that name them."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"
