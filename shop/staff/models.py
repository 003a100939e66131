"""People who may sign in to the merchant's pages, their second factor, and their sessions, which end on the server."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.db import Base, UtcDateTime


class StaffMember(Base):
    """`password_hash` is argon2id. A member who is not active has no session.

    `factor_secret` is the authenticator app's secret, encrypted; None without a second factor. `factor_step` is the
    time step (of 30 seconds) of the last code that was taken: that one and all before it are worth nothing any more.
    """

    __tablename__ = "shop_staff_member"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    factor_secret: Mapped[str | None] = mapped_column(Text)
    factor_step: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def has_factor(self) -> bool:
        """Whether the password alone does not open the pages."""
        return self.factor_secret is not None


class StaffRecoveryCode(Base):
    """Stands in for the authenticator app once; the row goes when it is used. 80 random bits, so a plain digest hides
    it, and no rolled secret key makes it worthless."""

    __tablename__ = "shop_staff_recovery_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("shop_staff_member.id", ondelete="CASCADE"), index=True)


class StaffSession(Base):
    """Found by the fingerprint of the token in the cookie; ends by sign-out, idle time or age.

    One that `awaits_code` opens nothing but the page that asks for the second factor.
    """

    __tablename__ = "shop_staff_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("shop_staff_member.id", ondelete="CASCADE"), index=True)
    awaits_code: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)

    member: Mapped[StaffMember] = relationship(lazy="joined")
