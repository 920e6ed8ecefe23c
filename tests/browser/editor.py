"""The invoice editor as somebody at a keyboard sees it."""

import re

from playwright.sync_api import Locator, Page, expect

SAVED = re.compile(r"saved \d\d:\d\d", re.IGNORECASE)


class Editor:
    """A draft that is open in a tab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        expect(page.locator("#invoice")).to_be_visible()

    @property
    def lines(self) -> Locator:
        return self.page.locator("[data-line]")

    def line(self, number: int) -> Locator:
        """Counted from 1, as on the screen."""
        return self.lines.nth(number - 1)

    def cell(self, number: int, column: str) -> Locator:
        return self.line(number).locator(f'.cell[name$="-{column}"]')

    def amount(self, number: int) -> Locator:
        return self.line(number).locator(".amt")

    def types(self, number: int, column: str, text: str) -> None:
        """Over what stands in the cell, and leaves it, which saves the line."""
        cell = self.cell(number, column)
        cell.click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)
        self.page.keyboard.press("Tab")

    def presses(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def adds(self, words: str) -> Locator:
        """A line of the totals by its words."""
        return (
            self.page.locator("#totals div")
            .filter(has=self.page.get_by_text(words, exact=True))
            .locator("dd")
        )

    def shows(self, **sums: str) -> None:
        """The totals, by their words with _ for a space and without the percent sign: CGST_9="6,300.00"."""
        for words, amount in sums.items():
            label = re.sub(r"^([CSI]GST|UTGST)_(\d+)$", r"\1 \2%", words).replace("_", " ")
            expect(self.adds(label), label).to_have_text(amount)

    def is_saved(self) -> None:
        expect(self.page.locator("#save-state")).to_contain_text(SAVED)
        expect(self.page.locator(".unsaved")).to_have_count(0)


def issue(page: Page, words: str = "Issue, don’t send") -> Locator:
    """Opens the checks before issue; gives the button that issues."""
    page.get_by_role("link", name=words).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", level=2)).to_contain_text("Ready to issue as")
    return dialog.get_by_role("button", name=re.compile("^Issue"))
