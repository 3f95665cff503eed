// The API answers as it is described, whatever it is asked: thousands of calls made up by schemathesis from its own document, on a server
// of its own, since they change everything they can.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { binary, startServer } from "../support/server.mjs";

const run = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

test("every generated call is answered as the description says, and none breaks the server", async () => {
  const peers = (await run(join(root, "end2end/peers/setup.sh"))).stdout.trim();
  const server = await startServer();
  let failed = true;
  try {
    const document = await (await fetch(`${server.url}/api/v1/openapi.json`)).json();
    const scopes = Object.keys(document.components.securitySchemes.oauth.flows.clientCredentials.scopes);
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, CAMPANILE_DATA_DIR: server.data };
    const args = ["client", "add", "--unit", "admissions", "--name", "Generated", "--scope", scopes.join(" "), "--rate", "600000"];
    const { stdout } = await run(binary, args, { env });
    const value = (field) => stdout.match(new RegExp(`^${field}: (\\S+)$`, "m"))[1];
    const given = await fetch(`${server.url}/api/v1/oauth/token`, {
      method: "POST",
      body: new URLSearchParams({ grant_type: "client_credentials", client_id: value("client_id"), client_secret: value("client_secret") }),
    });
    const { access_token } = await given.json();
    const code = await new Promise((resolve) => {
      const child = spawn(
        join(peers, "venv/bin/schemathesis"),
        ["--config-file", join(root, "end2end/peers/schemathesis.toml"), "run", `${server.url}/api/v1/openapi.json`,
          "-H", `Authorization: Bearer ${access_token}`, "--checks", "all", "--max-examples", "15", "--continue-on-failure",
          "--suppress-health-check", "all", "--generation-deterministic", "--no-color",
          // Would shut out the caller itself, or wait for machines that are not there; files of any text are no JSON to vary.
          "--exclude-path-regex", "clients/\\{id\\}/(revoke|rotate)|relays/\\{id\\}/test|oauth/token|imports/(contacts|suppressions)$"],
        // It keeps notes where it runs.
        { stdio: "inherit", cwd: server.data },
      );
      child.on("exit", resolve);
    });
    assert.equal(code, 0, "schemathesis found what is told above");
    // Not /readyz: a relay that was made up is away.
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
    failed = false;
  } finally {
    await server.stop(failed);
  }
});
