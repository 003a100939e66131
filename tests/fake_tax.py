"""Tax as the provider in memory works it out, a tenth of everything, and what its tax reports were told."""

from abc import ABC, abstractmethod

from shop.gateway import GatewayRefused, TaxAnswer, TaxQuestion, TaxReversal, TaxSale

RATE = 100_000


class FakeTax(ABC):
    """The tax part of a provider in memory: `tax_reports` holds what it was told, by reference."""

    def __init__(self) -> None:
        self.tax_questions: list[TaxQuestion] = []
        self.tax_answers: list[TaxAnswer] = []
        self.tax_reports: dict[str, TaxSale | TaxReversal] = {}
        self.refuses_tax_reports = False

    def calculate_tax(self, question: TaxQuestion) -> TaxAnswer:
        self._call("calculate_tax")
        self.tax_questions.append(question)
        return self.tax_answers.pop(0) if self.tax_answers else answer_of(question)

    def report_sale(self, sale: TaxSale) -> str:
        self._call("report_sale")
        return self._keep(sale)

    def report_reversal(self, reversal: TaxReversal) -> str:
        self._call("report_reversal")
        if reversal.transaction_id not in {_id_of(reference) for reference in self.tax_reports}:
            raise GatewayRefused("resource_missing original_transaction")
        return self._keep(reversal)

    def _keep(self, told: TaxSale | TaxReversal) -> str:
        if self.refuses_tax_reports or self.tax_reports.get(told.reference, told) != told:
            raise GatewayRefused("refused reference")
        self.tax_reports[told.reference] = told
        self._maybe_lose()
        return _id_of(told.reference)

    @abstractmethod
    def _call(self, name: str) -> None:
        """Note the call, or fail it as a test wants."""

    @abstractmethod
    def _maybe_lose(self) -> None:
        """Lose the answer, as a test wants."""


def _id_of(reference: str) -> str:
    return f"tax_{reference}"


def answer_of(question: TaxQuestion) -> TaxAnswer:
    """The right answer to a question."""
    taxes = {reference: (_tenth(amount, question.is_inclusive), RATE) for reference, amount in question.lines}
    shipping = _tenth(question.shipping_minor, question.is_inclusive)
    on_top = 0 if question.is_inclusive else sum(tax for tax, _ in taxes.values()) + shipping
    whole = sum(amount for _, amount in question.lines) + question.shipping_minor + on_top
    return TaxAnswer("taxcalc_1", question.currency, taxes, shipping, whole)


def _tenth(amount: int, is_inclusive: bool) -> int:
    return amount // 11 if is_inclusive else amount // 10
