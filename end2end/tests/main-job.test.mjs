// The main job, as two people do it in the console: import people from a CSV file, write a campaign from a shared template,
// have it approved by somebody else, see it sent; then recipients open, click and unsubscribe, and the report shows it.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { accessible, base, hydrated, launch, newPerson, shot } from "../support/browser.mjs";
import { linksOf, messagesTo, unsubscribeOf } from "../support/mail.mjs";
import { signIn } from "../support/staff.mjs";
import { words } from "../support/words.mjs";

const UNIT = "/c/admissions";
// Who works in which language (crates/domain/src/seed/university.rs).
const JOBS = [
  { name: "in English, approved by a colleague who reads Polish", author: "anna", language: "en", locale: "en-GB" },
  { name: "in Polish", author: "marta", language: "pl", locale: "pl-PL" },
];

let browser;
let folder;
before(async () => {
  browser = await launch();
  folder = mkdtempSync(join(tmpdir(), "campanile-job-"));
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

for (const job of JOBS) {
  test(`the main job ${job.name}`, async () => {
    const stamp = `${job.language}${Date.now()}`;
    const people = [
      { email: `zofia.${stamp}@example.org`, first: "Zofia", last: "Żółkiewska", language: "pl" },
      { email: `jörg.${stamp}@example.org`.replace("ö", "oe"), first: "Jörg", last: "Größer", language: "de" },
      { email: `mary.${stamp}@example.org`, first: "Mary", last: "O'Neill", language: "en" },
    ];
    const name = `Open day ${stamp}`;
    const author = await newPerson(browser, { locale: job.locale });
    const approver = await newPerson(browser, { locale: "pl-PL" });
    try {
      const t = words(job.language);
      await importPeople(author.page, t, job, stamp, people);
      const message = await writeMessage(author.page, t, job, name);
      await approve(approver.page, words("pl"), name);
      await watch(author.page, t, message);
      await read(people, name);
      await report(author.page, t, message);
      await author.check();
      await approver.check();
    } catch (error) {
      await shot(author.page, `failed-author-${job.language}`).catch(() => {});
      await shot(approver.page, `failed-approver-${job.language}`).catch(() => {});
      throw error;
    } finally {
      await author.close();
      await approver.close();
    }
  });
}

/** A CSV file with a mistake in its last row; the others come in, subscribed to a topic of the unit. */
async function importPeople(page, t, job, stamp, people) {
  const file = join(folder, `people-${stamp}.csv`);
  const rows = people.map((person) => `${person.email};${person.first};${person.last};${person.language};physics`);
  writeFileSync(file, `\uFEFFemail;first_name;last_name;language;faculty\r\n${rows.join("\r\n")}\r\nnot an address;No;Body;en;law\r\n`);
  await signIn(page, job.author, `${UNIT}/audience/imports`);
  await page.getByRole("link", { name: t.audience.import_people }).first().click();
  await page.getByRole("button", { name: t.audience.upload, exact: true }).waitFor();
  await page.locator("input[type=file]").setInputFiles(file);
  await page.getByRole("button", { name: t.audience.upload, exact: true }).click();
  await page.getByText(t.audience.preview_hint).waitFor();
  await page.getByRole("cell", { name: "Żółkiewska" }).waitFor();
  await accessible(page, "columns of an import");
  await shot(page, `job-${job.language}-1-columns`);
  await page.locator("#field-topic_id").selectOption({ index: 1 });
  await page.locator("#field-consent_wording").fill("I want to hear about open days.");
  await page.getByRole("button", { name: t.audience.start_import }).click();
  await page.getByText("not an address").first().waitFor({ timeout: 60_000 });
  await shot(page, `job-${job.language}-2-imported`);
}

/** The four steps of a message; returns its address. */
async function writeMessage(page, t, job, name) {
  await page.getByRole("navigation").getByRole("link", { name: t.common.nav.messages }).first().click();
  await page.getByRole("link", { name: t.campaigns.new }).first().click();
  await page.locator("#field-name").fill(name);
  await page.getByRole("radio", { name: /Announcement/ }).check();
  await page.getByRole("button", { name: t.campaigns.create }).click();
  await page.waitForURL(/\/messages\/[0-9a-f-]{36}\/edit/);
  const message = page.url().replace(/\/edit.*$/, "");

  await page.getByRole("group", { name: t.campaigns.include_topics }).getByRole("checkbox").first().check();
  await page.getByText(t.campaigns.saved).waitFor();
  await accessible(page, "audience of a message");
  await shot(page, `job-${job.language}-3-audience`);
  await page.getByRole("link", { name: t.campaigns.next, exact: true }).click();

  await page.locator("[id^='field-content-languages-'][id$='-subject']").first().fill(`${name}: {{ contact.first_name }}`);
  // The slots of the demo's template "Announcement" (crates/domain/src/seed/templates.rs).
  await page.locator("#field-slot-headline").fill("Come and see us");
  await page.locator("[contenteditable=true]").first().fill("Doors open at nine. See you there.");
  await page.locator("#field-slot-action-label").fill("Register");
  await page.locator("#field-slot-action-address").fill("https://www.brackwater.example/open-day");
  await page.getByText(t.campaigns.saved).waitFor();
  await accessible(page, "content of a message");
  await shot(page, `job-${job.language}-4-content`);
  await page.getByRole("link", { name: t.campaigns.next, exact: true }).click();

  const sender = page.getByRole("group", { name: t.campaigns.sender }).or(page.getByRole("radiogroup", { name: t.campaigns.sender }));
  await sender.getByRole("radio").first().check();
  await page.getByText(t.campaigns.saved).waitFor();
  await accessible(page, "sender and time of a message");
  await page.getByRole("link", { name: t.campaigns.next, exact: true }).click();

  await page.getByRole("button", { name: t.campaigns.submit }).waitFor();
  await accessible(page, "review of a message");
  await shot(page, `job-${job.language}-5-review`);
  await page.getByRole("button", { name: t.campaigns.submit }).click();
  await page.waitForURL((url) => url.href.startsWith(message) && !url.pathname.endsWith("/edit"));
  return message;
}

async function approve(page, t, name) {
  await signIn(page, "piotr", `${UNIT}/approvals`);
  await page.getByRole("link", { name }).first().click();
  await page.getByRole("button", { name: t.campaigns.approve, exact: true }).first().waitFor();
  await accessible(page, "a review");
  await shot(page, "job-6-approval");
  await page.getByRole("button", { name: t.campaigns.approve, exact: true }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: t.campaigns.approve, exact: true }).click();
  await page.getByText(t.campaigns.approved_done).first().waitFor();
}

async function watch(page, t, message) {
  await page.goto(message);
  await hydrated(page);
  // The badge beside the name: "Sent" also stands over a number while the sending goes on.
  await page.getByText(t.reports.state_finished, { exact: true }).first().waitFor({ timeout: 120_000 });
  await accessible(page, "a message that was sent");
  await shot(page, `job-7-sent`);
}

/** What recipients do: one opens, one clicks, one leaves. */
async function read(people, name) {
  const agent = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" };
  for (const person of people) {
    const mails = await messagesTo(base, person.email);
    assert.equal(mails.length, 1, `${person.email} got ${mails.length} messages`);
    assert.match(mails[0].subject, new RegExp(`${name}: ${person.first}`));
  }
  // Nobody reads within two seconds of the hand-off: those are scanners, and the report keeps them apart.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  const [open, click, leave] = await Promise.all(people.map(async (person) => (await messagesTo(base, person.email))[0]));
  const pixel = (await linksOf(open)).find((link) => link.includes("/t/o/"));
  assert.equal((await fetch(pixel, { headers: agent })).status, 200);
  const tracked = (await linksOf(click)).find((link) => link.includes("/t/c/"));
  const answer = await fetch(tracked, { headers: agent, redirect: "manual" });
  assert.ok([302, 303, 307].includes(answer.status), `a click was answered with ${answer.status}`);
  assert.match(answer.headers.get("location"), /^https:\/\/www\.brackwater\.example\/open-day/);
  // RFC 8058: one POST, no questions.
  const gone = await fetch(unsubscribeOf(leave), {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: "List-Unsubscribe=One-Click",
  });
  assert.equal(gone.status, 200);
}

async function report(page, t, message) {
  const id = message.split("/").at(-1);
  // What was clicked is in the report a moment later.
  const deadline = Date.now() + 10_000;
  let figures;
  do {
    await page.goto(`${UNIT}/reports/${id}`);
    await hydrated(page);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForLoadState("networkidle");
    figures = await funnel(page, t);
  } while (figures[t.reports.stage_clicked] !== 1 && Date.now() < deadline);
  await accessible(page, "a report");
  await shot(page, "job-8-report");
  // Who clicks has opened (reports count people, not requests).
  assert.equal(figures[t.reports.stage_clicked], 1, JSON.stringify(figures));
  assert.ok([1, 2].includes(figures[t.reports.stage_opened]), JSON.stringify(figures));
  assert.ok(figures[t.reports.stage_sent] >= 3, JSON.stringify(figures));
  const main = await page.locator("main").innerText();
  assert.match(main, new RegExp(`${t.reports.stat_unsubscribed}\\s+1\\b`), main);
}

/** The figures of the funnel: { Audience: 2606, Sent: 2505, … } */
async function funnel(page, t) {
  const names = ["audience", "sent", "delivered", "opened", "clicked"].map((stage) => t.reports[`stage_${stage}`]);
  const lines = (await page.locator("main").innerText()).split("\n").map((line) => line.trim());
  const start = lines.indexOf(t.reports.funnel_title);
  return Object.fromEntries(
    names.map((name) => [name, Number(lines.slice(lines.indexOf(name, start) + 1).find((line) => /^[\d\s.,\u00a0\u202f]+$/.test(line) && line)?.replace(/\D/g, ""))]),
  );
}
