// Starts one server with the demo in it, runs every test against it, stops it.
//
//   node run.mjs                 all tests
//   node run.mjs main sign-in    tests whose file name contains one of these words
//
// CAMPANILE_URL=http://… uses a server that runs already; CAMPANILE_DATA_DIR says where its data is. CAMPANILE_BIN names the binary (default: the release build).

import { spawn } from "node:child_process";
import { readdir, rm, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startServer } from "./support/server.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const words = process.argv.slice(2);
const files = (await readdir(join(here, "tests")))
  .filter((name) => name.endsWith(".test.mjs"))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort()
  .map((name) => join("tests", name));
if (files.length === 0) {
  console.error(`no test file fits ${words.join(" ")}`);
  process.exit(2);
}

await rm(join(here, "artefacts"), { recursive: true, force: true });
await mkdir(join(here, "artefacts"), { recursive: true });

const server = process.env.CAMPANILE_URL ? undefined : await startServer();
const env = {
  ...process.env,
  CAMPANILE_URL: process.env.CAMPANILE_URL ?? server.url,
  // For tests that use the command line beside the server.
  CAMPANILE_DATA_DIR: process.env.CAMPANILE_DATA_DIR ?? server?.data ?? "",
};
const args = ["--test", "--test-concurrency=1", "--test-timeout=300000", "--test-reporter=spec", ...files];
const tests = spawn(process.execPath, args, { cwd: here, env, stdio: "inherit" });
const code = await new Promise((resolve) => tests.on("exit", resolve));
await server?.stop(code !== 0);
process.exit(code ?? 1);
