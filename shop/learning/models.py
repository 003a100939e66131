"""The log's tables, and the models made of it.

The log: no time finer than the day, no answer, no address, no name, no number of an order. Its keys are random or
digests, and SQLite keeps its rows in their order: nothing tells which of two came first.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, UtcDateTime, state_column
from shop.learning.states import Fate, ModelState

_UNORDERED = {"sqlite_with_rowid": False}


class Impression(Base):
    """One list that was shown. `visit` is the fingerprint of what the visitor's own cookie and link hold.

    `turn` is highest for the list that the visit saw last; the row is deleted on `erase_on`.
    """

    __tablename__ = "shop_impression"
    __table_args__ = _UNORDERED

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    visit: Mapped[str] = mapped_column(String(64), index=True)
    turn: Mapped[int]
    day: Mapped[date] = mapped_column(index=True)
    erase_on: Mapped[date] = mapped_column(index=True)
    consent: Mapped[str] = mapped_column(String(20))
    model_id: Mapped[str] = mapped_column(String(80))
    rules_id: Mapped[str] = mapped_column(String(40))
    seed: Mapped[int]
    exploration: Mapped[float] = mapped_column(default=0.0)


class Candidate(Base):
    """One product of a list: its place, how likely it came there, how well it fits, and what became of it.

    `features` are whole 64ths by name, those that are not 0. `helped` is the buyer's mark from 0 to 10.
    """

    __tablename__ = "shop_candidate"
    __table_args__ = _UNORDERED

    impression_id: Mapped[str] = mapped_column(
        String(32), ForeignKey("shop_impression.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sku: Mapped[str] = mapped_column(String(60))
    propensity: Mapped[float]
    features: Mapped[dict[str, int]] = mapped_column(JSON)
    opened: Mapped[bool] = mapped_column(default=False)
    added: Mapped[bool] = mapped_column(default=False)
    bought: Mapped[bool] = mapped_column(default=False)
    sent: Mapped[bool] = mapped_column(default=False)
    fate: Mapped[Fate] = mapped_column(state_column(Fate), default=Fate.OPEN)
    helped: Mapped[int | None]


class OutcomeTag(Base):
    """A keyed digest of an order line's id, by which a purchase, a parcel or a return finds its row.

    Only the shop's key leads from an order to it, nothing leads back, and it is deleted after some weeks.
    """

    __tablename__ = "shop_outcome_tag"
    __table_args__ = (
        ForeignKeyConstraint(
            ["impression_id", "position"],
            ["shop_candidate.impression_id", "shop_candidate.position"],
            ondelete="CASCADE",
            name="fk_shop_outcome_tag_candidate",
        ),
        _UNORDERED,
    )

    tag: Mapped[str] = mapped_column(String(64), primary_key=True)
    impression_id: Mapped[str] = mapped_column(String(32), index=True)
    position: Mapped[int]
    made_on: Mapped[date] = mapped_column(index=True)


class RankingModel(Base):
    """A trained model: `sha256` is its manifest's, and nothing with another one is ever loaded.

    `decision` is what the gate said of it last, `refusal` why its file could not be used. Times are the shop's own.
    """

    __tablename__ = "shop_ranking_model"
    __table_args__ = (
        Index(
            "uq_shop_ranking_model_live",
            "state",
            unique=True,
            sqlite_where=text("state = 'live'"),
            postgresql_where=text("state = 'live'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[ModelState] = mapped_column(state_column(ModelState), default=ModelState.CANDIDATE)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(80))
    promoted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    promoted_by: Mapped[str | None] = mapped_column(String(80))
    refusal: Mapped[str] = mapped_column(String(300), default="")
    decision: Mapped[dict[str, Any] | None] = mapped_column(JSON)
