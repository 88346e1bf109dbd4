import { setTimeout as pause } from "node:timers/promises";
import type { Bidi } from "./bidi.ts";
import { findExpression, type Sought } from "./finder.ts";

const DEADLINE = 15_000;

/** Notes what the Content-Security-Policy keeps out: Firefox tells that to its own console only. */
const WATCH_POLICY = `() => {
  globalThis.policyFaults = [];
  document.addEventListener("securitypolicyviolation", (event) => {
    globalThis.policyFaults.push(event.violatedDirective + " " + event.blockedURI + " " + event.sample);
  });
}`;

interface Remote {
  readonly type: string;
  readonly value?: unknown;
  readonly sharedId?: string;
}

/** Codes of the keys that are no letters (WebDriver, section 17.4.2). */
const KEYS = { Tab: "\uE004", Enter: "\uE007", Escape: "\uE00C" } as const;

/** A tab of Firefox. Whatever is looked for is waited for. */
export class FirefoxPage {
  /** Errors that the page's script threw or wrote to the console. */
  readonly faults: string[] = [];

  private constructor(
    private readonly bidi: Bidi,
    private readonly context: string,
  ) {}

  static async open(bidi: Bidi, width: number, height: number): Promise<FirefoxPage> {
    const { context } = await bidi.send("browsingContext.create", { type: "tab" });
    const page = new FirefoxPage(bidi, context as string);
    bidi.on((method, params) => {
      const source = params["source"] as { readonly context?: string } | undefined;
      if (method !== "log.entryAdded" || source?.context !== context) return;
      // Refusals of the API are answers, not faults.
      if (params["level"] === "error" && !/status (of )?4\d\d/.test(String(params["text"])))
        page.faults.push(String(params["text"]));
    });
    const watch = { functionDeclaration: WATCH_POLICY, contexts: [context] };
    await bidi.send("script.addPreloadScript", watch);
    await page.resize(width, height);
    return page;
  }

  async resize(width: number, height: number): Promise<void> {
    const { context } = this;
    await this.bidi.send("browsingContext.setViewport", { context, viewport: { width, height } });
  }

  async goto(url: string): Promise<void> {
    const { context } = this;
    await this.bidi.send("browsingContext.navigate", { context, url, wait: "complete" });
  }

  /** A value that JSON knows, or undefined. */
  async evaluate(expression: string): Promise<unknown> {
    const { value } = await this.remote(`JSON.stringify(${expression})`);
    return value === undefined ? undefined : (JSON.parse(value as string) as unknown);
  }

  /** Waits until something is shown. */
  async see(kind: Sought, name: string): Promise<void> {
    await this.find(kind, name);
  }

  async shows(kind: Sought, name: string): Promise<boolean> {
    return (await this.remote(findExpression(kind, name))).sharedId !== undefined;
  }

  /** Clicks with the pointer in the middle of it, once it stands still: a dialog comes in with a movement. */
  async click(kind: Sought, name: string): Promise<void> {
    await this.find(kind, name);
    await this.remote(`(${findExpression(kind, name)})?.scrollIntoView({ block: "center" })`);
    const place = `(() => { const { x, y } = (${findExpression(kind, name)})?.getBoundingClientRect() ?? {}; return [x, y]; })()`;
    let before: string | undefined;
    for (const until = Date.now() + DEADLINE; Date.now() < until;) {
      const now = JSON.stringify(await this.evaluate(place));
      if (now === before) break;
      before = now;
      await pause(100);
    }
    const sharedId = await this.find(kind, name);
    const origin = { type: "element", element: { sharedId } };
    await this.perform({
      type: "pointer",
      id: "mouse",
      actions: [
        { type: "pointerMove", x: 0, y: 0, origin },
        { type: "pointerDown", button: 0 },
        { type: "pointerUp", button: 0 },
      ],
    });
  }

  /** Types a text in place of what a field holds. */
  async fill(name: string, text: string): Promise<void> {
    await this.find("field", name);
    await this.remote(
      `(() => { const at = ${findExpression("field", name)}; at.focus(); at.select?.(); })()`,
    );
    await this.type(text);
  }

  async press(key: keyof typeof KEYS): Promise<void> {
    await this.type(KEYS[key]);
  }

  async type(text: string): Promise<void> {
    const actions = Array.from(text).flatMap((value) => [
      { type: "keyDown", value },
      { type: "keyUp", value },
    ]);
    await this.perform({ type: "key", id: "keyboard", actions });
  }

  /** Picks of a list by value: its menu is no part of the page that a pointer could reach. */
  async choose(name: string, value: string): Promise<void> {
    await this.find("field", name);
    await this.remote(`(() => {
      const at = ${findExpression("field", name)};
      at.value = ${JSON.stringify(value)};
      at.dispatchEvent(new Event("change", { bubbles: true }));
    })()`);
  }

  /** What went wrong since the page was opened: script errors and what the policy refused. */
  async allFaults(): Promise<readonly string[]> {
    const refused = (await this.evaluate("globalThis.policyFaults")) as readonly string[];
    return [...this.faults, ...refused];
  }

  private async find(kind: Sought, name: string): Promise<string> {
    for (const until = Date.now() + DEADLINE; Date.now() < until;) {
      const { sharedId } = await this.remote(findExpression(kind, name));
      if (sharedId !== undefined) return sharedId;
      await pause(100);
    }
    const shown = await this.evaluate(`(() => {
      const read = (root) => [...root.querySelectorAll("*")].map((at) => at.shadowRoot === null ? "" : at.shadowRoot.textContent + read(at.shadowRoot)).join(" ");
      return read(document).replace(/\\s+/g, " ");
    })()`);
    throw new Error(
      `${kind} "${name}" is not shown; the page says: ${String(shown).slice(0, 3000)}`,
    );
  }

  private async remote(expression: string): Promise<Remote> {
    const answer = await this.bidi.send("script.evaluate", {
      expression,
      target: { context: this.context },
      awaitPromise: true,
    });
    if (answer["type"] === "success") return answer["result"] as Remote;
    throw new Error(JSON.stringify(answer["exceptionDetails"]));
  }

  private async perform(...actions: readonly object[]): Promise<void> {
    await this.bidi.send("input.performActions", { context: this.context, actions });
  }
}
