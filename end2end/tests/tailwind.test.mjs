// Our stylesheet says what Tailwind's own compiler says, for every class that the sources use.
//
// The two write the same thing differently (variables, nesting, layers), so the browser judges: an element with the class
// has the same computed style under both, and where Tailwind has a rule for a class, so have we.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launch } from "../support/browser.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const tools = join(root, "end2end");

// Where the two differ on purpose or without effect; each with its reason.
const DIFFERENT = new Map([
  ["prose", "encre-css-typography has its own names for the same variables"],
  ["transition-", "encre-css animates the properties of Tailwind 3: without outline-color and translate, which we do not move"],
  ["divide-", "the line is drawn above what follows instead of below what goes before"],
  ["font-mono", "the list of faces begins with those that a browser of today does not need named"],
  ["scale-", "encre-css sets transform, Tailwind 4 the newer property scale: the same picture"],
  ["sr-only", "hidden by clip instead of clip-path, with the same effect"],
]);

let browser;
let work;
before(async () => {
  browser = await launch();
  work = mkdtempSync(join(tmpdir(), "campanile-tailwind-"));
});
after(async () => {
  await browser?.close();
  rmSync(work, { recursive: true, force: true });
});

function files(folder, extension) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return files(path, extension);
    return name.endsWith(extension) ? [path] : [];
  });
}

/** Words in string literals; Tailwind decides which of them are classes. */
function candidates() {
  const words = new Set();
  const sources = [...files(join(root, "app/src"), ".rs"), ...files(join(root, "server/templates"), ".html")];
  for (const path of sources) {
    const text = readFileSync(path, "utf8");
    for (const [, literal] of text.matchAll(/"([^"\\]*)"/g)) {
      for (const word of literal.split(/\s+/)) if (/^[-!a-z@[*][^{}"'<>]*$/.test(word)) words.add(word);
    }
  }
  return [...words].sort();
}

test("the classes in use look as Tailwind's compiler makes them look", async (t) => {
  const classes = candidates();
  writeFileSync(join(work, "classes.html"), classes.map((name) => `<i class='${name.replaceAll("'", "&#39;")}'></i>`).join("\n"));
  const theme = readFileSync(join(root, "style/theme.css"), "utf8");
  const tokens = readFileSync(join(root, "style/tokens.css"), "utf8");
  writeFileSync(
    join(work, "in.css"),
    `@import "${tools}/node_modules/tailwindcss/index.css" source(none);\n@source "${work}/classes.html";\n` +
      `@plugin "${tools}/node_modules/@tailwindcss/typography";\n${tokens}\n${theme}\n`,
  );
  execFileSync(join(tools, "node_modules/.bin/tailwindcss"), ["-i", join(work, "in.css"), "-o", join(work, "theirs.css")], {
    cwd: tools,
    stdio: "pipe",
  });
  const theirs = readFileSync(join(work, "theirs.css"), "utf8");
  const ours = `${tokens}\n${execFileSync("cargo", ["xtask", "styles", "--utilities"], { cwd: root, maxBuffer: 1 << 26 })}`;

  const looks = async (css, viewport) => {
    const page = await browser.newPage({ viewport });
    // Our base sets the typeface for both.
    await page.setContent(`<!doctype html><style>${css}</style><style>html { font-family: sans-serif !important }</style><main></main>`);
    const result = await page.evaluate((names) => {
      const selectors = [];
      const walk = (rules, context) => {
        for (const rule of rules) {
          if (rule.selectorText) selectors.push(rule.selectorText);
          if (rule.cssRules) walk(rule.cssRules, context);
        }
      };
      for (const sheet of document.styleSheets) walk(sheet.cssRules);
      const all = selectors.join("\n");
      const main = document.querySelector("main");
      const styles = {};
      for (const name of names) {
        const parent = document.createElement("div");
        parent.style.cssText = "width:400px;height:300px;position:relative";
        const element = document.createElement("div");
        element.className = name;
        element.append(document.createElement("span"), document.createElement("span"));
        parent.append(element);
        main.append(parent);
        const look = (target) => {
          const computed = getComputedStyle(target);
          return Object.fromEntries([...computed].filter((key) => !key.startsWith("--")).map((key) => [key, computed.getPropertyValue(key)]));
        };
        styles[name] = { known: all.includes(`.${CSS.escape(name)}`), self: look(element), child: look(element.lastChild) };
        parent.remove();
      }
      return styles;
    }, classes);
    await page.close();
    return result;
  };

  const wrong = [];
  for (const viewport of [{ width: 1400, height: 900 }, { width: 400, height: 800 }]) {
    const [left, right] = [await looks(ours, viewport), await looks(theirs, viewport)];
    const bare = await looks("", viewport);
    for (const name of classes) {
      if ([...DIFFERENT.keys()].some((prefix) => name.split(":").at(-1).startsWith(prefix))) continue;
      if (right[name].known && !left[name].known) {
        wrong.push(`${name}: Tailwind knows it, we do not`);
        continue;
      }
      if (!right[name].known) continue;
      for (const part of ["self", "child"]) {
        for (const [key, value] of Object.entries(right[name][part])) {
          if (left[name][part][key] === value) continue;
          // What the preflight of one of them sets on everything is not the class's doing.
          if (bare[name][part][key] === value && !right[name].known) continue;
          if (same(left[name][part][key], value)) continue;
          wrong.push(`${name} at ${viewport.width} (${part}): ${key} is ${left[name][part][key]}, Tailwind says ${value}`);
        }
      }
    }
  }
  t.diagnostic(`${classes.length} words, ${wrong.length} differences`);
  assert.deepEqual([...new Set(wrong)], []);
});

/** Equal but for rounding: 0.375rem written out or computed, infinity written as a large number. */
function same(left, right) {
  const numbers = (text) => (text ?? "").match(/-?\d+(\.\d+)?(e[+-]?\d+)?/g)?.map(Number) ?? [];
  const words = (text) => (text ?? "").replace(/-?\d+(\.\d+)?(e[+-]?\d+)?/g, "#");
  if (words(left) !== words(right)) return false;
  const [a, b] = [numbers(left), numbers(right)];
  return a.every((value, at) => Math.abs(value - b[at]) <= 0.01 * Math.max(1, Math.abs(b[at])) || (value >= 9999 && b[at] >= 9999));
}
