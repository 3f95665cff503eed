// Callers of Salesforce Marketing Cloud's SOAP API, by clients that nobody here wrote: npm's fuel-soap (which parses what it expects to see) and
// PyPI's zeep (which checks every answer against the WSDL).

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { base } from "../support/browser.mjs";
import { addClient, api } from "../support/clients.mjs";
import { messagesTo } from "../support/mail.mjs";

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));
const FuelSoap = createRequire(import.meta.url)("fuel-soap");
const KEY = `soap-${Date.now()}`;
const SCOPES = ["contacts:read", "contacts:write", "topics:read", "topics:write", "content:read", "content:write", "campaigns:read", "campaigns:write", "campaigns:approve", "messages:read", "messages:write"];

let client;
let soap;
let list;

/** Calls the REST API as a client. */
const caller = (client) => (method, path, body) => api(client, method, path, body);

/** A definition that wants an `order`: one client drafts it, another approves. */
async function define(author, approver) {
  const mjml =
    "<mjml><mj-body><mj-section><mj-column><mj-text>Your order {{ attributes.order }} is on its way.</mj-text>" +
    '<mj-button href="https://shop.example/orders">Orders</mj-button></mj-column></mj-section></mj-body></mjml>';
  const template = await author("POST", "/templates", { name: KEY, description: "", mjml, slots: [], version: 0 });
  const [sender] = (await author("GET", "/sender-profiles")).items;
  const parameters = [{ name: "order", kind: "text", required: true }];
  await author("POST", "/message-definitions", { key: KEY, name: "Order", template_id: template.id, parameters });
  const drafted = await author("GET", `/message-definitions/${KEY}`);
  await author("PUT", `/message-definitions/${KEY}`, {
    edit_version: drafted.edit_version,
    sender_profile_id: sender.id,
    content: {
      template: { id: template.id, version: 1 },
      default_language: "en",
      languages: { en: { subject: "Order {{ attributes.order }}" } },
    },
  });
  await author("POST", `/message-definitions/${KEY}/submit`, {});
  await approver("POST", `/message-definitions/${KEY}/approve`, {});
}

/** fuel-soap's callbacks as promises. */
const call = (method, ...args) =>
  new Promise((resolve, reject) => soap[method](...args, (error, answer) => (error ? reject(error) : resolve(answer.body))));

