"""sitemap.xml and robots.txt: what search engines may read, with addresses from the configuration."""

from flask import Blueprint, Response

from shop.catalogue.sitemap import published_pages
from shop.content.articles import list_articles
from shop.web import cacheable, config, db, external_url, page

blueprint = Blueprint("site", __name__)
ONE_HOUR = 3600


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """Front page, list, articles and every product on sale."""
    fixed = [external_url(name) for name in ("content.home", "storefront.product_list", "content.article_list")]
    articles = [
        external_url("content.article", slug=article.slug) for article in list_articles(folder=config().articles)
    ]
    product_prefix = external_url("storefront.product", slug="x")[:-1]
    answer = page(
        "storefront/sitemap.xml",
        fixed=[*fixed, *articles],
        products=[(product_prefix + slug, changed.date().isoformat()) for slug, changed in published_pages(db())],
    )
    answer.mimetype = "application/xml"
    return cacheable(answer, ONE_HOUR)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Everything may be read but what belongs to one visitor or to the merchant."""
    closed = "".join(
        f"Disallow: {config().url_prefix}{path}\n"
        for path in ("/cart", "/checkout", "/order", "/asked", "/find/open", "/find/log", "/merchant")
    )
    text = f"User-agent: *\n{closed}Sitemap: {external_url('site.sitemap')}\n"
    return cacheable(Response(text, mimetype="text/plain"), ONE_HOUR)
