// Pictures come into the library through the console, with words for those who do not see them; what is no picture does not.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, base, launch, withPerson } from "../support/browser.mjs";
import { signIn } from "../support/staff.mjs";
import { words } from "../support/words.mjs";

const t = words("en").content;
// Ten by ten pixels of red.
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR42mO4oGCABzGMSmNDAGEycIEYdRjEAAAAAElFTkSuQmCC",
  "base64",
);
let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

test("an image is uploaded, and a file that is none is refused in words", async () => {
  await withPerson(browser, {}, async ({ page, expect }) => {
    expect(/\b422\b/);
    const alt = `A red square ${Date.now()}`;
    await signIn(page, "anna", "/c/admissions/content/images");
    const upload = async (file, words) => {
      await page.locator("#field-file").setInputFiles(file);
      await page.locator("#field-alt").first().fill(words);
      await page.getByRole("button", { name: t.upload }).click();
    };
    await upload({ name: "notes.png", mimeType: "image/png", buffer: Buffer.from("no picture at all") }, "Notes");
    await page.getByText(words("en").errors.image_type).waitFor();
    await upload({ name: "red.png", mimeType: "image/png", buffer: PNG }, "");
    await page.locator("#field-alt[aria-invalid=true]").first().waitFor();
    await upload({ name: "red.png", mimeType: "image/png", buffer: PNG }, alt);
    const picture = page.getByRole("img", { name: alt });
    await picture.waitFor();
    await accessible(page, "images, with one");
    // Its address is public: mail programs ask for it without signing in.
    const answer = await fetch(new URL(await picture.getAttribute("src"), base));
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get("content-type"), /^image\/png/);
  });
});
