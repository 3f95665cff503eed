// Sender domains with their keys and records, and how fast recipients' domains take mail.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, launch, open, shot, withPerson } from "../support/browser.mjs";
import { signIn } from "../support/staff.mjs";
import { fill, words } from "../support/words.mjs";

const en = words("en");
const ROOT = "/c/brackwater";
const DOMAIN = "brackwater.example";

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

const dialog = (page) => page.getByRole("dialog");
const press = (where, name) => where.getByRole("button", { name, exact: true }).first().click();

test("a sender domain gets a key, whose record is shown, looked for and not found", async () => {
  await withPerson(browser, {}, async ({ page, expect }) => {
    expect(/\b422\b/);
    await signIn(page, "helen", `${ROOT}/settings/domains`);
    await press(page, en.sending.domain_add);
    // What is no domain is refused, at its field.
    await dialog(page).locator("#field-domain").fill("not a domain");
    await press(dialog(page), en.common.save);
    await dialog(page).locator("#field-domain[aria-invalid=true]").waitFor();
    await dialog(page).locator("#field-domain").fill(DOMAIN);
    await press(dialog(page), en.common.save);
    await page.waitForURL(/\/settings\/domains\/[0-9a-f-]{36}$/);

    const keys = page.locator("section", { has: page.getByRole("heading", { name: en.sending.keys, exact: true }) });
    await keys.getByText(en.sending.keys_empty).waitFor();
    for (const kind of [en.sending.kind_rsa2048, en.sending.kind_ed25519]) {
      await press(page, en.sending.key_make);
      await dialog(page).getByRole("radio", { name: kind }).check();
      await press(dialog(page), en.sending.key_make);
      await keys.getByText(kind, { exact: true }).waitFor();
    }
    assert.equal(await keys.getByText(en.sending.key_waiting, { exact: true }).count(), 2);

    const records = page.locator("section", { has: page.getByRole("heading", { name: en.sending.records, exact: true }) });
    assert.match(await records.innerText(), /v=DKIM1;\s*k=rsa;\s*p=[A-Za-z0-9+/]/);
    assert.match(await records.innerText(), /k=ed25519/);
    await press(page, en.sending.check_now);
    // Nobody published it: missing, or no resolver answers here.
    await records.getByText(new RegExp(`^(${en.sending.record_missing}|${en.sending.record_failed})$`)).first().waitFor({ timeout: 60_000 });
    assert.equal(await keys.getByText(en.sending.key_waiting, { exact: true }).count(), 2, "nothing signs before its record is seen");
    await accessible(page, "a sender domain");
    await shot(page, "sender-domain");

    await press(page, en.sending.domain_remove);
    await press(dialog(page), en.sending.domain_remove);
    await page.getByText(en.sending.domains_empty, { exact: true }).waitFor();
  });
});

test("the limit of a recipients' domain is set, shown and taken away", async () => {
  await withPerson(browser, {}, async ({ page, expect }) => {
    expect(/\b422\b/);
    await signIn(page, "helen", `${ROOT}/settings/relays`);
    await press(page, en.sending.limit_add);
    await dialog(page).locator("#limit-domain").fill("mail.example");
    await press(dialog(page), en.common.save);
    await dialog(page).locator("[aria-invalid=true]").first().waitFor();
    // The summary names the field and leads to it.
    const link = dialog(page).locator("li a").first();
    assert.match(await link.innerText(), new RegExp(`^${en.sending.max_per_second}: .`));
    await link.click();
    assert.equal(await page.evaluate(() => document.activeElement.id), "limit-rate");
    await dialog(page).locator("#limit-rate").fill("50");
    await dialog(page).locator("#field-max_connections").fill("4");
    await press(dialog(page), en.common.save);
    const row = page.getByRole("row").filter({ hasText: "mail.example" });
    await row.waitFor();
    assert.match(await row.innerText(), /50\s+4/);
    await accessible(page, "limits of recipients' domains");
    await shot(page, "limits");
    await row.getByRole("button", { name: fill(en.sending.limit_remove, { domain: "mail.example" }) }).click();
    await page.getByText(en.sending.limits_empty).waitFor();
  });
});
