// The catalogues of the console, so that a test finds buttons by the words that people see, in any of the four languages.

import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const locales = join(dirname(fileURLToPath(import.meta.url)), "../../crates/i18n/locales");

/** All texts of a language: `words("pl").audience.upload`. */
export function words(language) {
  const folder = join(locales, language);
  return Object.fromEntries(
    readdirSync(folder).map((file) => [file.replace(".json", ""), JSON.parse(readFileSync(join(folder, file), "utf8"))]),
  );
}

/** A text with its arguments filled in: `fill(t.audience.goes_to, { column: "email" })`. */
export function fill(text, values) {
  return text.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name) => values[name] ?? "");
}

/** A pattern for a text whose arguments may be anything. */
export function pattern(text) {
  const escaped = text.split(/\{\{[^}]*\}\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(escaped.join(".*"));
}
