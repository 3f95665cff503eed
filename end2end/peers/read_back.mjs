// Reads raw messages (one a line, base64) from standard input with npm's mailparser and prints what it understood, one line of
// JSON each. The first argument is the folder where mailparser is installed (see setup.sh).
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
const { simpleParser } = createRequire(process.argv[2] + "/")("mailparser");
const boxes = (value) => (value?.value ?? []).map(({ name, address }) => ({ name, address }));
for await (const line of createInterface({ input: process.stdin })) {
  const mail = await simpleParser(Buffer.from(line, "base64"));
  console.log(JSON.stringify({
    subject: mail.subject, from: boxes(mail.from), to: boxes(mail.to), replyTo: boxes(mail.replyTo), text: mail.text, html: mail.html || null,
    messageId: mail.messageId, date: mail.date?.toISOString(), list: mail.headers.get("list") ?? null,
    cc: boxes(mail.cc), attached: mail.attachments.map((it) => ({
      name: it.filename, type: it.contentType, content: it.content.toString("base64"),
    })),
  }));
}
