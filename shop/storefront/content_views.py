"""The front page, articles and policy pages. Reading them sets no cookie."""

from flask import Blueprint, Response

from shop.content import structured
from shop.content.articles import Article, find_article, list_articles, related_articles
from shop.content.pages import find_page
from shop.errors import NotFound
from shop.storefront.article_products import products_for_block
from shop.web import cacheable, config, external_url, page

blueprint = Blueprint("content", __name__)

FRONT_PAGE_PRODUCTS = 4
FRONT_PAGE_ARTICLES = 3


@blueprint.get("/")
def home() -> Response:
    """What the shop is, the questionnaire, some products, some articles."""
    return cacheable(
        page(
            "content/home.html",
            cards=products_for_block((), (), FRONT_PAGE_PRODUCTS),
            articles=_in_reading_order(list_articles(folder=config().articles))[:FRONT_PAGE_ARTICLES],
            canonical=external_url("content.home"),
        )
    )


@blueprint.get("/articles")
def article_list() -> Response:
    """All articles."""
    return cacheable(
        page(
            "content/articles.html",
            articles=_in_reading_order(list_articles(folder=config().articles)),
            canonical=external_url("content.article_list"),
        )
    )


@blueprint.get("/articles/<slug>")
def article(slug: str) -> Response:
    """One article with its products, questions, sources and neighbours."""
    folder = config().articles
    found = find_article(slug, folder=folder)
    if found is None:
        raise NotFound
    blocks = {
        number: products_for_block(part.areas or found.areas, part.kinds, part.limit)
        for number, part in enumerate(found.parts)
        if part.kind == "products"
    }
    return cacheable(
        page(
            "content/article.html",
            article=found,
            blocks=blocks,
            related=related_articles(found, folder=folder),
            canonical=external_url("content.article", slug=slug),
            structured=_structured(found),
        )
    )


@blueprint.get("/pages/<slug>", endpoint="page")
def policy(slug: str) -> Response:
    """A policy page with the shop's own name and address."""
    found = find_page(slug, _own_words(), folder=config().articles)
    if found is None:
        raise NotFound
    return cacheable(page("content/page.html", policy=found, canonical=external_url("content.page", slug=slug)))


def _own_words() -> dict[str, str]:
    settings = config()
    return {
        "shop_name": settings.name,
        "contact_email": settings.contact_email,
        "postal_address": settings.postal_address,
        "answers_minutes": str(settings.answers_minutes),
        "learning_days": str(settings.learning_days),
        "cart_days": str(settings.cart_days),
    }


def _in_reading_order(articles: tuple[Article, ...]) -> list[Article]:
    """The longest first: the one that a newcomer should begin with."""
    return sorted(articles, key=lambda article: article.minutes, reverse=True)


def _structured(article: Article) -> list[structured.Values]:
    settings, home_url = config(), external_url("content.home")
    url = external_url("content.article", slug=article.slug)
    trail = [(settings.name, home_url), ("Guide", external_url("content.article_list")), (article.title, url)]
    values = [
        structured.article_values(article, url=url, shop_name=settings.name, home_url=home_url),
        structured.breadcrumb_values(trail),
    ]
    return [*values, structured.faq_values(article, url=url)] if article.faq else values
