// A system is let in through the console, works with its token, gets a new secret, and is shut out.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, base, launch, shot, withPerson } from "../support/browser.mjs";
import { signIn } from "../support/staff.mjs";
import { fill, words } from "../support/words.mjs";

const t = words("en").settings;
let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

/** What a system does with its credentials: `{ status, token }`. */
async function token(id, secret) {
  const answer = await fetch(`${base}/api/v1/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "client_credentials", client_id: id, client_secret: secret }),
  });
  return { status: answer.status, token: answer.ok ? (await answer.json()).access_token : undefined };
}

async function topics(bearer) {
  const answer = await fetch(`${base}/api/v1/topics`, { headers: { authorization: `Bearer ${bearer}` } });
  return answer.status;
}

/** Reads ID and secret off the dialog that shows them once, and closes it. */
async function noted(page) {
  const dialog = page.getByRole("dialog", { name: t.client_made_title });
  const id = await dialog.locator("#client-made-id").inputValue();
  const secret = await dialog.locator("#client-made-secret").inputValue();
  await dialog.getByRole("button", { name: t.client_stored }).click();
  await dialog.waitFor({ state: "hidden" });
  return { id, secret };
}

test("an API client: made, changed, new secrets beside the old and instead of them, revoked", async () => {
  await withPerson(browser, {}, async (person) => {
    const { page } = person;
    person.expect(/\b422\b/);
    const name = `Student records ${Date.now()}`;
    await signIn(page, "helen", "/c/brackwater/settings/api");
    await page.getByRole("button", { name: t.clients_add }).first().click();
    const adding = page.getByRole("dialog", { name: t.client_new_title });
    await adding.locator("#field-name").fill(name);
    await adding.getByRole("checkbox", { name: t.scope_topics_read }).check();
    await adding.getByLabel(t.client_networks).fill("campus");
    await adding.getByRole("button", { name: t.clients_add }).click();
    // What is wrong is named, and nothing else is lost.
    await adding.locator("#field-allowed_networks-error").getByText("“campus”").waitFor();
    await adding.getByLabel(t.client_networks).fill("127.0.0.0/8\n::1");
    await accessible(page, "adding an API client");
    await shot(page, "client-new");
    await adding.getByRole("button", { name: t.clients_add }).click();
    const first = await noted(page);

    const { token: bearer } = await token(first.id, first.secret);
    assert.equal(await topics(bearer), 200);
    assert.equal((await token(first.id, `${first.secret}x`)).status, 401);

    const row = page.getByRole("row", { name: new RegExp(name) });
    await row.getByText("127.0.0.0/8").waitFor();

    // Changed after it was made, from the next call on.
    const change = async (networks, burst) => {
      await row.getByRole("button", { name: t.client_edit }).click();
      const editing = page.getByRole("dialog", { name: fill(t.client_edit_title, { name }) });
      assert.equal(await editing.locator("#field-name").inputValue(), name);
      assert.ok(await editing.getByRole("checkbox", { name: t.scope_topics_read }).isChecked());
      await editing.getByLabel(t.client_networks).fill(networks);
      await editing.getByLabel(t.client_burst).fill(burst);
      await accessible(page, "changing an API client");
      await editing.getByRole("button", { name: words("en").common.save }).click();
      await editing.waitFor({ state: "hidden" });
    };
    await change("192.0.2.7", "50");
    assert.equal(await topics(bearer), 403, "not from here");
    await change("", "50");
    const answer = await fetch(`${base}/api/v1/topics`, { headers: { authorization: `Bearer ${bearer}` } });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("ratelimit-limit"), "50");
    await row.getByText(t.client_anywhere).waitFor();

    await row.getByRole("button", { name: t.client_rotate }).click();
    const rotating = page.getByRole("dialog", { name: fill(t.client_rotate_title, { name }) });
    assert.ok(await rotating.getByRole("radio", { name: t.overlap_day }).isChecked());
    await accessible(page, "a new secret");
    await shot(page, "client-rotate");
    await rotating.getByRole("radio", { name: t.overlap_week }).check();
    await rotating.getByRole("button", { name: t.client_rotate }).click();
    const second = await noted(page);
    assert.equal(second.id, first.id);
    assert.notEqual(second.secret, first.secret);
    // Nothing stops while the other system is being changed.
    for (const { id, secret } of [first, second]) assert.equal((await token(id, secret)).status, 200);
    await row.getByText(t.client_secret_until).waitFor();
    await shot(page, "client-rotated");

    // A secret that others may have seen ends at once, with the tokens given for it.
    await row.getByRole("button", { name: t.client_rotate }).click();
    await rotating.getByRole("radio", { name: t.overlap_none, exact: true }).check();
    await rotating.getByRole("button", { name: t.client_rotate }).click();
    const third = await noted(page);
    for (const { id, secret } of [first, second]) assert.equal((await token(id, secret)).status, 401);
    assert.equal(await topics(bearer), 401);
    const { token: live } = await token(third.id, third.secret);
    assert.equal(await topics(live), 200);

    await row.getByRole("button", { name: t.client_revoke }).click();
    await page
      .getByRole("dialog", { name: fill(t.client_revoke_title, { name }) })
      .getByRole("button", { name: t.client_revoke })
      .click();
    await row.getByText(t.client_revoked).waitFor();
    await shot(page, "client-revoked");
    assert.equal(await topics(live), 401, "the token it holds is dead at once");
    assert.equal((await token(third.id, third.secret)).status, 401);
  });
});
