// The capture inbox of the demo: what would have been delivered.

import { simpleParser } from "mailparser";

/** Messages to an address, latest first, as a recipient's mail program has them: { to, subject, raw }. */
export async function messagesTo(base, address) {
  const answer = await fetch(`${base}/dev/mail/api/messages?search=${encodeURIComponent(address)}`);
  if (!answer.ok) throw new Error(`/dev/mail/api/messages: ${answer.status}`);
  const list = await answer.json();
  return list.filter((message) => [message.to].flat().join(" ").toLowerCase().includes(address.toLowerCase()));
}

/** Every address in the message's parts, as npm's mailparser reads them. */
export async function linksOf(message) {
  const { html, text } = await simpleParser(message.raw);
  const found = `${html || ""}\n${text ?? ""}`.matchAll(/https?:\/\/[^\s"'<>)]+/g);
  return [...found].map(([link]) => link.replaceAll("&amp;", "&"));
}

/** What a message says, as npm's mailparser reads it. */
export async function textOf(message) {
  return (await simpleParser(message.raw)).text ?? "";
}

/** The address of the List-Unsubscribe header (RFC 2369), folded or not. */
export function unsubscribeOf(message) {
  const head = message.raw.replace(/\r\n/g, "\n").split("\n\n")[0].replace(/\n[ \t]+/g, " ");
  const line = head.split("\n").find((line) => /^list-unsubscribe:/i.test(line));
  const link = line?.match(/<(https?:[^>]+)>/)?.[1];
  if (!link) throw new Error(`no List-Unsubscribe in:\n${head}`);
  return link;
}
