"""Every table of the shop, imported in one place: for migrations, and so that foreign keys find each other."""

from shop.audit import models as audit_models
from shop.back_in_stock import models as back_in_stock_models
from shop.cart import models as cart_models
from shop.catalogue import models as catalogue_models
from shop.db import Base
from shop.documents import models as document_models
from shop.follow_up import models as follow_up_models
from shop.learning import models as learning_models
from shop.leases import models as lease_models
from shop.mail import models as mail_models
from shop.newsletter import models as newsletter_models
from shop.orders import models as order_models
from shop.payments import models as payment_models
from shop.promotions import models as promotion_models
from shop.staff import models as staff_models
from shop.stock import models as stock_models

metadata = Base.metadata
MODULES = (
    audit_models,
    back_in_stock_models,
    cart_models,
    catalogue_models,
    document_models,
    follow_up_models,
    learning_models,
    lease_models,
    mail_models,
    newsletter_models,
    order_models,
    payment_models,
    promotion_models,
    staff_models,
    stock_models,
)
