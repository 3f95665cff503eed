// A message definition from the first word to the call of another system: written, tried in the playground, approved by somebody else,
// called by the samples as they are copied, followed on its page, paused.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import php from "php-parser";
import { accessible, base, hydrated, launch, newPerson, shot } from "../support/browser.mjs";
import { messagesTo, textOf } from "../support/mail.mjs";
import { email, signIn } from "../support/staff.mjs";
import { words } from "../support/words.mjs";

const run = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const UNIT = "/c/admissions";
const t = words("en");
const stamp = Date.now();
const KEY = `order-placed-${stamp}`;
// What a language could take for something else.
const ORDER = `A7 "ź" O'Neill $HOME \`id\` \\ {x}`;

let browser;
let folder;
before(async () => {
  browser = await launch();
  folder = mkdtempSync(join(tmpdir(), "campanile-calls-"));
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("a definition: written, tried, approved, called, followed, paused", async () => {
  const people = [];
  const person = async (user, path) => {
    const it = await newPerson(browser);
    people.push(it);
    // A value of another kind is tried on purpose, and refused.
    if (user === "anna") it.expect(/\b422\b/);
    await signIn(it.page, user, `${UNIT}${path}`);
    return it.page;
  };
  try {
    const anna = await person("anna", "/messages/definitions");
    const definition = await write(anna);
    await attempt(anna, definition);
    await submit(anna, definition);
    await approve(await person("piotr", "/approvals"));
    const client = await letIn(await person("marta", "/settings/api"));
    await copyAndCall(anna, definition, client);
    await follow(anna);
    await pause(anna, definition, client);
    for (const it of people) await it.check();
  } catch (error) {
    for (const [n, it] of people.entries()) await shot(it.page, `failed-definitions-${n}`).catch(() => {});
    throw error;
  } finally {
    for (const it of people) await it.close();
  }
});

/** Content, parameters, sender; returns the address of the definition. */
async function write(page) {
  await page.getByRole("link", { name: t.triggered.new }).first().click();
  await page.locator("#field-name").fill(`Order placed ${stamp}`);
  // The name proposes a key.
  await page.waitForFunction((key) => document.querySelector("#field-key").value === key, KEY);
  await page.getByRole("radio", { name: /Announcement/ }).check();
  await accessible(page, "a new definition");
  await shot(page, "definitions-1-new");
  await page.getByRole("button", { name: t.campaigns.create }).click();
  await page.waitForURL(/\/messages\/definitions\/[0-9a-f-]{36}\/edit/);
  const definition = new URL(page.url()).pathname.replace(/\/edit.*$/, "");

  await page.locator("[id^='field-content-languages-'][id$='-subject']").first().fill("Order {{ attributes.order }}");
  await page.locator("#field-slot-headline").fill("Thank you");
  await page.locator("[contenteditable=true]").first().fill("It is {{ attributes.total|default('paid') }}.");
  await page.locator("#field-slot-action-label").fill("See it");
  await page.locator("#field-slot-action-address").fill("https://www.brackwater.example/orders");
  await page.getByText(t.campaigns.saved).waitFor();
  await page.getByRole("link", { name: t.campaigns.next, exact: true }).click();

  // What the message says and calls do not give is declared with one press.
  await page.getByRole("button", { name: new RegExp(`^${t.triggered.declare}\\s+order$`) }).click();
  await page.getByRole("button", { name: new RegExp(`^${t.triggered.declare}\\s+total$`) }).click();
  await page.locator("#field-parameters-1-kind").selectOption("number");
  await page.locator("#field-parameters-1-default").fill("twelve");
  // The server says what is wrong, beside the field.
  await page.locator("#field-parameters-1-default-error").waitFor();
  await shot(page, "definitions-2-parameters-wrong");
  await page.locator("#field-parameters-1-default").fill("12.5");
  await page.locator("#field-parameters-0-description").fill("Its number");
  await page.getByText(t.campaigns.saved).waitFor();
  await accessible(page, "parameters");
  await shot(page, "definitions-2-parameters");
  await page.getByRole("link", { name: t.campaigns.next, exact: true }).click();

  const sender = page.getByRole("group", { name: t.campaigns.sender }).or(page.getByRole("radiogroup", { name: t.campaigns.sender }));
  await sender.getByRole("radio").first().check();
  await page.getByText(t.campaigns.saved).waitFor();
  await accessible(page, "sender and kind");
  await page.getByRole("link", { name: t.campaigns.next, exact: true }).click();
  await page.getByRole("button", { name: t.campaigns.submit }).waitFor();
  await accessible(page, "review of a definition");
  await shot(page, "definitions-3-review");
  return definition;
}

/** The draft in the playground: seen, and in one's own inbox. */
async function attempt(page, definition) {
  await page.getByRole("link", { name: t.triggered.try_it }).click();
  await page.waitForURL(/\/messages\/playground\?/);
  await page.getByText(t.triggered.calls_refused_draft).waitFor();
  await page.locator("#field-attributes-order").fill(ORDER);
  await page.getByTestId("sealed-subject").filter({ hasText: `Order ${ORDER}` }).waitFor();
  await page.locator("#field-attributes-total").fill("much");
  await page.locator("#field-attributes-total-error").waitFor();
  await page.locator("#field-attributes-total").fill("99");
  await accessible(page, "the playground");
  await shot(page, "definitions-4-playground");
  await page.getByRole("button", { name: t.triggered.test_send }).click();
  await page.getByText(t.triggered.test_sent.split("{{")[0]).first().waitFor();
  const mail = await arrived(email("anna"), (it) => it.subject === `Order ${ORDER}`);
  assert.match(await textOf(mail), /It is 99\./);
  await page.goto(`${definition}/edit?step=review`);
  await hydrated(page);
}

async function submit(page, definition) {
  await page.getByRole("button", { name: t.campaigns.submit }).click();
  await page.waitForURL((url) => url.pathname === definition);
  await page.getByText(t.triggered.nothing_live).waitFor();
  await accessible(page, "a definition in review");
}

/** Piotr reads Polish, and Marta below. */
async function approve(page) {
  const t = words("pl");
  await page.getByRole("link", { name: `Order placed ${stamp}` }).first().click();
  const about = page.getByTestId("reviewed-definition");
  await about.getByText(KEY).waitFor();
  await about.getByText("Its number").waitFor();
  assert.equal(await page.getByText(t.campaigns.who_gets_it).count(), 0, "nobody is counted");
  await accessible(page, "a review of a definition");
  await shot(page, "definitions-5-approval");
  await page.getByRole("button", { name: t.campaigns.approve, exact: true }).first().click();
  const dialog = page.getByRole("dialog", { name: t.triggered.approve_title });
  await dialog.getByText(t.triggered.approve_text_first).waitFor();
  await dialog.getByRole("button", { name: t.campaigns.approve, exact: true }).click();
  await page.getByText(t.triggered.approved_done).first().waitFor();
  const mail = await arrived(email("piotr"), (it) => it.subject.includes(`Order placed ${stamp}`));
  assert.ok((await textOf(mail)).includes(KEY), "the mail names the key");
}

/** An API client that may send: `{ id, secret }`. */
async function letIn(page) {
  const s = words("pl").settings;
  await page.getByRole("button", { name: s.clients_add }).first().click();
  const adding = page.getByRole("dialog", { name: s.client_new_title });
  await adding.locator("#field-name").fill(`Shop ${stamp}`);
  await adding.getByRole("checkbox", { name: s.scope_messages_write }).check();
  await adding.getByRole("button", { name: s.clients_add }).click();
  const made = page.getByRole("dialog", { name: s.client_made_title });
  const id = await made.locator("#client-made-id").inputValue();
  const secret = await made.locator("#client-made-secret").inputValue();
  await made.getByRole("button", { name: s.client_stored }).click();
  return { id, secret };
}

/** Every sample as it is copied, run by its own language. */
async function copyAndCall(page, definition, client) {
  await page.goto(definition);
  await hydrated(page);
  await page.getByTestId("live-version").filter({ hasText: "1" }).waitFor();
  await accessible(page, "a live definition");
  await shot(page, "definitions-6-live");
  await page.getByRole("link", { name: t.triggered.try_it }).click();
  await page.waitForURL(/edition=live/);
  await page.locator("#field-attributes-order").fill(ORDER);
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    LANG: "C",
    CAMPANILE_CLIENT_ID: client.id,
    CAMPANILE_CLIENT_SECRET: client.secret,
  };
  const expected = { definition: KEY, to: { email: "" }, attributes: { order: ORDER, total: 12.5 }, key: "" };
  for (const [language, call] of Object.entries(languages())) {
    const to = `${language}.${stamp}@example.org`;
    await page.locator("#field-email").fill(to);
    await page.locator("#field-key").fill(`${language}-${stamp}`);
    await page.getByRole("tab", { name: call.tab, exact: true }).click();
    const place = page.getByTestId(`sample-${language}`);
    await place.filter({ hasText: `${language}-${stamp}` }).waitFor();
    if (language === "java") {
      await accessible(page, "the samples");
      await shot(page, "definitions-7-samples");
    }
    const text = await place.evaluate((it) => it.textContent);
    const output = await call.run(text, env, { ...expected, to: { email: to }, key: `${language}-${stamp}` });
    if (output === undefined) continue;
    const id = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(output)?.[0];
    assert.ok(id, `${language} printed ${output}`);
    const mail = await arrived(to, () => true);
    assert.equal(mail.subject, `Order ${ORDER}`, `by ${language}`);
  }
  // Which language it was is remembered.
  await page.reload();
  await hydrated(page);
  await page.locator("[role=tab][aria-selected=true]", { hasText: "PHP" }).waitFor();
}

function languages() {
  const file = (name, text) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const out = async (command, args, env) => (await run(command, args, { env, cwd: folder, timeout: 60_000 })).stdout;
  return {
    curl: { tab: "curl", run: (text, env) => out("bash", [file("call.sh", text)], env) },
    python: {
      tab: "Python",
      async run(text, env) {
        const { stdout } = await run("bash", [join(root, "end2end/peers/setup.sh")], { maxBuffer: 1 << 24 });
        return out(join(stdout.trim(), "venv/bin/python"), [file("call.py", text)], env);
      },
    },
    java: {
      tab: "Java",
      async run(text, env) {
        const java = ["/usr/bin/java", process.env.JAVA].find((path) => path && existsSync(path));
        if (java) return out(java, [file("SendMessage.java", text)], env);
        // Without a JDK: at least every string of it is closed, and nothing but ASCII is in it.
        assert.match(text, /^[\x20-\x7e\n]*$/);
        assert.equal(text.replace(/"(?:\\.|[^"\\\n])*"/g, "").includes('"'), false);
        console.log("      no Java on this machine: its strings were checked, it was not run");
      },
    },
    php: {
      tab: "PHP",
      async run(text, env, expected) {
        // By a parser that is not ours, on every machine: it is PHP, and says what was asked.
        assert.deepEqual(valueOf(assigned(new php.Engine({}).parseCode(text), "message")), expected);
        if (existsSync("/usr/bin/php")) return out("/usr/bin/php", [file("call.php", text)], env);
        console.log("      no PHP on this machine: it was parsed and its values compared, it was not run");
      },
    },
  };
}

/** What a PHP program assigns to a variable. */
function assigned(program, name) {
  const found = program.children.find(
    (it) => it.kind === "expressionstatement" && it.expression.kind === "assign" && it.expression.left.name === name,
  );
  assert.ok(found, `the program assigns to $${name}`);
  return found.expression.right;
}

function valueOf(node) {
  switch (node.kind) {
    case "string":
    case "boolean":
      return node.value;
    case "number":
      return Number(node.value);
    case "nullkeyword":
      return null;
    case "array":
      return node.items.some((it) => it.key)
        ? Object.fromEntries(node.items.map((it) => [valueOf(it.key), valueOf(it.value)]))
        : node.items.map((it) => valueOf(it.value));
    default:
      throw new Error(`PHP: ${node.kind} has no value here`);
  }
}

/** The message's page: sent, with every rule. */
async function follow(page) {
  await page.goto(`${UNIT}/messages/asked?definition=${KEY}`);
  await hydrated(page);
  await page.getByRole("link", { name: `curl.${stamp}@example.org` }).waitFor();
  await accessible(page, "messages that were asked for");
  await shot(page, "definitions-8-asked");
  // By the caller's own key too.
  await page.getByRole("searchbox").fill(`java-${stamp}`);
  await page.getByRole("link", { name: `curl.${stamp}@example.org` }).waitFor({ state: "hidden" });
  await page.getByRole("searchbox").fill(`curl.${stamp}@example.org`);
  await page.getByRole("link", { name: `curl.${stamp}@example.org` }).click();
  const timeline = page.getByTestId("timeline");
  await timeline.getByText(t.triggered.event_accepted).waitFor();
  await timeline.getByText(t.reports.outcome_sent, { exact: true }).waitFor({ timeout: 20_000 });
  await page.getByRole("cell", { name: t.reports.rule_hard_bounce }).waitFor();
  assert.equal(await page.getByRole("cell", { name: t.triggered.rule_not_so }).count() > 3, true);
  await accessible(page, "a message that was asked for");
  await shot(page, "definitions-9-message");
}

async function pause(page, definition, client) {
  await page.goto(definition);
  await hydrated(page);
  await page.getByRole("button", { name: t.campaigns.pause }).click();
  const dialog = page.getByRole("dialog", { name: t.triggered.pause_title });
  await accessible(page, "pausing a definition");
  await dialog.getByRole("button", { name: t.campaigns.pause }).click();
  await page.getByText(t.triggered.is_paused).waitFor();
  const refused = await send(client);
  assert.equal(refused.status, 409, JSON.stringify(refused.body));
  await page.getByRole("button", { name: t.campaigns.resume }).click();
  await page.getByText(t.triggered.is_paused).waitFor({ state: "hidden" });
  assert.equal((await send(client)).status, 202);
}

async function send({ id, secret }) {
  const token = await fetch(`${base}/api/v1/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "client_credentials", client_id: id, client_secret: secret }),
  });
  const answer = await fetch(`${base}/api/v1/messages`, {
    method: "POST",
    headers: { authorization: `Bearer ${(await token.json()).access_token}`, "content-type": "application/json" },
    body: JSON.stringify({ definition: KEY, to: { email: `later.${stamp}@example.org` }, attributes: { order: "B8" } }),
  });
  return { status: answer.status, body: await answer.json() };
}

/** The mail to an address that fits, once it is there. */
async function arrived(address, fits) {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const mail = (await messagesTo(base, address)).find(fits);
    if (mail) return mail;
    assert.ok(Date.now() < deadline, `${address} got nothing that fits`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
