// What is being sent at this moment, as the system admin sees it, and another speed for what is under way.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, hydrated, launch, open, shot, withPerson } from "../support/browser.mjs";
import { signIn } from "../support/staff.mjs";
import { fill, words } from "../support/words.mjs";

const en = words("en");
const pl = words("pl");
const ROOT = "/c/brackwater";
const UNIT = "/c/admissions";
// crates/domain/src/seed/messages.rs
const ORIGINAL = "Open day in November";
const COPY = fill(en.campaigns.copy_name, { name: ORIGINAL });
const LANES = ["transactional", "operational", "marketing"];

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

/** The console is in the person's own language, whatever the browser's is. */
async function speak(page, language) {
  const status = await page.evaluate(async (language) => {
    const answer = await fetch("/rpc/frame/language", { method: "POST", body: new URLSearchParams({ language }) });
    return answer.status;
  }, language);
  assert.equal(status, 200);
}

for (const [look, options] of [
  ["dark", { colorScheme: "dark" }],
  ["phone", { viewport: { width: 390, height: 800 } }],
]) {
  test(`sending now in four languages, ${look}`, async () => {
    await withPerson(browser, options, async ({ page }) => {
      await signIn(page, "helen", `${ROOT}/settings/live`);
      // English last: that is how the other tests know her.
      for (const language of ["pl", "de", "fr", "en"]) {
        const text = words(language);
        await speak(page, language);
        await open(page, `${ROOT}/settings/live`);
        // Asked once more, so that what is looked at is what the browser made of an answer.
        await page.waitForResponse((response) => response.url().includes("/rpc/settings/live") && response.ok());
        for (const lane of LANES) await page.getByTestId(`lane-${lane}`).waitFor();
        const relays = page.getByRole("region", { name: text.sending.relays, exact: true });
        await relays.getByText(text.sending.live_fine, { exact: true }).first().waitFor();
        const workers = page.getByRole("region", { name: text.sending.live_workers, exact: true });
        await workers.getByRole("rowheader").first().waitFor();
        const width = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(width <= 0, `the page is ${width} pixels too wide`);
        await accessible(page, `sending now, ${language}, ${look}`);
        await shot(page, `live-${language}-${look}`);
      }
    });
  });
}

test("the way there is a tab for the system admin, and for nobody else", async () => {
  await withPerson(browser, {}, async ({ page }) => {
    await signIn(page, "helen", `${ROOT}/settings/relays`);
    await page.getByRole("link", { name: en.sending.live, exact: true }).click();
    await page.waitForURL(/\/settings\/live$/);
    await page.getByTestId("lane-marketing").waitFor();
  });
  await withPerson(browser, {}, async ({ page }) => {
    await signIn(page, "marta", `${UNIT}/settings`);
    assert.equal(await page.getByRole("link", { name: en.sending.live, exact: true }).count(), 0);
  });
});

test("the speed of what is under way is changed, and it is seen among what is being sent", async () => {
  await withPerson(browser, {}, async ({ page: anna }) => {
    // So slowly that it does not end before the test does.
    await signIn(anna, "anna", `${UNIT}/messages?q=${encodeURIComponent(ORIGINAL)}`);
    await anna.getByRole("link", { name: ORIGINAL, exact: true }).first().click();
    await anna.getByRole("button", { name: en.campaigns.duplicate }).click();
    await anna.waitForURL(/\/messages\/[0-9a-f-]{36}\/edit/);
    const message = anna.url().replace(/\/edit.*$/, "");
    await open(anna, `${message}/edit?step=sender`);
    await anna.locator("#field-throttle_per_hour").fill("600");
    await anna.getByTestId("save-state").getByText(en.campaigns.saved).waitFor();
    await open(anna, `${message}/edit?step=review`);
    await anna.getByRole("button", { name: en.campaigns.submit }).click();
    await anna.waitForURL((url) => !url.pathname.endsWith("/edit"));

    await withPerson(browser, { locale: "pl-PL" }, async ({ page: piotr }) => {
      await signIn(piotr, "piotr", `${UNIT}/approvals`);
      await piotr.getByRole("link", { name: COPY }).first().click();
      await piotr.getByRole("button", { name: pl.campaigns.approve, exact: true }).first().click();
      await piotr.getByRole("dialog").getByRole("button", { name: pl.campaigns.approve, exact: true }).click();
      await piotr.getByText(pl.campaigns.approved_done).first().waitFor();
    });

    await open(anna, message);
    const speed = anna.getByTestId("speed");
    await speed.getByText(fill(en.campaigns.speed_limit, { limit: "600" })).waitFor();
    const change = anna.getByRole("button", { name: en.campaigns.speed_change, exact: true }).first();
    await change.click();
    const dialog = anna.getByRole("dialog");
    await dialog.getByLabel(fill(en.campaigns.speed_limit, { limit: "1,000" }), { exact: true }).check();
    await accessible(anna, "the dialog of the speed");
    await shot(anna, "speed-dialog");
    await dialog.getByRole("button", { name: en.campaigns.speed_change, exact: true }).click();
    await speed.getByText(fill(en.campaigns.speed_limit, { limit: "1,000" })).waitFor();
    // The answers that come every second leave the button where it is, and the focus on it.
    await change.focus();
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    assert.equal(await anna.evaluate(() => document.activeElement?.textContent?.trim()), en.campaigns.speed_change);
    await accessible(anna, "a running message");

    await withPerson(browser, {}, async ({ page: helen }) => {
      await signIn(helen, "helen", `${ROOT}/settings/live`);
      const running = helen.getByRole("region", { name: en.sending.live_running, exact: true });
      const row = running.getByRole("row").filter({ hasText: fill(en.campaigns.speed_limit, { limit: "1,000" }) });
      const href = await row.getByRole("link").first().getAttribute("href");
      assert.ok(message.endsWith(href), `${href} leads to ${message}`);
      await accessible(helen, "sending now, with something under way");
      await shot(helen, "live-running");
      await row.getByRole("link").first().click();
      await helen.waitForURL(message);
      await hydrated(helen);
    });

    await open(anna, message);
    await anna.getByRole("button", { name: en.campaigns.cancel_sending }).click();
    await anna.getByRole("dialog").getByRole("button", { name: en.campaigns.cancel_sending }).click();
    await anna.getByText(en.campaigns.progress_cancelled).first().waitFor();
  });
});
