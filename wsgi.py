"""The standalone shop for a WSGI server: `gunicorn wsgi:app`. Settings are SHOP_* environment variables."""

from shop import create_app

app = create_app()
