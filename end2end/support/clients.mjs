// API clients for tests, let in from the operator's command line. Each answers for itself, so that one can approve what another drafted.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { base } from "./browser.mjs";
import { binary } from "./server.mjs";

const run = promisify(execFile);

/** Lets a system in: `{ id, secret }`. The server's data directory is in CAMPANILE_DATA_DIR (run.mjs sets it). */
export async function addClient(unit, name, scopes) {
  const args = ["client", "add", "--unit", unit, "--name", name, "--scope", scopes.join(" ")];
  // Only what the command needs: it refuses settings that it does not know, such as those of the tests.
  const { PATH, HOME, CAMPANILE_DATA_DIR } = process.env;
  const { stdout } = await run(binary, args, { env: { PATH, HOME, CAMPANILE_DATA_DIR }, maxBuffer: 1 << 24 });
  const value = (field) => stdout.match(new RegExp(`^${field}: (\\S+)$`, "m"))?.[1];
  return { id: value("client_id"), secret: value("client_secret") };
}

/** Calls /api/v1 as a client; the answer's JSON, or an error that says what was answered. */
export async function api(client, method, path, body) {
  client.token ??= await token(client);
  const answer = await fetch(`${base}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${client.token}`, "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

async function token({ id, secret }) {
  const answer = await fetch(`${base}/api/v1/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "client_credentials", client_id: id, client_secret: secret }),
  });
  if (!answer.ok) throw new Error(`/api/v1/oauth/token: ${answer.status}`);
  return (await answer.json()).access_token;
}
