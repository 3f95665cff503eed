// The first thing that anybody sees.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, hydrated, launch, open, shot, withPerson } from "../support/browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

test("the sign-in page works under the content policy", async () => {
  await withPerson(browser, {}, async ({ page }) => {
    const response = await open(page, "/sign-in");
    assert.equal(response.status(), 200);
    const policy = response.headers()["content-security-policy"];
    assert.match(policy, /script-src 'self' 'nonce-[\w-]+' 'wasm-unsafe-eval'/);
    assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval'.*unsafe-eval'/);
    assert.equal(await page.locator("[style]").count(), 0, "the policy refuses style attributes");
    await accessible(page, "/sign-in");
    await shot(page, "sign-in-light");
  });
});

for (const [locale, text] of [["pl-PL", "Logowanie"], ["de-DE", "Anmelden"], ["fr-FR", "Connexion"]]) {
  test(`the sign-in page speaks ${locale}`, async () => {
    await withPerson(browser, { locale }, async ({ page }) => {
      await open(page, "/sign-in");
      assert.equal(await page.locator("html").getAttribute("lang"), locale.slice(0, 2));
      assert.match(await page.title(), new RegExp(text));
    });
  });
}

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
