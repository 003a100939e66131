"""What an illustration is drawn from: the selling attributes of one product."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """One product to draw. Sizes are in millimetres; None or 0 means unknown. Pressure runs from 1 to 5."""

    sku: str
    name: str
    type: str
    length_mm: float | None = None
    width_mm: float | None = None
    pressure_min: int | None = None
    pressure_max: int | None = None
    materials: tuple[str, ...] = ()
    set_includes: tuple[str, ...] = ()
    coverage: str = ""
    heat: bool = False
