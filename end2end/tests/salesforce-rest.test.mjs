// Callers of Salesforce Marketing Cloud change a base address and credentials, and nothing else. Here it is two clients that nobody here
// wrote: each gets a token, makes a definition, sends, and asks what became of it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import FuelRest from "fuel-rest";
import SDK from "sfmc-sdk";
import { base } from "../support/browser.mjs";
import { addClient, api } from "../support/clients.mjs";
import { messagesTo } from "../support/mail.mjs";
import { standIn } from "../support/vendor-host.mjs";

const stamp = Date.now();
const TEMPLATE = `Login code ${stamp}`;
// 28 characters, as sfmc-sdk wants them.
const VENDOR = "mc0000000000000000campanile0";
const MJML = `<mjml><mj-head><mj-title>Your code {{ attributes.code }}</mj-title></mj-head><mj-body><mj-section><mj-column>
  <mj-text>Dear {{ attributes.first_name|default("reader") }}, your code is {{ attributes.code }}.</mj-text>
</mj-column></mj-section></mj-body></mjml>`;

let vendor, caller, approver;
before(async () => {
  vendor = await standIn(base);
  caller = await addClient("admissions", `Student system ${stamp}`, [
    ...["campaigns:read", "campaigns:write", "campaigns:control", "content:read", "content:write"],
    ...["messages:read", "messages:write"],
  ]);
  approver = await addClient("admissions", `Head of admissions ${stamp}`, ["campaigns:read", "campaigns:approve"]);
  await api(caller, "POST", "/templates", { name: TEMPLATE, mjml: MJML, slots: [] });
});
after(async () => {
  await vendor?.stop();
});

const definition = (key) => ({
  definitionKey: key,
  status: "Active",
  name: `Login code (${key})`,
  description: "Made through the API of Marketing Cloud",
  classification: "Default Transactional",
  content: { customerKey: TEMPLATE },
  subscriptions: { list: "All Subscribers", autoAddSubscriber: true, updateSubscriber: true },
  options: { trackLinks: true },
});

/** What another person does in Campanile: nobody approves their own work. */
const approve = (key) => api(approver, "POST", `/message-definitions/${encodeURIComponent(key)}/approve`, {});

