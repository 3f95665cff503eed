// An SMTP server that is not ours (npm's smtp-server) and misbehaves on command, for the fault tests of sending.
//   node faulty_sink.mjs FOLDER_OF_PEERS LOG PORT   (port 0: any)
// It prints its port, then obeys commands, one line of JSON each on standard input, and answers "done" when one holds:
//   {"do": "rules", "rules": [{"stage", "act", "to", "left", "reply"}, …]}   replaces all rules; the first that fits counts
//       stage: mail, rcpt, content (its first bytes), dot (all of it)
//       act:   reply (with `reply`; 421 closes the connection), drop (closes without an answer), stall (never answers)
//       to:    only recipients that begin so (not at mail); left: only that often
//   {"do": "delay", "ms": 50}   before each reply to MAIL, RCPT and the final dot
//   {"do": "refuse"}            stops listening; open connections are told 421 at their next message
//   {"do": "listen"}            listens again
//   {"do": "settled"}           "done" comes when nobody is connected any more; "not yet" after half a minute
// Each accepted message is a line "accepted RECIPIENT MESSAGE-ID" of the log, written before 250 is answered; each time a
// rule bites is a line "STAGE.ACT RECIPIENT -".
import { openSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
const [folder, log, port] = process.argv.slice(2);
const { SMTPServer } = createRequire(folder + "/")("smtp-server");
const out = openSync(log, "a");
const write = (what, to, id = "-") => writeSync(out, `${what} ${to} ${id}\n`);

let rules = [];
let delay = 0;
let leaving = new Set();

// The rule that bites now, counted and written down.
function bite(stage, to) {
  const rule = rules.find((it) => it.stage === stage && it.left !== 0 && (!it.to || to.startsWith(it.to)));
  if (!rule) return null;
  if (rule.left) rule.left -= 1;
  write(`${stage}.${rule.act}`, to);
  return rule;
}
const answer = (callback, error) => (delay ? setTimeout(callback, delay, error) : callback(error));
const refusal = (reply) => Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) });
const connectionOf = (session) => [...server.connections].find((it) => it.session === session);

// Does what the rules say; false: they say nothing.
function misbehaves(stage, to, session, callback) {
  const rule = bite(stage, to);
  if (rule?.act === "reply") answer(callback, refusal(rule.reply));
  if (rule?.act === "drop") {
    // Before the content in order, so that the answer to the message before it arrives; after that without manners.
    if (stage === "mail" || stage === "rcpt") connectionOf(session)?.close();
    else connectionOf(session)?._socket.destroy();
  }
  return rule !== null;
}

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ["AUTH", "STARTTLS"],
  disableReverseLookup: true,
  logger: false,
  name: "sink.example",
  socketTimeout: 600_000,
  onMailFrom(address, session, callback) {
    if (leaving.has(session)) return callback(refusal("421 4.3.2 closing"));
    if (!misbehaves("mail", "-", session, callback)) answer(callback);
  },
  onRcptTo(address, session, callback) {
    if (!misbehaves("rcpt", address.address, session, callback)) answer(callback);
  },
  onData(stream, session, callback) {
    const to = session.envelope.rcptTo[0].address;
    const head = [];
    let length = 0;
    let broken = false;
    stream.on("data", (chunk) => {
      if (!length && misbehaves("content", to, session, callback)) broken = true;
      if (length < 8192) head.push(chunk);
      length += chunk.length;
    });
    // Destroyed when the client goes in the middle: no message.
    stream.on("error", () => {});
    stream.on("end", () => {
      if (broken || misbehaves("dot", to, session, callback)) return;
      const id = /^message-id:\s*(\S+)/im.exec(Buffer.concat(head).toString("latin1"))?.[1] ?? "-";
      for (const { address } of session.envelope.rcptTo) write("accepted", address, id);
      answer(callback);
    });
  },
});
// Clients that are killed leave broken connections.
server.on("error", () => {});

const listen = (where) => new Promise((done, failed) => {
  const trouble = (error) => failed(error);
  server.server.once("error", trouble);
  server.server.listen(where, "127.0.0.1", 1024, () => {
    server.server.off("error", trouble);
    done(server.server.address().port);
  });
});
const bound = await listen(Number(port));
console.log(bound);

const commands = {
  rules(command) { rules = command.rules; },
  delay(command) { delay = command.ms; },
  refuse() {
    server.server.close();
    leaving = new Set([...server.connections].map((it) => it.session));
  },
  async listen() { await listen(bound); },
  async settled() {
    const until = performance.now() + 30_000;
    while (server.connections.size && performance.now() < until) await new Promise((done) => setTimeout(done, 10));
    return server.connections.size ? "not yet" : "done";
  },
};
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  console.log((await commands[command.do](command)) ?? "done");
}
// Dies with the test: its standard input closes.
process.exit(0);
