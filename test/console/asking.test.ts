import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { openConsole } from "./consoled.ts";

describe("console: questions", function () {
  let page: Page;
  before(async function () {
    const consoled = await openConsole(this);
    page = await consoled.open("overview");
    await page.evaluate(`
      const frame = document.querySelector("countersign-console");
      window.answers = [];
      window.ask = (title) => frame.shadowRoot.querySelector("cs-overview").app
        .ask({ title, text: "It is only a test.", yes: "Yes, " + title })
        .then((yes) => { window.answers.push([title, yes]); return yes; });`);
  });

  const answers = () => page.evaluate("window.answers.splice(0)");
  const dialog = (title: string) => page.locator(`wa-dialog[label="${title}"]`);
  const yes = (title: string) => dialog(title).getByRole("button", { name: `Yes, ${title}` });
  /** Longer than any fading takes. */
  const faded = () => page.waitForTimeout(1000);

  it("one that is asked while the dialog of the one before fades out waits for its own answer", async () => {
    await page.evaluate(`void window.ask("First").then(() => window.ask("Second"))`);
    await yes("First").click();
    await yes("Second").waitFor();
    await faded();
    assert.deepEqual(await answers(), [["First", true]], "nobody has answered the second");
    await yes("Second").click();
    await dialog("Second").waitFor({ state: "hidden" });
    assert.deepEqual(await answers(), [["Second", true]]);
  });

  it("Escape is a no, and the next question opens all the same", async () => {
    await page.evaluate(`void window.ask("Third").then(() => window.ask("Fourth"))`);
    await yes("Third").waitFor();
    await faded();
    await page.keyboard.press("Escape");
    await yes("Fourth").waitFor();
    await faded();
    await dialog("Fourth").getByRole("button", { name: "Cancel" }).click();
    await dialog("Fourth").waitFor({ state: "hidden" });
    assert.deepEqual(await answers(), [
      ["Third", false],
      ["Fourth", false],
    ]);
  });

  it("two at once are both answered, one after the other", async () => {
    await page.evaluate(`void window.ask("Fifth"); void window.ask("Sixth")`);
    await yes("Fifth").click();
    await yes("Sixth").click();
    await faded();
    assert.deepEqual(await answers(), [
      ["Fifth", true],
      ["Sixth", true],
    ]);
    assert.equal(await page.locator("wa-dialog[open]").count(), 0);
  });
});