async function until(what, ask) {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const found = await ask();
    if (found) return found;
    assert.ok(Date.now() < deadline, `not ${what} after half a minute`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function arrived(address, subject) {
  const found = await until("in the inbox", async () => {
    const list = await messagesTo(base, address);
    return list.find((message) => message.subject === subject);
  });
  assert.match(found.raw, /your code is/);
}

test("fuel-rest with tokens of today: definition, send, status, queues", async () => {
  const client = new FuelRest({
    auth: {
      clientId: caller.id,
      clientSecret: caller.secret,
      authUrl: `${base}/v2/token`,
      authOptions: { authVersion: 2, scope: "email_read email_write email_send" },
    },
    origin: `https://${VENDOR}.rest.marketingcloudapis.com/`,
  });
  const call = async (method, uri, json) => {
    const { res, body } = await client[method]({ uri: `/messaging/v1/email/${uri}`, ...(json ? { json } : {}) });
    return { status: res.statusCode, body };
  };
  const key = `Fuel_${stamp}`;
  const made = await call("post", "definitions", definition(key));
  assert.equal(made.status, 201, JSON.stringify(made.body));
  assert.equal(made.body.status, "Inactive", "until another person has approved it");
  await approve(key);
  // It writes addresses in lower case.
  const read = await call("get", `definitions/${key}`);
  assert.deepEqual([read.status, read.body.definitionKey, read.body.status], [200, key, "Active"]);
  const listed = await call("get", "definitions/?$filter=status%20eq%20active&$pageSize=50&$page=1&$orderBy=name");
  assert.ok(listed.body.definitions.some((it) => it.definitionKey === key), JSON.stringify(listed.body));

  const to = `fuel-${stamp}@example.com`;
  const message = { definitionKey: key, recipient: { contactKey: to, to, attributes: { Code: "4711", First_Name: "Ada" } } };
  const sent = await call("post", `messages/fuel-${stamp}`, message);
  assert.equal(sent.status, 202, JSON.stringify(sent.body));
  assert.deepEqual([sent.body.errorcode, sent.body.responses], [0, [{ messageKey: `fuel-${stamp}` }]]);
  const status = await until("sent", async () => {
    const { body } = await call("get", `messages/fuel-${stamp}`);
    return body.eventCategoryType === "TransactionalSendEvents.EmailSent" && body;
  });
  assert.equal(status.info.to, to);
  await arrived(to, "Your code 4711");
  const again = await call("post", `messages/fuel-${stamp}`, message);
  assert.deepEqual([again.status, again.body.responses[0].errorcode], [400, 109110]);
  const queue = await call("get", "messages/?type=notSent&$pagesize=20");
  assert.equal(queue.status, 200, JSON.stringify(queue.body));
  assert.equal(typeof queue.body.lastEventID, "number");
  const unsupported = await client.get({ uri: "/asset/v1/content/assets" });
  assert.equal(unsupported.res.statusCode, 501);
  assert.match(unsupported.body.message, /Content Builder/);
});

test("fuel-rest with tokens of old: a triggered send and its delivery record", async () => {
  const key = `Triggered_${stamp}`;
  await api(caller, "POST", "/message-definitions", { key, name: key }).then(({ id }) =>
    api(caller, "DELETE", `/message-definitions/${id}`),
  );
  const client = new FuelRest({
    auth: { clientId: caller.id, clientSecret: caller.secret, authUrl: `${base}/v1/requestToken` },
    origin: `${base}/`,
  });
  const deleted = await client.post({ uri: `/messaging/v1/messageDefinitionSends/key:${key}/send`, json: { To: { Address: "a@example.com" } } });
  assert.deepEqual([deleted.res.statusCode, deleted.body.errorcode], [400, 30001], JSON.stringify(deleted.body));

  const fuel = `Fuel_${stamp}`;
  const to = `triggered-${stamp}@example.com`;
  const uri = `/messaging/v1/messageDefinitionSends/key:${fuel}`;
  const json = {
    To: { Address: to, SubscriberKey: to, ContactAttributes: { SubscriberAttributes: { code: "1234" } } },
    Options: { RequestType: "ASYNC" },
  };
  const sent = await client.post({ uri: `${uri}/send`, json });
  assert.equal(sent.res.statusCode, 202, JSON.stringify(sent.body));
  const [{ recipientSendId, hasErrors, messages }] = sent.body.responses;
  assert.deepEqual([hasErrors, messages], [false, ["Queued"]]);
  const record = await until("sent", async () => {
    const { body } = await client.get({ uri: `${uri}/deliveryRecords/${recipientSendId}` });
    return body.status === "Sent" && body;
  });
  assert.deepEqual([record.messageId, record.to.address], [recipientSendId, to]);
  await arrived(to, "Your code 1234");
});

test("sfmc-sdk, which insists on the vendor's host name: token, definition, batch, status", async () => {
  const context = await fetch(`${base}/platform/v1/tokenContext`, { headers: { authorization: `Bearer ${caller.token}` } });
  const account = (await context.json()).organization.id;
  const sdk = new SDK({
    client_id: caller.id,
    client_secret: caller.secret,
    auth_url: `https://${VENDOR}.auth.marketingcloudapis.com/`,
    account_id: account,
  });
  const key = `sfmc sdk ${stamp}`;
  const path = "/messaging/v1/email";
  const made = await sdk.rest.post(`${path}/definitions`, definition(key));
  assert.deepEqual([made.definitionKey, made.status], [key, "Inactive"]);
  assert.deepEqual(vendor.seen, [`${VENDOR}.auth.marketingcloudapis.com POST /v2/token`]);
  await approve(key);
  const all = await sdk.rest.getBulk(`${path}/definitions`, 50);
  assert.ok(all.definitions.some((it) => it.definitionKey === key && it.status === "Active"), JSON.stringify(all));

  const to = `sdk-${stamp}@example.com`;
  const sent = await sdk.rest.post(`${path}/messages`, {
    definitionKey: key,
    recipients: [
      { contactKey: to, to, messageKey: `sdk-${stamp}`, attributes: { code: 99 } },
      { contactKey: "nobody", to: "no address" },
    ],
  });
  assert.equal(sent.errorcode, 109001);
  assert.deepEqual(sent.responses[0], { messageKey: `sdk-${stamp}` });
  assert.equal(sent.responses[1].errorcode, 109121);
  await until("sent", async () => {
    const { eventCategoryType } = await sdk.rest.get(`${path}/messages/sdk-${stamp}`);
    return eventCategoryType === "TransactionalSendEvents.EmailSent";
  });
  await arrived(to, "Your code 99");
  const paused = await sdk.rest.patch(`${path}/definitions/${encodeURIComponent(key)}`, { status: "Inactive" });
  assert.equal(paused.status, "Inactive");
  const removed = await sdk.rest.delete(`${path}/definitions/${encodeURIComponent(key)}`);
  assert.equal(removed.message, "Success");

  const wrong = new SDK({ client_id: caller.id, client_secret: "guess", auth_url: `https://${VENDOR}.auth.marketingcloudapis.com/`, account_id: account });
  await assert.rejects(wrong.rest.get(`${path}/definitions`), (error) => error.code === "invalid_client");
});
