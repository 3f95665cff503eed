// The first thing that anybody sees.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, hydrated, launch, shot, withPerson } from "../support/browser.mjs";
import { email, signIn } from "../support/staff.mjs";
import { words } from "../support/words.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

for (const [locale, colorScheme] of [["en-GB", "light"], ["pl-PL", "dark"], ["de-DE", "light"], ["fr-FR", "dark"]]) {
  const language = locale.slice(0, 2);
  test(`the sign-in page in ${language}, ${colorScheme}`, async () => {
    await withPerson(browser, { locale, colorScheme }, async ({ page }) => {
      const response = await page.goto("/sign-in");
      assert.equal(response.status(), 200);
      assert.doesNotMatch(response.headers()["content-security-policy"], /unsafe-inline|unsafe-eval/);
      assert.equal(await page.locator("html").getAttribute("lang"), language);
      await page.getByRole("button", { name: words(language).auth.sign_in, exact: true }).waitFor();
      assert.equal(await page.locator("[style]").count(), 0, "the policy refuses style attributes");
      await accessible(page, `/sign-in in ${language}`);
      await shot(page, `sign-in-${language}-${colorScheme}`);
    });
  });
}

test("a wrong password is answered in words, and the right one leads on to where one wanted to go", async () => {
  await withPerson(browser, {}, async ({ page, expect }) => {
    expect(/status 4(01|22).*sign-in|console error: Failed to load resource.*4(01|22)/);
    await page.goto("/c/admissions/audience");
    await page.waitForURL(/\/sign-in\?next=/);
    await page.locator("#email").fill(email("anna"));
    await page.locator("#password").fill("not this one, surely");
    await page.locator("form[action='/sign-in'] button[type=submit]").click();
    await page.getByText(words("en").errors.bad_credentials).first().waitFor();
    await accessible(page, "/sign-in with an error");
    await signIn(page, "anna", "/c/admissions/audience");
    assert.equal(new URL(page.url()).pathname, "/c/admissions/audience");
  });
});

test("the console hydrates under its content policy, and an area's code is loaded on the way there", async () => {
  await withPerson(browser, {}, async ({ page }) => {
    const t = words("en");
    await signIn(page, "anna");
    const response = await page.reload();
    await hydrated(page);
    assert.match(response.headers()["content-security-policy"], /script-src 'self' 'nonce-[\w-]+' 'wasm-unsafe-eval'/);
    const chunk = page.waitForRequest(/\/pkg\/[0-9a-f]+\/(split|chunk)_.*\.wasm/);
    await page.getByRole("navigation").getByRole("link", { name: t.common.nav.audience }).first().click();
    await chunk;
    await page.getByRole("heading", { level: 1, name: t.audience.title }).waitFor();
    // Chunks are versioned and kept for ever.
    const script = await page.request.get(await page.locator("link[rel=modulepreload]").first().getAttribute("href"));
    assert.match(script.headers()["cache-control"], /immutable/);
    assert.equal(script.headers()["content-encoding"], "br");
  });
});

test("an unknown address is a page that says so, with status 404", async () => {
  await withPerson(browser, { colorScheme: "dark" }, async ({ page, expect }) => {
    expect(/404/);
    const response = await page.goto("/nothing/here");
    assert.equal(response.status(), 404);
    await hydrated(page);
    await accessible(page, "404, dark");
    await shot(page, "not-found-dark");
  });
});
