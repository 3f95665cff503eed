// A browser whose pages fail the test on any console error, page error or failed request.

import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const artefacts = join(here, "../artefacts");
const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

export const base = process.env.CAMPANILE_URL;

const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
  (path) => path && existsSync(path),
);

/** Chromium as Debian ships it. As root it cannot sandbox itself; nothing but our own pages is opened. */
export async function launch() {
  assert.ok(executablePath, "no Chromium: run scripts/bootstrap.sh, or set CHROMIUM");
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-background-networking", "--disable-gpu", "--disable-dev-shm-usage"],
  });
}

/**
 * A person's browser: cookies of its own, a language, a colour scheme. `page` is watched; call `person.check()` at the end
 * (or use `withPerson`), which fails when something went wrong behind the scenes.
 */
export async function newPerson(browser, { locale = "en-GB", colorScheme = "light", viewport = { width: 1280, height: 860 } } = {}) {
  const context = await browser.newContext({ baseURL: base, locale, colorScheme, viewport, reducedMotion: "reduce" });
  context.setDefaultTimeout(15_000);
  const problems = [];
  const expected = [];
  const page = await context.newPage();
  watch(page, problems, expected);
  context.on("page", (other) => {
    if (other !== page) watch(other, problems, expected);
  });
  return {
    context,
    page,
    /** Failures that the test is about: any problem that matches is forgiven. */
    expect(pattern) {
      expected.push(pattern);
    },
    async check() {
      const unforgiven = problems.filter((problem) => !expected.some((pattern) => pattern.test(problem)));
      assert.deepEqual(unforgiven, [], "the browser complained");
    },
    async close() {
      await context.close();
    },
  };
}

function watch(page, problems) {
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      problems.push(`console ${message.type()}: ${message.text()} (${message.location().url})`);
    }
  });
  page.on("pageerror", (error) => problems.push(`page error on ${page.url()}: ${error.stack ?? error}`));
  page.on("requestfailed", (request) => {
    // A page that is left cancels what it was still loading; that is not a failure.
    const reason = request.failure()?.errorText ?? "";
    if (reason !== "net::ERR_ABORTED") problems.push(`request failed: ${request.method()} ${request.url()} ${reason}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`status ${response.status()}: ${response.request().method()} ${response.url()}`);
  });
}

/** Runs `work` as one person and checks afterwards; on failure a picture of the page is kept. */
export async function withPerson(browser, options, work) {
  const person = await newPerson(browser, options);
  try {
    await work(person);
    await person.check();
  } catch (error) {
    await shot(person.page, `failed-${Date.now()}`).catch(() => {});
    throw error;
  } finally {
    await person.close();
  }
}

/** Waits until the browser has taken the page over: until then clicks may do nothing. */
export async function hydrated(page) {
  // Long, for machines that build something at the same time.
  await page.waitForFunction(() => document.documentElement.dataset.ready === "true", undefined, { timeout: 45_000 });
}

/** Opens an address and waits until it works. */
export async function open(page, path) {
  const response = await page.goto(path);
  await hydrated(page);
  return response;
}

/** Keeps a picture under end2end/artefacts. */
export async function shot(page, name) {
  mkdirSync(artefacts, { recursive: true });
  await page.screenshot({ path: join(artefacts, `${name}.png`), fullPage: true });
}

/** axe finds nothing: WCAG 2.2 A and AA and its best practices. */
export async function accessible(page, where) {
  await page.evaluate(await readFile(axePath, "utf8"));
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const found = result.violations.map(
    (violation) => `${violation.id}: ${violation.help}\n    ${violation.nodes.map((node) => node.html.slice(0, 200)).join("\n    ")}`,
  );
  assert.deepEqual(found, [], `axe on ${where}`);
}