/** Tries until the answer has results. */
async function until(ask) {
  for (let tries = 0; tries < 100; tries += 1) {
    const answer = await ask();
    if (answer.Results.length > 0) return answer.Results;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("nothing came");
}

const equals = (leftOperand, rightOperand) => ({ filter: { leftOperand, operator: "equals", rightOperand } });

before(async () => {
  client = await addClient("admissions", "The shop's old system", SCOPES);
  await define(caller(client), caller(await addClient("admissions", "Who approves", SCOPES)));
  soap = new FuelSoap({
    auth: { clientId: client.id, clientSecret: client.secret, authUrl: `${base}/v2/token`, authOptions: { authVersion: 2 } },
    soapEndpoint: `${base}/Service.asmx`,
  });
  const lists = await call("retrieve", "List", ["ID", "ListName", "CustomerKey"], {});
  assert.ok(lists.Results.length > 0);
  list = lists.Results[0].ID;
});
test("fuel-soap: a definition is found, a triggered send arrives, and its events are told", async () => {
  const found = await call("retrieve", "TriggeredSendDefinition", ["CustomerKey", "ObjectID", "TriggeredSendStatus"], equals("CustomerKey", KEY));
  assert.deepEqual(
    found.Results.map((it) => [it.CustomerKey, it.TriggeredSendStatus]),
    [[KEY, "Active"]],
  );
  const address = `fuel.${Date.now()}@example.org`;
  const created = await call("create", "TriggeredSend", {
    TriggeredSendDefinition: { CustomerKey: KEY },
    Subscribers: [{ EmailAddress: address, SubscriberKey: address, Attributes: [{ Name: "Order", Value: "F-1 & <ż>" }] }],
  });
  assert.equal(created.OverallStatus, "OK");
  assert.equal(created.Results[0].StatusMessage, "Created TriggeredSend");
  const properties = ["SendID", "SubscriberKey", "EventDate", "EventType", "TriggeredSendDefinitionObjectID", "BatchID"];
  const [sent] = await until(() => call("retrieve", "SentEvent", properties, equals("SubscriberKey", address)));
  assert.equal(sent.TriggeredSendDefinitionObjectID, found.Results[0].ObjectID);
  const [mail] = await messagesTo(base, address);
  assert.equal(mail.subject, "Order F-1 & <ż>");
  const of = { leftOperand: "SendID", operator: "equals", rightOperand: sent.SendID };
  const today = { leftOperand: "EventDate", operator: "greaterThan", rightOperand: new Date(Date.now() - 3_600_000).toISOString() };
  const both = { filter: { leftOperand: of, operator: "AND", rightOperand: today } };
  const events = await call("retrieve", "SentEvent", properties, both);
  assert.ok(events.Results.some((it) => it.SubscriberKey === address));
});

test("fuel-soap: what is wrong is an error where it looks for one", async () => {
  const refused = async (...args) => {
    try {
      await call(...args);
    } catch (error) {
      return error;
    }
    throw new Error(`${args[0]} went through`);
  };
  const nobody = await refused("create", "TriggeredSend", { TriggeredSendDefinition: { CustomerKey: "none" }, Subscribers: { EmailAddress: "a@example.org" } });
  assert.match(nobody.results[0].StatusMessage, /none does not exist/);
  const colour = await refused("retrieve", "Subscriber", ["Colour"], {});
  assert.match(colour.message, /Request Property\(s\) Colour/);
  const rows = await refused("create", "DataExtensionObject", { CustomerKey: "x" });
  assert.match(rows.results[0].StatusMessage, /DataExtensionObject is not supported/);
  const perform = await refused("perform", "TriggeredSendDefinition", { CustomerKey: KEY });
  assert.equal(perform.results.length, 1);
});

test("fuel-soap: an expired token is renewed and the call made again", async () => {
  soap.AuthClient.invalidateToken();
  soap.AuthClient.accessToken = "long gone";
  soap.AuthClient.soapUrl = `${base}/`;
  // What it does on «Token Expired»: the same call once more, with whatever its auth client has by then.
  const { getAccessToken } = soap.AuthClient;
  let asked = 0;
  soap.AuthClient.getAccessToken = function (options, callback) {
    asked += 1;
    if (asked === 2) this.invalidateToken();
    return getAccessToken.call(this, options, callback);
  };
  const lists = await call("retrieve", "List", ["ID"], {});
  assert.equal(asked, 2);
  assert.ok(lists.Results.length > 0);
  delete soap.AuthClient.getAccessToken;
});

test("fuel-soap: subscribers with their lists, page by page", async () => {
  const key = `f-${Date.now()}`;
  const person = (status) => ({
    SubscriberKey: key,
    EmailAddress: `${key}@example.org`,
    Attributes: [{ Name: "First Name", Value: "Fuel" }, { Name: "Faculty", Value: "Law" }],
    Lists: [{ ID: list, Status: status }],
  });
  assert.equal((await call("create", "Subscriber", person("Active"))).Results[0].StatusMessage, "Created Subscriber.");
  const upsert = { SaveOptions: { SaveOption: { PropertyName: "*", SaveAction: "UpdateAdd" } } };
  assert.equal((await call("create", "Subscriber", person("Active"), upsert)).Results[0].StatusMessage, "Updated Subscriber.");
  const status = async () => (await call("retrieve", "ListSubscriber", ["ListID", "Status"], equals("SubscriberKey", key))).Results[0].Status;
  assert.equal(await status(), "Active");
  await call("update", "Subscriber", person("Unsubscribed"));
  assert.equal(await status(), "Unsubscribed");
  await assert.rejects(call("update", "Subscriber", person("Active")), (error) => error.results[0].ErrorCode === "12003");
  const [known] = (await call("retrieve", "Subscriber", ["SubscriberKey", "EmailAddress", "Status"], equals("EmailAddress", `${key}@example.org`))).Results;
  assert.deepEqual([known.SubscriberKey, known.Status], [key, "Active"]);
  await call("delete", "Subscriber", { SubscriberKey: key });

  // The demo has thousands of people: more than one answer holds.
  const seen = new Set();
  let answer = await call("retrieve", "Subscriber", ["SubscriberKey"], {});
  for (let pages = 0; ; pages += 1) {
    for (const it of answer.Results) {
      assert.ok(!seen.has(it.SubscriberKey), `${it.SubscriberKey} came twice`);
      seen.add(it.SubscriberKey);
    }
    if (answer.OverallStatus !== "MoreDataAvailable") break;
    assert.ok(pages < 20);
    answer = await call("retrieve", "Subscriber", ["SubscriberKey"], { continueRequest: answer.RequestID });
  }
  const people = await caller(client)("GET", "/contacts?limit=1");
  assert.equal(seen.size, people.total);
});

test("zeep binds to the WSDL, and every answer is as it says", async () => {
  const { stdout } = await run(join(here, "../peers/setup.sh"));
  const python = join(stdout.trim(), "venv/bin/python");
  const script = join(here, "../peers/soap_zeep.py");
  const done = await run(python, [script, base, client.id, client.secret, KEY, String(list)]);
  const told = JSON.parse(done.stdout);
  assert.ok(told.people >= 400 && told.pages > 1, done.stdout);
  const [mail] = await messagesTo(base, told.address);
  assert.equal(mail.subject, "Order Z-1 <&> ż");
});
