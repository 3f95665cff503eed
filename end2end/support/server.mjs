// One Campanile of the release build, with a data directory of its own and the demo in it.

import { execFile, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, chmod } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
export const binary = process.env.CAMPANILE_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "release/campanile");

/** A port that nothing listens on now. */
export async function freePort() {
  const probe = createServer();
  await new Promise((resolve, reject) => probe.once("error", reject).listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/**
 * Starts a server and waits until it is ready. `env` adds to its environment; `seed: false` leaves it empty, with the
 * one-time link of the first set-up in its log.
 */
export async function startServer({ env = {}, seed = true } = {}) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const data = await mkdtemp(join(tmpdir(), "campanile-e2e-"));
  await chmod(data, 0o755);
  const settings = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    CAMPANILE_DATA_DIR: data,
    CAMPANILE_LISTEN: `127.0.0.1:${port}`,
    CAMPANILE_LOG: "warn",
    ...(process.env.CAMPANILE_SITE_DIR ? { CAMPANILE_SITE_DIR: process.env.CAMPANILE_SITE_DIR } : {}),
    ...env,
  };
  if (seed) {
    const started = Date.now();
    process.stdout.write("seeding the demo … ");
    await run(binary, ["seed", "demo"], { env: settings, maxBuffer: 1 << 24 });
    console.log(`${((Date.now() - started) / 1000).toFixed(1)} s`);
  }
  const artefacts = join(root, "end2end/artefacts");
  const log = createWriteStream(join(artefacts, `server-${port}.log`));
  const child = spawn(binary, ["serve"], { env: settings, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
      log.write(chunk);
    });
  }
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const deadline = Date.now() + 60_000;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${output}`);
    const ready = await fetch(`${url}/readyz`).then((answer) => answer.ok, () => false);
    if (ready) break;
    if (Date.now() > deadline) {
      child.kill("SIGTERM");
      throw new Error(`the server was not ready after a minute:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url,
    data,
    output: () => output,
    async stop(showLog = false) {
      child.kill("SIGTERM");
      await ended;
      log.end();
      if (showLog) console.log(`the server's log:\n${output.slice(-4000)}`);
      await rm(data, { recursive: true, force: true });
    },
  };
}
