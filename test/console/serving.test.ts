import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import express from "express";
import type { Browser } from "playwright-core";
import { startInstallation, type TestInstallation } from "../support/installation.ts";
import { type Listening, listen } from "../support/listen.ts";
import { buildConsole, openBrowser, openPage, signIn } from "../support/browser.ts";
import { firstView } from "../support/first-view.ts";
import { consoleFiles } from "../support/api-calls.ts";
import { file } from "../support/manifest.ts";

const KB = 1000;
const SECOND = 1000;
const TRIES = 12;
/** What the host's custom properties come to in a form: each as it is computed where it shows. */
const THEMED = `(() => {
  const root = document.querySelector("countersign-console").shadowRoot;
  const view = root.querySelector("main").firstElementChild.shadowRoot;
  const card = getComputedStyle(view.querySelector(".card"));
  const probe = (value, property) => {
    const one = view.querySelector(".card").appendChild(document.createElement("i"));
    one.style.setProperty(property, value);
    const computed = getComputedStyle(one).getPropertyValue(property);
    one.remove();
    return computed;
  };
  return {
    accent: getComputedStyle(view.querySelector("a.crumb")).color,
    onAccent: probe("var(--wa-color-brand-on-loud)", "color"),
    page: probe("var(--page)", "color"),
    surface: card.backgroundColor,
    line: card.borderTopColor,
    text: card.color,
    font: card.fontFamily,
    mono: probe("var(--mono)", "font-family"),
    radius: card.borderTopLeftRadius,
    padding: card.padding,
  };
})()`;
/** Page, style, script, picture, icons, and what the overview asks the API. */
const REQUESTS = 20;

