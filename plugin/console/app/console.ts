import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import type { Principal } from "../api/calls.ts";
import { type Call, createClient } from "../api/client.ts";
import { problemOf } from "../api/problem.ts";
import { PastedToken } from "../api/session.ts";
import { define } from "../ui/define.ts";
import { formStyles } from "../ui/form-styles.ts";
import { foreign } from "../ui/format.ts";
import { icon } from "../ui/icon.ts";
import { problemNote } from "../ui/problem-note.ts";
import { note } from "../ui/status.ts";
import { styles } from "../ui/styles.ts";
import { theme } from "../ui/theme.ts";
import type { App, Tone } from "./app.ts";
import { Asking } from "./asking.ts";
import { consoleStyles } from "./console-styles.ts";
import { KeptLists } from "./kept-lists.ts";
import { type Place, link, placeOf } from "./route.ts";
import { side } from "./side.ts";
import { viewOf } from "./views.ts";

interface Said {
  readonly id: number;
  readonly text: string;
  readonly tone: Tone;
}

/**
 * The whole console. Alone it lives at `/console`; in a host's page `getToken` answers a bearer token each time one is needed and nothing is
 * stored. It fires `countersign:navigate` ({ path }) and `countersign:error` ({ code, title }).
 */
export class CountersignConsole extends LitElement {
  static override styles = [theme, styles, formStyles, consoleStyles];

  /** Where Countersign is mounted; the script's own server unless given. */
  @property({ attribute: "base-url" }) baseUrl = "";
  /** The view to begin with, such as `devices/4711`. */
  @property() view = "";
  /** `hash`: the place stands in the page's address. */
  @property() routing: "hash" | "memory" = "memory";
  /** Without navigation, for a view inside a host's own page. */
  @property({ type: Boolean }) bare = false;
  @property({ attribute: false }) getToken: (() => Promise<string | undefined>) | undefined;

  @state() private app: App | undefined;
  @state() private place: Place = placeOf("");
  @state() private signIn: "unknown" | "needed" | "again" | "done" = "unknown";
  @state() private failure: unknown;
  @state() private said: readonly Said[] = [];
  @state() private open = false;
  @state() private waiting = 0;
  @query("main") private main!: HTMLElement | null;
  @query("#find") private finder!: HTMLInputElement | null;

