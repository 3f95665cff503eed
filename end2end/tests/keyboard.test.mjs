// Without a mouse: signing in, finding one's way, dialogs that close and give focus back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { hydrated, launch, withPerson } from "../support/browser.mjs";
import { PASSWORD, email, signIn } from "../support/staff.mjs";
import { words } from "../support/words.mjs";

const t = words("en");
let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

test("signing in by keyboard alone", async () => {
  await withPerson(browser, {}, async ({ page }) => {
    await page.goto("/sign-in?next=/c/admissions");
    // The first field has the focus already.
    assert.equal(await page.evaluate(() => document.activeElement.id), "email");
    await page.keyboard.type(email("anna"));
    await page.keyboard.press("Tab");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/c\/admissions/);
    await hydrated(page);
  });
});

test("the first Tab offers to skip to the content, and every stop can be seen", async () => {
  await withPerson(browser, {}, async ({ page }) => {
    await signIn(page, "anna");
    await page.reload();
    await hydrated(page);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), t.common.skip_to_content);
    assert.ok(await page.evaluate(() => document.activeElement.getBoundingClientRect().width > 10), "the link is visible");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "content");
    const unseen = [];
    await page.evaluate(() => document.body.focus());
    for (let stop = 0; stop < 25; stop += 1) {
      await page.keyboard.press("Tab");
      const mark = await page.evaluate(() => {
        const element = document.activeElement;
        const style = getComputedStyle(element);
        const outlined = style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) > 0;
        const seen = outlined || style.boxShadow !== "none";
        return element === document.body || seen ? "" : element.outerHTML.slice(0, 120);
      });
      if (mark) unseen.push(mark);
    }
    assert.deepEqual(unseen, [], "focus without a mark");
  });
});

test("Ctrl K finds a page; Escape closes and gives the focus back", async () => {
  await withPerson(browser, {}, async ({ page }) => {
    await signIn(page, "anna");
    await page.keyboard.press("Control+k");
    const field = page.getByRole("combobox", { name: t.common.palette_hint });
    await field.waitFor();
    await page.keyboard.press("Escape");
    await field.waitFor({ state: "hidden" });
    const opener = page.locator("[aria-keyshortcuts='Control+K']");
    await opener.focus();
    await page.keyboard.press("Enter");
    await field.waitFor();
    await page.keyboard.press("Escape");
    assert.ok(await opener.evaluate((element) => element === document.activeElement), "the focus is back");
    await page.keyboard.press("Control+k");
    await page.keyboard.type(t.common.nav.reports);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/c\/admissions\/reports/);
    await page.getByRole("heading", { level: 1, name: t.reports.title }).waitFor();
  });
});
