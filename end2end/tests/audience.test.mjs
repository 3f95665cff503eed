// People through the console: the list, a file with errors in Polish, one person, topics, the list of addresses not to mail.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, hydrated, launch, open, shot, withPerson } from "../support/browser.mjs";

const PASSWORD = "bell tower at noon";

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

async function signIn(page, user) {
  await page.goto("/sign-in");
  await page.fill("#email", `${user}@brackwater.example`);
  await page.fill("#password", PASSWORD);
  await page.click("button[type=submit]");
  await page.waitForURL(/\/c\//);
}

/** Windows-1250, as Excel in Poland writes it. */
function windows1250(text) {
  const letters = { "ą": 0xb9, "ć": 0xe6, "ę": 0xea, "ł": 0xb3, "ń": 0xf1, "ó": 0xf3, "ś": 0x9c, "ź": 0x9f, "ż": 0xbf, "Ł": 0xa3, "Ż": 0xaf, "Ś": 0x8c };
  return Buffer.from([...text].map((letter) => letters[letter] ?? letter.charCodeAt(0)));
}

const FILE = windows1250(
  [
    "Adres e-mail;Imię;Nazwisko;Język;Kierunek",
    "lucja.zak@example.org;Łucja;Żak;pl;Fizyka",
    "nie adres;Nikt;Nikt;pl;",
    "jan.ges@example.org;Jan;Gęś;klingoński;Prawo",
    'ewa.sliwa@example.org;Ewa;"Śliwa; dr";de;"dwie\r\nlinie"',
    "lucja.zak@example.org;Łucja Anna;Żak;pl;Fizyka",
    "",
  ].join("\r\n"),
);

test("a file with errors becomes people, and says what was wrong", async () => {
  await withPerson(browser, { locale: "pl-PL" }, async ({ page }) => {
    await signIn(page, "marta");
    await open(page, "/c/admissions/audience/imports/new");
    await accessible(page, "new import");
    await page.setInputFiles("input[type=file]", { name: "kandydaci.csv", mimeType: "text/csv", buffer: FILE });
    await page.getByRole("button", { name: "Prześlij" }).click();
    await page.waitForURL(/\/audience\/imports\/[0-9a-f-]{36}$/);
    await page.getByText("Łucja", { exact: true }).first().waitFor();
    assert.equal(await page.getByLabel("Kodowanie").inputValue(), "windows-1250");
    assert.equal(await page.getByLabel("Separator").inputValue(), "semicolon");
    await accessible(page, "columns of an import");
    await shot(page, "import-columns");
    await page.getByLabel(/^Zapisz wszystkich na/).selectOption({ label: "Dni otwarte" });
    await page.getByLabel(/^Na co osoba się zgodziła/).fill("Chcę dostawać informacje o dniach otwartych.");
    await page.getByRole("button", { name: "Rozpocznij import" }).click();
    await page.getByText(/Import zakończony/).waitFor({ timeout: 60_000 });
    await page.reload();
    await hydrated(page);
    const figure = async (name) => (await page.getByText(name, { exact: true }).locator("..").innerText()).split("\n")[1];
    assert.equal(await figure("Nowe w jednostce"), "3");
    assert.equal(await figure("Pominięte z powodu błędu"), "1");
    assert.equal(await figure("Powtórzone w pliku"), "1");
    await accessible(page, "result of an import");
    await shot(page, "import-result");
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Pobierz wszystkie błędy" }).click();
    const text = await (await (await download).createReadStream()).toArray();
    assert.match(Buffer.concat(text).toString("utf8"), /3,Adres e-mail,To nie jest adres e-mail,nie adres;Nikt/);

    await page.getByRole("link", { name: "Pokaż te osoby" }).click();
    await page.waitForURL(/\/audience\?import=/);
    await page.getByRole("link", { name: "Ewa Śliwa; dr" }).click();
    await page.getByText("Chcę dostawać informacje o dniach otwartych.").waitFor();
    await accessible(page, "a person");
    await shot(page, "person");
  });
});

test("people are found, filtered, added and taken out", async () => {
  await withPerson(browser, { colorScheme: "dark" }, async ({ page, expect }) => {
    expect(/status 422.*save-person/);
    expect(/console error: Failed to load resource.*422/);
    await signIn(page, "anna");
    await open(page, "/c/admissions/audience");
    assert.ok((await page.locator("tbody tr").count()) > 10);
    await accessible(page, "people, dark");
    await shot(page, "people-dark");
    await open(page, "/c/admissions/audience/people/new");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator("[aria-invalid=true]").first().waitFor();
    await accessible(page, "adding a person, with an error");
    await page.getByLabel(/^First name/).fill("Zofia");
    await page.getByLabel(/^Last name/).fill("Brand-New");
    await page.getByLabel(/^Email address/).fill("zofia.brand.new@example.org");
    await page.getByRole("button", { name: "Save" }).click();
    await page.waitForURL(/\/people\/[0-9a-f-]{36}$/);
    await page.getByRole("heading", { level: 1, name: "Zofia Brand-New" }).waitFor();
    await page.getByRole("button", { name: "Subscribe" }).first().click();
    await page.getByLabel(/^What the person agreed to/).fill("Asked for it on the phone.");
    await page.locator("dialog[open]").getByRole("button", { name: "Subscribe" }).click();
    await page.getByText("Asked for it on the phone.").waitFor();
    await page.getByRole("button", { name: "Remove from the unit" }).first().click();
    await page.locator("dialog[open]").getByRole("button", { name: "Remove from the unit" }).click();
    await page.waitForURL(/\/audience$/);
    await open(page, "/c/admissions/audience?q=zofia.brand.new");
    await page.getByText("Nothing matches").waitFor();
  });
});

test("topics and addresses not to mail", async () => {
  await withPerson(browser, { viewport: { width: 390, height: 844 }, locale: "pl-PL" }, async ({ page, expect }) => {
    await signIn(page, "marta");
    await open(page, "/c/admissions/audience/topics");
    await page.getByText("Dni otwarte").first().waitFor();
    await accessible(page, "topics, phone");
    await shot(page, "topics-phone");
    await open(page, "/c/admissions/audience/topics/new");
    await page.getByLabel(/^Nazwa: English/).fill("Summer school");
    await page.getByLabel(/^Nazwa: Polski/).fill("Szkoła letnia");
    await accessible(page, "a topic, phone");
    await page.getByRole("button", { name: "Zapisz", exact: true }).click();
    await page.waitForURL(/\/audience\/topics$/);
    await page.getByText("Szkoła letnia").waitFor();
    await open(page, "/c/admissions/audience/suppressions");
    await accessible(page, "addresses not to mail, phone");
    await page.getByRole("button", { name: "Dodaj adres" }).click();
    await page.locator("dialog[open] input[type=email]").fill("nie.pisz@example.org");
    await page.locator("dialog[open]").getByRole("button", { name: "Dodaj" }).click();
    await page.getByText("nie.pisz@example.org").waitFor();
    await shot(page, "suppressions-phone");
    await page.getByRole("button", { name: "Usuń nie.pisz@example.org" }).click();
    expect(/422/);
    await page.locator("dialog[open]").getByRole("button", { name: "Usuń" }).click();
    await page.locator("dialog[open] [aria-invalid=true]").waitFor();
    await page.getByLabel(/^Dlaczego/).fill("Osoba poprosiła o wiadomości.");
    await page.locator("dialog[open]").getByRole("button", { name: "Usuń" }).click();
    await page.getByText("Adres usunięty z listy").waitFor();
  });
});
