// Verifies DKIM signatures with npm's mailauth. The same lines in and out as verify.py.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(process.argv[2] + "/");
const { dkimVerify } = require("mailauth/lib/dkim/verify");

for await (const line of createInterface({ input: process.stdin })) {
  const { raw, records } = JSON.parse(line);
  const resolver = async (name) => {
    if (!(name in records)) throw Object.assign(new Error("none"), { code: "ENOTFOUND" });
    return [[records[name]]];
  };
  const { results } = await dkimVerify(Buffer.from(raw, "base64"), { resolver });
  for (const it of results) if (it.status.result !== "pass") console.error(it.status);
  console.log(JSON.stringify(results.map((it) => it.status.result === "pass")));
}
