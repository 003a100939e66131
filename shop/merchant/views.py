"""The merchant's pages together: importing this puts every view on the one blueprint."""

from shop.merchant import (
    account_views,
    attention_views,
    audit_views,
    home_views,
    import_views,
    order_views,
    privacy_views,
    product_edit_views,
    product_views,
    questionnaire_views,
    ranking_views,
    refund_views,
    sign_in_views,
    stock_views,
)
from shop.merchant.pages import blueprint

__all__ = ["blueprint"]

SUBJECTS = (
    account_views,
    attention_views,
    audit_views,
    home_views,
    import_views,
    order_views,
    privacy_views,
    product_edit_views,
    product_views,
    questionnaire_views,
    ranking_views,
    refund_views,
    sign_in_views,
    stock_views,
)