  readonly #pasted = new PastedToken();
  readonly #lists = new KeptLists();
  readonly #asking = new Asking(this);
  #stay: string | undefined;
  #renewals: ((renewed: boolean) => void)[] = [];
  #next = 0;
  #entered = false;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("hashchange", this.#hashChanged);
    window.addEventListener("beforeunload", this.#beforeUnload);
    window.addEventListener("keydown", this.#key);
  }

  protected override updated(changed: PropertyValues): void {
    // A host may hand over its function after the element is there.
    const late = changed.has("getToken") && this.getToken !== undefined && this.app === undefined;
    if (this.#entered && !late) return;
    this.#entered = true;
    void this.#enter();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("hashchange", this.#hashChanged);
    window.removeEventListener("beforeunload", this.#beforeUnload);
    window.removeEventListener("keydown", this.#key);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!this.hasUpdated) this.place = placeOf(this.routing === "hash" ? location.hash : this.view);
    else if (changed.has("view") && this.routing === "memory") this.place = placeOf(this.view);
  }

  get #base(): string {
    const base = this.baseUrl === "" ? new URL("..", import.meta.url).href : this.baseUrl;
    return new URL(base.endsWith("/") ? base : `${base}/`, location.href).href;
  }

  #call(token: () => Promise<string | undefined>, renew: () => Promise<boolean>): Call {
    return createClient({ base: this.#base, token, renew });
  }

  /** Finds out who is here; without an answer asks for a token. */
  async #enter(): Promise<void> {
    const token = (): Promise<string | undefined> =>
      this.getToken === undefined ? Promise.resolve(this.#pasted.value) : this.getToken();
    this.failure = undefined;
    try {
      const principal = await this.#call(token, () => Promise.resolve(false))("getWhoami");
      this.#begin(
        this.#call(token, () => this.#renew()),
        principal,
      );
    } catch (failure) {
      if (problemOf(failure).status === 401 && this.getToken === undefined) this.signIn = "needed";
      else this.#failed(failure);
    }
  }

  #failed(failure: unknown): void {
    this.failure = failure;
    const { code, title } = problemOf(failure);
    this.#fire("countersign:error", { code, title });
  }

  #begin(call: Call, principal: Principal): void {
    this.signIn = "done";
    this.app = {
      call,
      principal,
      base: this.#base,
      may: (right) => principal.rights.includes(right),
      go: (path) => void this.#go(path),
      say: (text, tone = "info") => this.#say(text, tone),
      fail: (thrown) => this.#fail(thrown),
      ask: (question) => this.#asking.ask(question),
      keepHere: (reason) => (this.#stay = reason),
      decided: () => void this.#countWaiting(),
      signOut: () => void this.#signOut(),
    };
    void this.#countWaiting();
  }

  async #countWaiting(): Promise<void> {
    if (this.app?.may("approvals:decide") !== true) return;
    const { app } = this;
    const { items } = await app.call("getApprovals", { query: { state: "pending", limit: 100 } });
    if (app === this.app) this.waiting = items.length;
  }

  /** A session that has ended: the view stays as it is, and goes on when somebody has signed in again. */
  #renew(): Promise<boolean> {
    if (this.getToken !== undefined) return Promise.resolve(true);
    this.signIn = "again";
    return new Promise((resolve) => this.#renewals.push(resolve));
  }

  readonly #take = async (token: string): Promise<void> => {
    const principal = await this.#call(
      () => Promise.resolve(token),
      () => Promise.resolve(false),
    )("getWhoami");
    this.#pasted.keep(token);
    const before = this.app?.principal;
    const same = before?.id === principal.id && before.tenant === principal.tenant;
    if (!same) await this.#enter();
    this.signIn = "done";
    // What somebody has asked for is not sent in the name of another.
    for (const resolve of this.#renewals.splice(0)) resolve(same);
  };

  /** Nothing of whoever leaves is there for the next one: neither what was said nor the filters of their lists. */
  async #signOut(): Promise<void> {
    if (!(await this.#mayLeave())) return;
    this.#pasted.keep(undefined);
    this.app = undefined;
    this.said = [];
    this.waiting = 0;
    this.#lists.forget();
    this.signIn = "needed";
  }

  async #go(path: string): Promise<void> {
    const place = placeOf(this.#lists.back(placeOf(path), this.place));
    if (!(await this.#mayLeave())) return;
    this.open = false;
    // The browser says nothing of a link to where it is: whoever takes it wants to see it anew.
    if (this.routing === "hash" && place.path !== this.place.path)
      location.hash = `#/${place.path}`;
    else this.#arrive(place);
  }

  #arrive(place: Place): void {
    this.#lists.leave(this.place);
    const moved =
      place.view !== this.place.view || place.rest.join("/") !== this.place.rest.join("/");
    this.place = place;
    this.#fire("countersign:navigate", { path: place.path });
    if (!moved) return;
    void this.updateComplete.then(() => {
      scrollTo({ top: 0 });
      this.main?.focus({ preventScroll: true });
    });
    void this.#countWaiting();
  }

  readonly #hashChanged = async (event: HashChangeEvent): Promise<void> => {
    if (this.routing !== "hash" || this.app === undefined) {
      if (this.routing === "hash") this.place = placeOf(location.hash);
      return;
    }
    const wanted = placeOf(new URL(event.newURL).hash);
    if (wanted.path === this.place.path) return;
    if (await this.#mayLeave()) this.#arrive(wanted);
    else history.replaceState(null, "", `#/${this.place.path}`);
  };

  async #mayLeave(): Promise<boolean> {
    if (this.#stay === undefined) return true;
    const leave = await this.#asking.ask({
      title: "Leave this page?",
      text: this.#stay,
      yes: "Leave",
      dangerous: true,
    });
    if (leave) this.#stay = undefined;
    return leave;
  }

