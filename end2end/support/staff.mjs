// The demo's staff (crates/domain/src/seed/university.rs).

import { hydrated } from "./browser.mjs";

export const PASSWORD = "bell tower at noon";

/** The address of somebody in the demo: `email("anna")`. */
export const email = (user) => `${user}@brackwater.example`;

/** Signs in through the page, as a person does, and waits for the console to work. */
export async function signIn(page, user, path = "/c/admissions") {
  await page.goto(`/sign-in?next=${encodeURIComponent(path)}`);
  await page.locator("#email").fill(email(user));
  await page.locator("#password").fill(PASSWORD);
  await page.locator("form[action='/sign-in'] button[type=submit]").click();
  await page.waitForURL((url) => url.pathname.startsWith("/c/"));
  await hydrated(page);
}
