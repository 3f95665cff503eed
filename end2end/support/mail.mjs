// The capture inbox of the demo: what would have been delivered.

/** Messages to an address, latest first, as a recipient's mail program has them: { to, subject, raw }. */
export async function messagesTo(base, address) {
  const answer = await fetch(`${base}/dev/mail/api/messages?search=${encodeURIComponent(address)}`);
  if (!answer.ok) throw new Error(`/dev/mail/api/messages: ${answer.status}`);
  const list = await answer.json();
  return list.filter((message) => [message.to].flat().join(" ").toLowerCase().includes(address.toLowerCase()));
}

/** The parts of a message, decoded, one after the other. */
function text(message) {
  return message.raw
    .replace(/\r\n/g, "\n")
    .split(/\n--[^\n]+\n/)
    .map((part) => {
      const [head, ...rest] = part.split("\n\n");
      const body = rest.join("\n\n");
      if (/content-transfer-encoding:\s*base64/i.test(head)) return Buffer.from(body.replace(/\s/g, ""), "base64").toString();
      if (/content-transfer-encoding:\s*quoted-printable/i.test(head)) {
        const bytes = body.replace(/=\n/g, "").replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
        return Buffer.from(bytes, "latin1").toString();
      }
      return body;
    })
    .join("\n");
}

/** Every address in the message's parts. */
export function linksOf(message) {
  return [...text(message).matchAll(/https?:\/\/[^\s"'<>)]+/g)].map(([link]) => link.replaceAll("&amp;", "&"));
}

/** The address of the List-Unsubscribe header (RFC 2369), folded or not. */
export function unsubscribeOf(message) {
  const head = message.raw.replace(/\r\n/g, "\n").split("\n\n")[0].replace(/\n[ \t]+/g, " ");
  const line = head.split("\n").find((line) => /^list-unsubscribe:/i.test(line));
  const link = line?.match(/<(https?:[^>]+)>/)?.[1];
  if (!link) throw new Error(`no List-Unsubscribe in:\n${head}`);
  return link;
}
