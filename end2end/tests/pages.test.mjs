// Every page: light and dark, wide and narrow, without a complaint of axe or of the browser, and a picture of each.

import { after, before, test } from "node:test";
import { accessible, hydrated, launch, shot, withPerson } from "../support/browser.mjs";
import { signIn } from "../support/staff.mjs";

// Addresses below /c/<unit>; those of single things are found by following the first link of a list.
const PAGES = [
  ["home", "", "anna"],
  ["messages", "/messages", "anna"],
  ["messages-new", "/messages/new", "anna"],
  ["definitions", "/messages/definitions", "anna"],
  ["definitions-new", "/messages/definitions/new", "anna"],
  ["asked", "/messages/asked", "anna"],
  ["playground", "/messages/playground", "anna"],
  ["approvals", "/approvals", "piotr"],
  ["content", "/content", "marta"],
  ["content-senders", "/content/senders", "marta"],
  ["content-images", "/content/images", "anna"],
  ["audience", "/audience", "anna"],
  ["audience-person-new", "/audience/people/new", "marta"],
  ["audience-topics", "/audience/topics", "marta"],
  ["audience-imports", "/audience/imports", "anna"],
  ["audience-import-new", "/audience/imports/new", "anna"],
  ["audience-suppressions", "/audience/suppressions", "marta"],
  ["reports", "/reports", "anna"],
  ["settings", "/settings", "helen", "brackwater"],
  ["settings-account", "/settings/account", "anna"],
  ["settings-admissions", "/settings", "marta"],
  ["settings-units", "/settings/units", "helen", "brackwater"],
  ["settings-domains", "/settings/domains", "helen", "brackwater"],
  ["settings-relays", "/settings/relays", "helen", "brackwater"],
  ["settings-live", "/settings/live", "helen", "brackwater"],
  ["settings-api", "/settings/api", "helen", "brackwater"],
  ["settings-webhooks", "/settings/webhooks", "helen", "brackwater"],
  ["settings-audit", "/settings/audit", "helen", "brackwater"],
];
/** From a list to one of its things: page, pattern of the link. */
const DETAILS = [
  ["messages", /\/messages\/[0-9a-f-]{36}$/],
  ["definitions", /\/messages\/definitions\/[0-9a-f-]{36}$/],
  ["asked", /\/messages\/asked\/[0-9a-f-]{36}$/],
  ["approvals", /\/approvals\/[0-9a-f-]{36}$/],
  ["content", /\/content\/(templates\/)?[0-9a-f-]{36}$/],
  ["audience", /\/audience\/people\/[0-9a-f-]{36}$/],
  ["audience-topics", /\/audience\/topics\/[0-9a-f-]{36}$/],
  ["reports", /\/reports\/[0-9a-f-]{36}$/],
];

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

const looks = [
  { name: "light", colorScheme: "light", viewport: { width: 1280, height: 860 } },
  { name: "dark", colorScheme: "dark", viewport: { width: 1280, height: 860 } },
  { name: "phone", colorScheme: "light", viewport: { width: 390, height: 800 } },
];

for (const [name, path, user, unit = "admissions"] of PAGES) {
  test(`${name}: ${path || "/"}`, async (t) => {
    for (const look of looks) {
      await withPerson(browser, look, async ({ page }) => {
        await signIn(page, user, `/c/${unit}${path}`);
        await settled(page);
        await accessible(page, `${name}, ${look.name}`);
        await shot(page, `${name}-${look.name}`);
        const detail = DETAILS.find(([list]) => list === name);
        if (!detail) return;
        const hrefs = await page.locator("main a[href]").evaluateAll((links) => links.map((link) => new URL(link.href).pathname));
        const href = hrefs.find((href) => detail[1].test(href));
        if (!href) {
          t.diagnostic(`${name} has no link to one of its things`);
          return;
        }
        await page.goto(href);
        await hydrated(page);
        await settled(page);
        await accessible(page, `${href}, ${look.name}`);
        await shot(page, `${name}-detail-${look.name}`);
      });
    }
  });
}

/** Nothing is loading any more. */
async function settled(page) {
  await page.locator("h1").first().waitFor();
  await page.waitForLoadState("networkidle");
}