describe("console: how it is served", function () {
  this.timeout(60_000);
  let installation: TestInstallation;
  let server: Listening;
  let browser: Browser;
  before(async function () {
    buildConsole();
    browser = await openBrowser(this);
    installation = await startInstallation({ publicUrl: "http://127.0.0.1" });
    server = await listen((request, response) =>
      installation.countersign.handler(request, response),
    );
  });
  after(async () => {
    await browser.close();
    await server.close();
    await installation.end();
  });

  const token = () =>
    installation.countersign.tokens.mint({
      subject: "anna",
      tenant: "default",
      roles: ["owner"],
      lifetimeSeconds: 3600,
    });

  it("the typed client is what the API's own document makes it (npm run manifest)", async () => {
    for (const [path, text] of await consoleFiles())
      assert.equal(readFileSync(file(path), "utf8"), text, path);
  });

  it("/console leads to /console/, wherever a host has mounted it", async () => {
    const bare = await fetch(`${server.url}/console`, { redirect: "manual" });
    assert.equal(bare.status, 308);
    assert.equal(bare.headers.get("location"), "console/");
    const host = express().use("/pki", installation.countersign.handler);
    const mounted = await listen(host);
    try {
      const page = await fetch(`${mounted.url}/pki/console`);
      assert.equal(page.url, `${mounted.url}/pki/console/`);
      assert.match(await page.text(), /<countersign-console /);
    } finally {
      await mounted.close();
    }
  });

  it("a strict policy: nothing inline, nothing from elsewhere, in nobody's frame", async () => {
    const page = await fetch(`${server.url}/console/`);
    const policy = page.headers.get("content-security-policy") ?? "";
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ])
      assert.ok(policy.includes(part), part);
    assert.ok(!policy.includes("unsafe"), policy);
    assert.equal(page.headers.get("x-content-type-options"), "nosniff");
    const html = await page.text();
    assert.doesNotMatch(html, /<style|style=|<script(?![^>]*src=)|https?:/);
  });

  it("is asked for again cheaply: an ETag, 304, and compressed as the browser takes it", async () => {
    const url = `${server.url}/console/console.js`;
    const first = await fetch(url, { headers: { "accept-encoding": "br" } });
    assert.equal(first.headers.get("content-encoding"), "br");
    assert.equal(first.headers.get("cache-control"), "no-cache");
    const etag = first.headers.get("etag") ?? "";
    assert.match(etag, /^"[\w-]+"$/);
    const again = await fetch(url, { headers: { "accept-encoding": "br", "if-none-match": etag } });
    assert.equal(again.status, 304);
    const zipped = await fetch(url, { headers: { "accept-encoding": "gzip" } });
    assert.equal(zipped.headers.get("content-encoding"), "gzip");
    assert.equal((await zipped.text()).length, (await first.text()).length);
    assert.equal((await fetch(`${server.url}/console/passwd`)).status, 404);
    assert.equal((await fetch(`${server.url}/console/..%2f..%2fpackage.json`)).status, 404);
    assert.equal((await fetch(url, { method: "POST" })).status, 405);
  });

  it("the script stays under 250 kB compressed", async () => {
    const size = Number(
      (
        await fetch(`${server.url}/console/console.js`, {
          method: "HEAD",
          headers: { "accept-encoding": "gzip" },
        })
      ).headers.get("content-length"),
    );
    assert.ok(size > 10 * KB && size < 250 * KB, `${size} bytes`);
  });

  it("its first view is usable in under a second, from an empty cache", async function () {
    this.timeout(120_000);
    const bearer = await token();
    const times: number[] = [];
    // The quickest counts: what others do on the machine makes some slow, what we do makes all of them slow.
    for (let turn = 0; turn < TRIES && Math.min(...times) >= SECOND; turn += 1) {
      const { usable, requests, faults } = await firstView(
        browser,
        server.url,
        bearer,
        "Nothing is set up yet",
      );
      times.push(usable);
      assert.deepEqual([...new Set(requests.map((at) => new URL(at).origin))], [server.url]);
      assert.deepEqual(faults, []);
      assert.ok(requests.length <= REQUESTS, `${requests.length} requests: ${requests.join(" ")}`);
    }
    assert.ok(Math.min(...times) < SECOND, `${times.map(Math.round).join(", ")} ms`);
  });

  it("no token is ever in an address, and signing out forgets it", async () => {
    const { page } = await openPage(browser);
    const secret = await token();
    const addresses: string[] = [];
    page.on("request", (request) => addresses.push(request.url()));
    await signIn(page, server.url, secret);
    assert.ok(addresses.every((address) => !address.includes(secret)));
    assert.equal(await page.evaluate("localStorage.length"), 0);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Access token").waitFor();
    assert.equal(await page.evaluate('sessionStorage.getItem("countersign.token")'), null);
    await page.getByLabel("Access token").fill("not-a-token");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();
  });

  it("lives in a host's page: one script tag, one element, a token by a function, colours by custom properties", async () => {
    const bearer = await token();
    const host = createServer((request, response) => {
      if (request.url === "/") {
        response.setHeader("Content-Type", "text/html");
        response.end(`<!doctype html><title>MDM</title>
          <style>countersign-console { display: block; --countersign-accent: rgb(1, 120, 60); --countersign-on-accent: rgb(250, 250, 1);
            --countersign-page: rgb(1, 2, 3); --countersign-surface: rgb(4, 5, 6); --countersign-line: rgb(7, 8, 9); --countersign-text: rgb(200, 201, 202);
            --countersign-font: monospace; --countersign-mono: serif; --countersign-radius: 3px; --countersign-unit: 10px }</style>
          <h1>Our own MDM</h1>
          <script type="module" src="/pki/console/console.js"></script>
          <script>addEventListener("countersign:navigate", (event) => { document.title = event.detail.path })</script>
          <countersign-console base-url="/pki/" view="ca-servers" bare></countersign-console>
          <script>document.querySelector("countersign-console").getToken = () => Promise.resolve("${bearer}")</script>`);
        return;
      }
      request.url = (request.url ?? "").replace(/^\/pki/, "");
      installation.countersign.handler(request, response);
    });
    await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
    const address = host.address();
    assert.ok(typeof address === "object" && address !== null);
    try {
      const { page, faults } = await openPage(browser);
      await page.goto(`http://127.0.0.1:${address.port}/`);
      await page.getByRole("heading", { name: "CA servers" }).waitFor();
      await page.getByRole("link", { name: "Add CA server" }).click();
      await page.getByRole("heading", { name: "Add CA server" }).first().waitFor();
      assert.equal(await page.title(), "ca-servers/new");
      assert.equal(new URL(page.url()).hash, "", "the host's address is the host's");
      assert.equal(await page.evaluate("sessionStorage.length"), 0, "embedded it stores nothing");
      await page.locator("cs-ca-server-form .card").first().waitFor();
      assert.deepEqual(await page.evaluate<Record<string, string>>(THEMED), {
        accent: "rgb(1, 120, 60)",
        onAccent: "rgb(250, 250, 1)",
        page: "rgb(1, 2, 3)",
        surface: "rgb(4, 5, 6)",
        line: "rgb(7, 8, 9)",
        text: "rgb(200, 201, 202)",
        font: "monospace",
        mono: "serif",
        radius: "3px",
        padding: "20px 25px",
      });
      const shown = await page.evaluate<string>("getComputedStyle(document.body).color");
      assert.equal(shown, "rgb(0, 0, 0)", "the host's own page stays as it is");
      assert.deepEqual(faults, []);
    } finally {
      await new Promise((resolve) => {
        host.closeAllConnections();
        host.close(resolve);
      });
    }
  });
});
