"""The dry run of an import, and the import itself: all rows or none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from shop.audit.models import AuditEvent
from shop.catalogue import rules as catalogue_rules
from shop.catalogue.models import Product
from shop.catalogue.rules import Standards, default_status, is_stimulator, shown
from shop.catalogue.service import InvalidProduct, save_product, values_of
from shop.catalogue.states import ProductStatus
from shop.catalogue.values import ProductValues
from shop.errors import BadInput
from shop.importing.kinds import lost_type, unknown_type
from shop.importing.names import parts_first, unknown_names
from shop.importing.reading import MAX_PROBLEMS, RowProblem, UnreadableFile, read_sheet
from shop.importing.rules import (
    Present,
    ReadRow,
    StockChange,
    as_row_problem,
    missing_columns,
    read_row,
    stock_changes,
    with_new_stock_only,
)
from shop.stock import service as stock
from shop.stock.models import StockLevel


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do. With problems nothing can be imported; notices are worth reading but stop nothing.

    `before` is what the shop has of the products that are in the file, by SKU.
    """

    creates: tuple[ReadRow, ...] = ()
    updates: tuple[ReadRow, ...] = ()
    unchanged: int = 0
    problems: tuple[RowProblem, ...] = ()
    notices: tuple[str, ...] = ()
    stock_changes: tuple[StockChange, ...] = ()
    before: Mapping[str, Present] = field(default_factory=dict)

    @property
    def is_runnable(self) -> bool:
        """Whether nothing stands against the import and there is something to do."""
        return not self.problems and bool(self.creates or self.updates)


def plan_import(
    session: Session,
    content: str | bytes,
    *,
    currency: str,
    standards: Standards,
    defaults: Mapping[str, str] | None = None,
    set_stock: bool = False,
) -> ImportPlan:
    """Read a CSV file and say what importing it would do; nothing is changed.

    `defaults` are cells for columns that the file does not have, used for new products. `standards` are the editor's.
    Variants that are there keep their stock unless `set_stock`: units sold since the file was made would come back.
    """
    try:
        sheet = read_sheet(content)
    except UnreadableFile as error:
        return ImportPlan(problems=(error.problem,))
    if sheet.problems:
        return ImportPlan(problems=sheet.problems, notices=sheet.notices)
    present = _present(session, [cells["sku"] for _, cells in sheet.rows])
    if any(cells["sku"] not in present for _, cells in sheet.rows):
        missing = tuple(missing_columns([*sheet.columns, *(defaults or {})], currency))
        if missing:
            return ImportPlan(problems=missing, notices=sheet.notices)
    problems, notices = list(_doubles(sheet.rows)), list(sheet.notices)
    creates, updates, changes, unchanged = [], [], list[StockChange](), 0
    for number, cells in sheet.rows:
        there = present.get(cells["sku"])
        row, found = read_row(number, cells if there else {**(defaults or {}), **cells}, there, currency=currency)
        if row is not None:
            found = _checked(row, there, currency, standards)
            notices += _notices(row, there)
        problems += found
        if row is None or found:
            continue
        if there is None:
            creates.append(row)
            continue
        changes += stock_changes(row, there, set_stock=set_stock)
        row = row if set_stock else with_new_stock_only(row, there)
        if row.values == there.values and all(there.stock.get(sku, 0) == units for sku, units in row.stock.items()):
            unchanged += 1
        else:
            updates.append(row)
    mend = tuple(problems[:MAX_PROBLEMS] or unknown_names(session, [*creates, *updates])[:MAX_PROBLEMS])
    return ImportPlan(tuple(creates), tuple(updates), unchanged, mend, tuple(notices), tuple(changes), present)


