// The pages of recipients: no script, no cookie, four languages, any phone. A message is sent first, as its links lead there.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, base, hydrated, launch, newPerson, shot } from "../support/browser.mjs";
import { linksOf, messagesTo } from "../support/mail.mjs";
import { signIn } from "../support/staff.mjs";
import { words } from "../support/words.mjs";

const t = words("pl");
let browser;
let links;

before(async () => {
  browser = await launch();
  links = await sentLinks();
});
after(async () => {
  await browser?.close();
});

/** Approves the demo's message that waits, and finds the links in what one recipient got. */
async function sentLinks() {
  const piotr = await newPerson(browser, { locale: "pl-PL" });
  await signIn(piotr.page, "piotr", "/c/admissions/approvals");
  await piotr.page.getByRole("link", { name: "Open day in March" }).first().click();
  await hydrated(piotr.page);
  await piotr.page.getByRole("button", { name: t.campaigns.approve, exact: true }).first().click();
  await piotr.page.getByRole("dialog").getByRole("button", { name: t.campaigns.approve, exact: true }).click();
  await piotr.page.getByText(t.campaigns.approved_done).first().waitFor();
  await piotr.check();
  await piotr.close();
  // Other messages may be on their way to the same people; this one has a link to each page.
  const deadline = Date.now() + 60_000;
  for (;;) {
    const found = await messagesTo(base, "@students.brackwater.example");
    const links = (await Promise.all(found.map(linksOf))).find((of) => ["p", "u", "v"].every((kind) => to(of, kind)));
    if (links) return links;
    assert.ok(Date.now() < deadline, `no message with links: ${found.map((mail) => mail.subject).join("; ") || "none arrived"}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

const to = (addresses, kind) => addresses.find((address) => new URL(address).pathname.startsWith(`/${kind}/`));
const link = (kind) => to(links, kind);

for (const look of [
  { name: "light", colorScheme: "light", viewport: { width: 1280, height: 860 } },
  { name: "dark", colorScheme: "dark", viewport: { width: 1280, height: 860 } },
  { name: "phone", colorScheme: "light", viewport: { width: 320, height: 700 } },
]) {
  test(`preference centre and unsubscribe page, ${look.name}`, async () => {
    const person = await newPerson(browser, look);
    for (const [name, kind] of [["preferences", "p"], ["unsubscribe", "u"]]) {
      await person.page.goto(link(kind));
      const { width, weight, scripts } = await person.page.evaluate(() => ({
        width: document.documentElement.scrollWidth,
        weight: document.documentElement.outerHTML.length,
        scripts: document.scripts.length,
      }));
      assert.ok(width <= look.viewport.width, `${name} is ${width} px wide on ${look.viewport.width}`);
      assert.ok(weight < 30_000 && scripts === 0, `${name}: ${weight} bytes, ${scripts} scripts`);
      await accessible(person.page, `${name}, ${look.name}`);
      await shot(person.page, `public-${name}-${look.name}`);
    }
    assert.deepEqual(await person.context.cookies(), []);
    await person.check();
    await person.close();
  });
}

test("a choice is kept without JavaScript, and everything can be stopped", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: base });
  const page = await context.newPage();
  await page.goto(link("p"));
  const first = page.locator("select").first();
  await first.selectOption("monthly");
  await page.locator("button[value=save]").click();
  await page.getByRole("status").waitFor();
  await page.goto(link("p"));
  assert.equal(await page.locator("select").first().inputValue(), "monthly");
  for (const language of ["en", "pl", "de", "fr"]) {
    await page.locator(`a[hreflang=${language}], a[lang=${language}]`).first().click();
    assert.equal(await page.locator("html").getAttribute("lang"), language);
  }
  await page.goto(link("u"));
  await page.locator("button[value=all]").click();
  await page.getByRole("status").waitFor();
  await page.goto(link("p"));
  await page.locator("button[value=resume]").waitFor();
  await page.goto(link("v"));
  assert.ok((await page.locator("body").innerText()).length > 100, "the message in the browser");
  await page.goto(`${base}/p/${"A".repeat(60)}`);
  assert.equal(await page.locator("h1").count(), 1, "a forged address is answered in words");
  await context.close();
});
