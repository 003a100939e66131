"""Articles and places in the shop as JSON-LD, with the same words as the page."""

from collections.abc import Sequence
from typing import Any

from shop.content.articles import Article

CONTEXT = "https://schema.org"
Values = dict[str, Any]


def article_values(article: Article, *, url: str, shop_name: str, home_url: str) -> Values:
    """The article itself: its author is a role of the shop, so it is named as an organisation."""
    return {
        "@context": CONTEXT,
        "@type": "Article",
        "headline": article.title,
        "description": article.description,
        "author": {"@type": "Organization", "name": article.author},
        "publisher": {"@type": "Organization", "name": shop_name, "url": home_url},
        "datePublished": article.published.isoformat(),
        "dateModified": article.reviewed.isoformat(),
        "mainEntityOfPage": url,
        "citation": [reference.url or reference.text for reference in article.references],
    }


def faq_values(article: Article, *, url: str) -> Values:
    """The questions and answers below the article."""
    return {
        "@context": CONTEXT,
        "@type": "FAQPage",
        "mainEntity": [
            {
                "@type": "Question",
                "name": question.question,
                "url": f"{url}#{question.id}",
                "acceptedAnswer": {"@type": "Answer", "text": question.answer_text},
            }
            for question in article.faq
        ],
    }


def breadcrumb_values(trail: Sequence[tuple[str, str]]) -> Values:
    """Where the page lies: pairs of name and public address, from the front page on."""
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": url}
            for number, (name, url) in enumerate(trail, 1)
        ],
    }