def run_import(
    session: Session, plan: ImportPlan, *, currency: str, standards: Standards, actor: str, now: datetime
) -> tuple[int, int]:
    """Do what the plan says; returns how many products were created and changed.

    The caller's transaction makes it all or nothing. Raises BadInput when the plan has problems or the shop changed
    so much meanwhile that a row no longer fits; a row for a new product never overwrites one that is there by now.
    """
    if plan.problems:
        raise BadInput(plan.problems[0].sentence)
    counted, new = dict[str, int](), {row.number for row in plan.creates}
    for row in parts_first((*plan.creates, *plan.updates)):
        is_new = row.number in new
        try:
            save_product(session, row.values, currency=currency, standards=standards, now=now, is_new=is_new)
        except InvalidProduct as error:
            raise BadInput(as_row_problem(row.number, error.problems[0]).sentence) from error
        except IntegrityError as error:
            sentence = f"Row {row.number}: somebody else saved {row.values.sku} or one of its SKUs this very moment."
            raise BadInput(f"{sentence} Please look at it, and import the file again.") from error
        counted.update(row.stock)
    _set_stock(session, counted, actor=actor, now=now)  # all at the end, by SKU: orders take their units in that order
    counts = {"created": len(plan.creates), "changed": len(plan.updates), "unchanged": plan.unchanged}
    session.add(AuditEvent(at=now, actor=actor, action="catalogue.import", subject="catalogue", changes=dict(counts)))
    return counts["created"], counts["changed"]


def stock_of(session: Session, skus: Iterable[str]) -> dict[str, int]:
    """Units on the shelf of those SKUs that have been counted."""
    wanted = list(skus)
    found: dict[str, int] = {}
    for start in range(0, len(wanted), 500):  # a statement takes a limited number of values
        part = wanted[start : start + 500]
        rows = session.execute(select(StockLevel.sku, StockLevel.available).where(StockLevel.sku.in_(part)))
        found.update((sku, units) for sku, units in rows)
    return found


def _present(session: Session, skus: Sequence[str]) -> dict[str, Present]:
    products: list[Product] = []
    wanted = list(dict.fromkeys(skus))
    for start in range(0, len(wanted), 500):
        part = select(Product).where(Product.sku.in_(wanted[start : start + 500]))
        products += session.scalars(part.options(selectinload(Product.variants)))
    values = [values_of(product) for product in products]
    units = stock_of(session, [variant.sku for product in values for variant in product.variants])
    return {
        product.sku: Present(product, {variant.sku: units.get(variant.sku, 0) for variant in product.variants})
        for product in values
    }


def _doubles(rows: Sequence[tuple[int, Mapping[str, str]]]) -> Iterable[RowProblem]:
    first: dict[str, int] = {}
    for number, cells in rows:
        sku = cells["sku"].lower()
        if sku in first:
            yield RowProblem(
                number,
                "sku",
                "each SKU once",
                f"{shown(cells['sku'])} of row {first[sku]} again",
                "Remove one of them.",
            )
        first.setdefault(sku, number)


def _checked(row: ReadRow, there: Present | None, currency: str, standards: Standards) -> list[RowProblem]:
    status = row.values.status or (there.values.status if there else default_status(row.values))
    found = catalogue_rules.problems(
        row.values, currency=currency, publish=status is ProductStatus.PUBLISHED, standards=standards
    )
    return [*lost_type(row, there), *(as_row_problem(row.number, problem) for problem in found)]


def _notices(row: ReadRow, there: Present | None) -> list[str]:
    return [*_held_back(row, there), *unknown_type(row, there)]


def _held_back(row: ReadRow, there: Present | None) -> list[str]:
    values: ProductValues = row.values
    is_held_back = there is None and values.status is None and default_status(values) is ProductStatus.DRAFT
    if is_held_back and is_stimulator(values.type, values.powered, values.heat):
        return [f"Row {row.number}: {values.sku} is an electrical stimulator without a registration number: a draft."]
    return []


def _set_stock(session: Session, wanted: Mapping[str, int], *, actor: str, now: datetime) -> None:
    present = stock_of(session, wanted)
    for sku, units in sorted(wanted.items()):
        change = units - present.get(sku, 0)
        if change or sku not in present:
            _book(session, sku, change, actor=actor, now=now)


def _book(session: Session, sku: str, change: int, *, actor: str, now: datetime) -> None:
    if change:
        stock.receive(session, sku, change, reason="import", actor=actor, now=now)
    else:
        session.add(StockLevel(sku=sku, available=0, held=0, sold=0))
