"""schema.org data of a product page: the very prices and availability that the page shows."""

from collections.abc import Sequence
from typing import Any

from shop.catalogue.product_page import ProductView, VariantView
from shop.money import to_decimal

_CONTEXT = "https://schema.org"


def product_data(product: ProductView, origin: str) -> dict[str, Any]:
    """A Product, or a ProductGroup when there are variants to choose from."""
    common = {
        "@context": _CONTEXT,
        "name": product.name,
        "description": product.description,
        "url": origin + product.url,
        "image": [origin + picture.url for picture in product.pictures],
    }
    if product.is_lone:
        lone = product.variants[0]
        return common | {"@type": "Product", "sku": lone.sku, "offers": _offer(product, lone, origin)}
    is_size = product.option_name == "Size"
    return common | {
        "@type": "ProductGroup",
        "productGroupID": product.sku,
        "variesBy": [f"{_CONTEXT}/{'size' if is_size else 'color'}"],
        "hasVariant": [
            {
                "@type": "Product",
                "sku": variant.sku,
                "name": f"{product.name}, {variant.label}",
                "size" if is_size else "color": variant.label,
                "image": origin + variant.picture_url,
                "offers": _offer(product, variant, origin),
            }
            for variant in product.variants
        ],
    }


def breadcrumb_data(trail: Sequence[tuple[str, str]], origin: str) -> dict[str, Any]:
    """The breadcrumbs as a BreadcrumbList."""
    return {
        "@context": _CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": origin + url}
            for place, (name, url) in enumerate(trail, 1)
        ],
    }


def _offer(product: ProductView, variant: VariantView, origin: str) -> dict[str, Any]:
    return {
        "@type": "Offer",
        "url": origin + product.url,
        "price": str(to_decimal(variant.price)),
        "priceCurrency": variant.price.currency,
        "availability": f"{_CONTEXT}/{'InStock' if variant.available else 'OutOfStock'}",
        "itemCondition": f"{_CONTEXT}/NewCondition",
    }
