"""The demo's settings: addresses, folders and secrets of its own, kept in `var/demo` with mode 0600."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MERCHANT_EMAIL = "merchant@shop.example"


class CannotStart(Exception):
    """The demo cannot run here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the three processes share."""

    var: Path
    port: int
    provider_port: int
    secret_key: str
    webhook_secret: str
    merchant_password: str

    @property
    def base_url(self) -> str:
        """Where the shop listens."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """The SHOP_* settings of the web process and the worker."""
        return {
            "SHOP_MODE": "demo",
            "SHOP_BASE_URL": self.base_url,
            "SHOP_DATABASE_URL": f"sqlite:///{self.var / 'shop.db'}",
            "SHOP_JOBS_URL": f"sqlite:///{self.var / 'jobs.db'}",
            "SHOP_MEDIA_DIR": str(self.var / "media"),
            "SHOP_MODELS_DIR": str(self.var / "models"),
            "SHOP_SECRET_KEYS": self.secret_key,
            "SHOP_STRIPE_SECRET_KEY": "sk_test_demo",
            "SHOP_STRIPE_API_BASE": f"http://127.0.0.1:{self.provider_port}",
            "SHOP_STRIPE_PAGE_ORIGIN": f"http://127.0.0.1:{self.provider_port}",
            "SHOP_STRIPE_JS_URL": f"http://127.0.0.1:{self.provider_port}/endive/stripe.js",
            "SHOP_STRIPE_PUBLISHABLE_KEY": "pk_test_demo",
            "SHOP_STRIPE_WEBHOOK_SECRETS": self.webhook_secret,
            "SHOP_POSTAL_ADDRESS": "Tsubo demo shop, 1 Example Street, Sampletown",
            "SHOP_LOG_FORMAT": "text",
        }


def data_folder() -> Path:
    """Where the demo keeps its data."""
    return Path(os.environ.get("TSUBO_DEMO_VAR", ROOT / "var" / "demo")).absolute()


def make_settings(var: Path, port: int, provider_port: int) -> Settings:
    """The demo's settings, with random secrets at first start and the same ones afterwards.

    Raises CannotStart when the secrets of an earlier start cannot be read.
    """
    var.mkdir(parents=True, exist_ok=True)
    path = var / "secrets.json"
    if not path.exists():
        fresh = {
            "secret_key": secrets.token_urlsafe(48),
            "webhook_secret": f"whsec_{secrets.token_urlsafe(24)}",
            "merchant_password": secrets.token_urlsafe(12),
        }
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as target:
            json.dump(fresh, target)
    try:
        return Settings(var=var, port=port, provider_port=provider_port, **json.loads(path.read_text()))
    except (ValueError, TypeError) as error:
        raise CannotStart(f"{path} is not what this version wrote. Start over: make demo-reset") from error
