"""Somebody in front of a browser: what they do on every page, and what must be right on every page."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from tests import cast, factories

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
# What Chromium itself writes when a form is refused; htmx says it a second time.
REFUSED = re.compile(r"status of (422|409|429)\b")
RUN_AXE = """async tags => {
  const { violations } = await axe.run(document, { runOnly: { type: "tag", values: tags } });
  const places = one => one.nodes.map(node => node.html.slice(0, 160)).join(" | ");
  return violations.map(one => `${one.id}: ${one.help}: ${places(one)}`);
}"""
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Product:
    """Where the running product is, its database for the app role, and the folder of caught mails."""

    url: str
    database_url: str
    mailbox: Path


@cache
def axe() -> str:
    return AXE.read_text()


class Person:
    """One browser with its cookies. `page` is the tab in front."""

    def __init__(self, context: BrowserContext, product: Product, width: int) -> None:
        self.context, self.product, self.width = context, product, width
        self.complaints: list[str] = []
        self.forgiven: list[re.Pattern[str]] = [REFUSED]
        self.company: cast.Company | None = None
        self.home = product.url
        self.page = self.new_tab()

    @property
    def is_on_a_phone(self) -> bool:
        return self.width < 768

    def new_tab(self) -> Page:
        page = self.context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        """Violations of the content security policy arrive here too, as errors."""
        if message.type in ("error", "warning") and not any(
            one.search(message.text) for one in self.forgiven
        ):
            self.complaints.append(f"{message.page and message.page.url}: {message.text}")

    def forgive(self, pattern: str) -> None:
        """From now on this console message is expected, because the test causes it."""
        self.forgiven.append(re.compile(pattern))

    def has_no_complaints(self) -> None:
        assert not self.complaints, "\n".join(self.complaints)

    def opens(self, path: str) -> Page:
        """A page by its path; inside the company once somebody has signed in to one."""
        inside = path if self.company is None or path.startswith("/dev/") else f"/c/{self.company.slug}{path}"
        self.page.goto(self.product.url + inside)
        return self.page

    def sign_in(self, company: cast.Company, role: str = "admin") -> None:
        self.page.goto(self.product.url + "/login")
        self.page.get_by_label("E-mail").fill(company.people[role].email)
        self.page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url(re.compile(rf"/c/{company.slug}/"))
        self.company = company

    def looks_at(self, name: str, page: Page | None = None) -> None:
        """The page in front is as every page must be; kept as a picture where RMS_SHOTS says."""
        page = page or self.page
        page.evaluate("document.fonts.ready")
        self._keep_picture(name, page)
        problems = page.evaluate(f"({RUN_AXE})({WCAG_22_AA})") if self._has_axe(page) else []
        assert not problems, f"{name} at {self.width}: " + "\n".join(problems)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{name} at {self.width} can be scrolled sideways by {wider} px"
        assert page.locator("h1").count() == 1, f"{name} needs one h1"
        assert page.title().endswith("RMS Billing")
        self.has_no_complaints()

    def _has_axe(self, page: Page) -> bool:
        """Through the debugger, which the content security policy does not bind."""
        if not page.evaluate("typeof window.axe === 'object'"):
            page.evaluate(axe())
        return True

    def _keep_picture(self, name: str, page: Page) -> None:
        if folder := os.environ.get("RMS_SHOTS"):
            # To hide the caret, Playwright writes inline styles, and htmx then copies what is left of them.
            page.screenshot(path=Path(folder) / f"{name}-{self.width}.png", full_page=True, caret="initial")

    def mail(self, subject: str, to: str) -> Page:
        """The newest mail of that subject in a tab of its own, as soon as it has come through the post."""
        tab = self.new_tab()

        def arrived() -> Locator | None:
            tab.goto(self.product.url + "/dev/mail")
            letters = tab.locator("article").filter(has_text=to).filter(has_text=subject)
            return letters.first if letters.count() else None

        wait_for(tab, arrived).get_by_role("heading").get_by_role("link").click()
        expect(tab.get_by_role("heading", level=1)).to_contain_text(subject)
        return tab


def wait_for(page: Page, happens: Callable[[], Answer | None], seconds: float = 20) -> Answer:
    """Ask again until there is an answer; for what no page announces by itself."""
    for _ in range(int(seconds * 5)):
        if answer := happens():
            return answer
        page.wait_for_timeout(200)
    raise AssertionError(f"it did not happen within {seconds} s")
