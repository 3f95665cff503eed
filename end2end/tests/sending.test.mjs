// What happens around a sending: a message is made from an older one, tried out, sent back, mended, approved, paused, resumed
// and cancelled; and nobody gets it twice or after it was cancelled.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { base, hydrated, launch, open, shot, withPerson } from "../support/browser.mjs";
import { messagesTo } from "../support/mail.mjs";
import { email, signIn } from "../support/staff.mjs";
import { fill, pattern, words } from "../support/words.mjs";

const en = words("en");
const pl = words("pl");
const UNIT = "/c/admissions";
// crates/domain/src/seed/messages.rs
const ORIGINAL = "Open day in November";
const COPY = fill(en.campaigns.copy_name, { name: ORIGINAL });
const stamp = Date.now();
let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

/** Makes a draft from the demo's open day, with a subject of its own in both its languages; returns its address. */
async function duplicate(page, subject) {
  await signIn(page, "anna", `${UNIT}/messages?q=${encodeURIComponent(ORIGINAL)}`);
  await page.getByRole("link", { name: ORIGINAL, exact: true }).first().click();
  await page.getByRole("button", { name: en.campaigns.duplicate }).click();
  await page.waitForURL(/\/messages\/[0-9a-f-]{36}\/edit/);
  const message = page.url().replace(/\/edit.*$/, "");
  await open(page, `${message}/edit?step=content`);
  await page.locator("#field-content-languages-en-subject").fill(subject);
  await page.getByRole("group", { name: en.campaigns.versions }).getByRole("button", { name: en.campaigns.language_pl }).click();
  await page.locator("#field-content-languages-pl-subject").fill(subject);
  await saved(page);
  return message;
}

async function saved(page) {
  await page.getByTestId("save-state").getByText(en.campaigns.saved).waitFor();
}

async function submit(page, message) {
  await open(page, `${message}/edit?step=review`);
  await page.getByRole("button", { name: en.campaigns.submit }).click();
  await page.waitForURL((url) => !url.pathname.endsWith("/edit"));
}

test("an unknown variable is named where it is written, and a message with one cannot be submitted", async () => {
  await withPerson(browser, {}, async ({ page }) => {
    const message = await duplicate(page, `Unknown ${stamp} {{ contact.frist_name }}`);
    const problem = page.getByText(pattern(en.content.problem_undefined_variable_suggestion)).first();
    await problem.waitFor();
    assert.match(await problem.innerText(), /contact\.frist_name.*first_name/);
    await shot(page, "content-unknown-variable");
    await open(page, `${message}/edit?step=review`);
    await page.getByText(/frist_name/).first().waitFor();
    assert.equal(await page.getByRole("button", { name: en.campaigns.submit }).isDisabled(), true);
  });
});

test("a test goes to a colleague, and to nobody else", async () => {
  await withPerson(browser, {}, async ({ page, expect }) => {
    expect(/\b422\b/);
    const name = `Tried ${stamp}`;
    const message = await duplicate(page, `${name} {{ contact.first_name }}`);
    await open(page, `${message}/edit?step=review`);
    const addresses = page.locator("#field-addresses");
    await addresses.fill("stranger@example.org");
    await page.getByRole("button", { name: en.campaigns.test_send }).click();
    await page.locator("#field-addresses[aria-invalid=true]").waitFor();
    await addresses.fill(email("anna"));
    await page.getByRole("button", { name: en.campaigns.test_send }).click();
    const deadline = Date.now() + 15_000;
    let mails;
    do {
      await new Promise((resolve) => setTimeout(resolve, 200));
      mails = (await messagesTo(base, email("anna"))).filter((mail) => mail.subject.includes(name));
    } while (mails.length === 0 && Date.now() < deadline);
    assert.equal(mails.length, 1);
    assert.doesNotMatch(mails[0].subject, /\{\{/);
    assert.equal((await messagesTo(base, "stranger@example.org")).length, 0);
  });
});

test("sent back, mended, approved, paused, resumed, cancelled", async () => {
  const name = `Held ${stamp}`;
  await withPerson(browser, {}, async ({ page: anna }) => {
    await withPerson(browser, { locale: "pl-PL" }, async (approver) => {
      const piotr = approver.page;
      const message = await duplicate(anna, name);
      // Slowly: what is not sent at once comes later, so that there is something to hold.
      await open(anna, `${message}/edit?step=sender`);
      await anna.locator("#field-throttle_per_hour").fill("20000");
      await saved(anna);
      await submit(anna, message);

      await signIn(piotr, "piotr", `${UNIT}/approvals`);
      await piotr.getByRole("link", { name: COPY }).first().click();
      approver.expect(/\b422\b/);
      await piotr.getByRole("button", { name: pl.campaigns.reject }).click();
      await piotr.locator("#field-comment[aria-invalid=true]").waitFor();
      await piotr.locator("#field-comment").fill("Please mention the bus.");
      await piotr.getByRole("button", { name: pl.campaigns.reject }).click();
      await piotr.getByText(pl.campaigns.rejected_done).first().waitFor();

      await open(anna, message);
      await anna.getByText("Please mention the bus.").first().waitFor();
      await submit(anna, message);
      await open(piotr, `${UNIT}/approvals`);
      await piotr.getByRole("link", { name: COPY }).first().click();
      await piotr.getByRole("button", { name: pl.campaigns.approve, exact: true }).first().click();
      await piotr.getByRole("dialog").getByRole("button", { name: pl.campaigns.approve, exact: true }).click();
      await piotr.getByText(pl.campaigns.approved_done).first().waitFor();

      await open(anna, message);
      await anna.getByRole("button", { name: en.campaigns.pause }).click();
      await anna.getByRole("button", { name: en.campaigns.resume }).waitFor();
      // What was on an open connection is finished; then it stands still.
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const held = await sent(anna, message);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      assert.equal(await sent(anna, message), held, "paused, and still sending");
      await shot(anna, "sending-paused");
      await anna.getByRole("button", { name: en.campaigns.resume }).click();
      await anna.getByRole("button", { name: en.campaigns.cancel_sending }).click();
      await anna.getByRole("dialog").getByRole("button", { name: en.campaigns.cancel_sending }).click();
      await anna.getByText(en.campaigns.progress_cancelled).first().waitFor();
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const got = await sent(anna, message);
      await shot(anna, "sending-cancelled");
      assert.ok(got >= held);
      const arrived = await everyMessage(name);
      assert.equal(arrived.length, got, "the page says what arrived");
      assert.equal(new Set(arrived.map((mail) => mail.recipients[0])).size, got, "nobody twice");
    });
  });
});

/** How many the page says were sent, freshly read. */
async function sent(page, message) {
  await open(page, message);
  return Number((await page.getByTestId("outcome-sent").innerText()).replace(/\D/g, ""));
}

/** Everything captured under a subject, page by page. */
async function everyMessage(subject) {
  const all = [];
  let next = `/dev/mail/api/messages?limit=200&search=${encodeURIComponent(subject)}`;
  while (next) {
    const answer = await fetch(new URL(next, base));
    all.push(...(await answer.json()));
    next = answer.headers.get("link")?.match(/<([^>]+)>; rel="next"/)?.[1];
  }
  return all;
}
