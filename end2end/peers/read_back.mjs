// Reads one raw message from standard input with npm's mailparser and prints what it understood as JSON.
// Run with NODE_PATH or from the folder where mailparser is installed (see setup.sh): its path is the first argument.
import { createRequire } from "node:module";
const { simpleParser } = createRequire(process.argv[2] + "/")("mailparser");
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const mail = await simpleParser(Buffer.concat(chunks));
const boxes = (value) => (value?.value ?? []).map(({ name, address }) => ({ name, address }));
console.log(JSON.stringify({
  subject: mail.subject, from: boxes(mail.from), to: boxes(mail.to), replyTo: boxes(mail.replyTo), text: mail.text, html: mail.html || null,
  messageId: mail.messageId, date: mail.date?.toISOString(), list: mail.headers.get("list") ?? null,
}));