  readonly #beforeUnload = (event: BeforeUnloadEvent): void => {
    if (this.#stay !== undefined) event.preventDefault();
  };

  readonly #key = (event: KeyboardEvent): void => {
    if (
      event.key.toLowerCase() !== "k" ||
      !(event.ctrlKey || event.metaKey) ||
      this.finder === null
    )
      return;
    event.preventDefault();
    this.open = true;
    void this.updateComplete.then(() => this.finder?.focus());
  };

  #say(text: string, tone: Tone): void {
    const id = (this.#next += 1);
    this.said = [...this.said, { id, text, tone }];
    // What went wrong stays until it was read.
    if (tone !== "bad") setTimeout(() => this.#unsay(id), 6000);
  }

  #unsay(id: number): void {
    this.said = this.said.filter((one) => one.id !== id);
  }

  #fail(thrown: unknown): void {
    const { title, detail, nextStep, code } = problemOf(thrown);
    const text = [`${title}.`, detail, nextStep].filter((part) => part !== undefined).join(" ");
    this.#say(text, "bad");
    this.#fire("countersign:error", { code, title });
  }

  #fire(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  /** Links of the console stay inside the element where the page's address is the host's. */
  readonly #clicked = (event: MouseEvent): void => {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.ctrlKey ||
      event.metaKey ||
      event.shiftKey
    )
      return;
    const anchor = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
    const href = anchor?.getAttribute("href");
    if (href === null || href === undefined || !href.startsWith("#/")) return;
    event.preventDefault();
    void this.#go(href);
  };

  override render(): TemplateResult {
    return html`${this.#body()}
      <div class="said" role="status" aria-live="polite">
        ${this.said.map(({ id, text, tone }) => note(tone === "quiet" ? "info" : tone, html`${foreign(text)}<button class="plain" type="button" aria-label="Close" @click=${() => this.#unsay(id)}>${icon("cross")}</button>`))}
      </div>
      ${this.#asking.dialog()}
      <wa-dialog label="Sign in again" ?open=${this.signIn === "again"} @wa-hide=${this.#keepOpen}>
        ${this.signIn === "again" ? html`<cs-sign-in again .take=${this.#take}></cs-sign-in>` : nothing}
      </wa-dialog>`;
  }

  readonly #keepOpen = (event: Event): void => {
    if (this.signIn === "again") event.preventDefault();
  };

  #body(): TemplateResult | typeof nothing {
    if (this.failure !== undefined)
      return html`<main>${problemNote(this.failure, () => void this.#enter())}</main>`;
    if (this.signIn === "needed") return html`<cs-sign-in .take=${this.#take}></cs-sign-in>`;
    const { app, place } = this;
    if (app === undefined) return nothing;
    // Each thing has a view of its own: nothing of the one before, and nothing typed there, shows under another's name.
    const view = html`<main id="main" tabindex="-1" aria-label=${place.view}>
      ${keyed([place.view, ...place.rest].join("/"), viewOf(app, place))}
    </main>`;
    if (this.bare) return html`<div class="bare" @click=${this.#clicked}>${view}</div>`;
    return html`<div class="frame" @click=${this.#clicked}>${this.#side(app)}${view}</div>`;
  }

  #side(app: App): TemplateResult {
    return side({
      app,
      view: this.place.view,
      waiting: this.waiting,
      open: this.open,
      toggle: () => (this.open = !this.open),
      find: this.#find,
      signOut:
        this.getToken === undefined
          ? () => {
              void this.#signOut();
            }
          : undefined,
    });
  }

  readonly #find = (event: Event): void => {
    event.preventDefault();
    const text = this.finder?.value.trim() ?? "";
    if (text !== "") void this.#go(link(["search"], { q: text }));
  };
}
define("countersign-console", CountersignConsole);
