// Clients of Salesforce Marketing Cloud that insist on its host names: here those names lead to this machine, over TLS with a
// certificate of a test's own, and from there to the server. Nothing leaves the machine.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { promisify } from "node:util";

const run = promisify(execFile);
const DOMAIN = "marketingcloudapis.com";

/**
 * Makes https requests of this process to `*.marketingcloudapis.com` go to the server at `base`: `{ seen, stop }`, where `seen` are the
 * requests that came that way, as `host method path`.
 */
export async function standIn(base) {
  const directory = await mkdtemp(join(tmpdir(), "campanile-vendor-"));
  const [key, cert] = ["key.pem", "cert.pem"].map((name) => join(directory, name));
  const names = ["auth", "rest", "soap"].map((part) => `DNS:*.${part}.${DOMAIN}`).join(",");
  await run("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Campanile test"],
    ...["-addext", `subjectAltName=${names}`, "-keyout", key, "-out", cert],
  ]);
  const ca = await readFile(cert);
  const seen = [];
  const target = new URL(base);
  const proxy = https.createServer({ key: await readFile(key), cert: ca }, (request, response) => {
    seen.push(`${request.headers.host} ${request.method} ${request.url}`);
    const { hostname, port } = target;
    const onwards = http.request({ hostname, port, path: request.url, method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onwards.on("error", () => response.destroy());
    request.pipe(onwards);
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const { port } = proxy.address();
  // Some clients would go through a proxy of the environment instead.
  for (const name of ["http_proxy", "https_proxy", "all_proxy"]) {
    delete process.env[name];
    delete process.env[name.toUpperCase()];
  }
  const before = https.globalAgent;
  const agent = new https.Agent({ keepAlive: false });
  agent.createConnection = (options, connected) => {
    const host = options.servername || options.host || "";
    if (!host.endsWith(`.${DOMAIN}`)) throw new Error(`a test asked for ${host}`);
    return tls.connect({ host: "127.0.0.1", port, servername: host, ca }, connected);
  };
  https.globalAgent = agent;
  return {
    seen,
    async stop() {
      https.globalAgent = before;
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
}
