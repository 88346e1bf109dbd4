import {
  html,
  nothing,
  type ReactiveController,
  type ReactiveControllerHost,
  type TemplateResult,
} from "lit";
import { live } from "lit/directives/live.js";
import { visible } from "../ui/format.ts";
import { note } from "../ui/status.ts";
import type { Question } from "./app.ts";

/** A question on its way to an answer. */
interface Asked {
  readonly question: Question;
  readonly answer: (yes: boolean) => void;
}

/**
 * Yes-or-no questions, one after the other; a dangerous one wants its word typed. The next one opens only when the dialog of the one before has
 * gone: it fades out for a while, and what it says at the end would otherwise answer the next.
 */
export class Asking implements ReactiveController {
  readonly #waiting: Asked[] = [];
  #asked: Asked | undefined;
  #fading = false;
  #typed = "";

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  /** Nobody is left to answer. */
  hostDisconnected(): void {
    const open = [...(this.#asked === undefined ? [] : [this.#asked]), ...this.#waiting.splice(0)];
    this.#asked = undefined;
    this.#fading = false;
    for (const { answer } of open) answer(false);
  }

  ask(question: Question): Promise<boolean> {
    return new Promise((answer) => {
      this.#waiting.push({ question, answer });
      this.#next();
    });
  }

  dialog(): TemplateResult {
    const question = this.#asked?.question;
    const ready = question?.typed === undefined || this.#typed === question.typed;
    return html`<wa-dialog
      label=${visible(question?.title ?? "Question")}
      .open=${live(question !== undefined)}
      @wa-after-hide=${(event: Event) => {
        if (event.target === event.currentTarget) this.#gone();
      }}
    >
      ${question === undefined ? nothing : this.#content(question)}
      <wa-button appearance="outlined" slot="footer" @click=${() => this.#answer(false)}
        >Cancel</wa-button
      >
      <wa-button
        slot="footer"
        variant=${question?.dangerous === true ? "danger" : "brand"}
        ?disabled=${!ready}
        @click=${() => {
          if (ready) this.#answer(true);
        }}
        >${question?.yes ?? "Yes"}</wa-button
      >
    </wa-dialog>`;
  }

  #content({ dangerous, text, typed }: Question): TemplateResult {
    return html`<div class="stack">
      ${dangerous === true ? note("warn", text) : html`<p>${visible(text)}</p>`}
      ${
        typed === undefined
          ? nothing
          : html`<div class="field">
              <label for="typed">Type <span class="mono">${typed}</span> to go on</label>
              <input
                id="typed"
                autocomplete="off"
                spellcheck="false"
                .value=${this.#typed}
                @input=${(event: Event) => {
                  this.#typed = (event.target as HTMLInputElement).value;
                  this.host.requestUpdate();
                }}
              />
            </div>`
      }
    </div>`;
  }

  #next(): void {
    if (this.#asked !== undefined || this.#fading) return;
    this.#asked = this.#waiting.shift();
    this.#typed = "";
    this.host.requestUpdate();
  }

  #answer(yes: boolean): void {
    const asked = this.#asked;
    if (asked === undefined) return;
    this.#asked = undefined;
    this.#fading = true;
    this.host.requestUpdate();
    asked.answer(yes);
  }

  /** The dialog is closed: after an answer, or by Escape, which is a no. */
  #gone(): void {
    this.#answer(false);
    this.#fading = false;
    this.#next();
  }
}
