// A forgotten password: the link comes by mail, works once, and the same answer is given for people who do not exist.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, base, hydrated, launch, shot, withPerson } from "../support/browser.mjs";
import { linksOf, messagesTo } from "../support/mail.mjs";
import { email } from "../support/staff.mjs";
import { words } from "../support/words.mjs";

const t = words("en");
let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

test("a new password by mail, once", async () => {
  await withPerson(browser, {}, async ({ page, expect }) => {
    expect(/4(00|04|10)/);
    const ask = async (address) => {
      await page.goto("/forgot");
      await page.locator("#email").fill(address);
      await page.getByRole("button", { name: t.auth.forgot_send }).click();
      await page.getByText(t.auth.forgot_sent).waitFor();
    };
    await ask("nobody@brackwater.example");
    await ask(email("theo"));
    await accessible(page, "/forgot, sent");
    let mail;
    for (let tries = 0; !mail && tries < 50; tries += 1) {
      [mail] = await messagesTo(base, email("theo"));
      if (!mail) await new Promise((resolve) => setTimeout(resolve, 200));
    }
    assert.ok(mail, "no mail with the link came");
    assert.equal((await messagesTo(base, "nobody@brackwater.example")).length, 0);
    const link = (await linksOf(mail)).find((link) => link.includes("/reset/"));
    // Scanners follow links: looking does not use it up.
    await fetch(link);
    await page.goto(new URL(link).pathname);
    await page.locator("#password").fill("three unrelated quiet words");
    await accessible(page, "/reset");
    await shot(page, "reset");
    await page.getByRole("button", { name: t.auth.reset_save }).click();
    await page.waitForURL(/\/c\//);
    await hydrated(page);
    await page.goto(new URL(link).pathname);
    await page.getByText(t.errors.link_expired).first().waitFor();
  });
  await withPerson(browser, {}, async ({ page, expect }) => {
    expect(/4(01|22)/);
    await page.goto("/sign-in");
    await page.locator("#email").fill(email("theo"));
    await page.locator("#password").fill("bell tower at noon");
    await page.locator("form[action='/sign-in'] button[type=submit]").click();
    await page.getByText(t.errors.bad_credentials).first().waitFor();
  });
});
