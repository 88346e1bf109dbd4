import { html, nothing, type TemplateResult } from "lit";
import { note } from "../ui/status.ts";
import type { Question } from "./app.ts";

/** A question on its way to an answer. */
export interface Asked {
  readonly question: Question;
  readonly answer: (yes: boolean) => void;
}

/** The dialog of a yes-or-no question; a dangerous one wants its word typed. */
export const askingDialog = (
  asked: Asked | undefined,
  typed: string,
  type: (text: string) => void,
): TemplateResult => {
  const question = asked?.question;
  const ready = question?.typed === undefined || typed === question.typed;
  const answer = (yes: boolean) => (): void => {
    if (!yes || ready) asked?.answer(yes);
  };
  return html`<wa-dialog
    label=${question?.title ?? "Question"}
    ?open=${asked !== undefined}
    @wa-after-hide=${(event: Event) => {
      if (event.target === event.currentTarget) asked?.answer(false);
    }}
  >
    ${
      question === undefined
        ? nothing
        : html`<div class="stack">
            ${question.dangerous === true ? note("warn", question.text) : html`<p>${question.text}</p>`}
            ${
              question.typed === undefined
                ? nothing
                : html`<div class="field">
                    <label for="typed"
                      >Type <span class="mono">${question.typed}</span> to go on</label
                    >
                    <input
                      id="typed"
                      autocomplete="off"
                      spellcheck="false"
                      .value=${typed}
                      @input=${(event: Event) => type((event.target as HTMLInputElement).value)}
                    />
                  </div>`
            }
          </div>`
    }
    <wa-button appearance="outlined" slot="footer" @click=${answer(false)}>Cancel</wa-button>
    <wa-button
      slot="footer"
      variant=${question?.dangerous === true ? "danger" : "brand"}
      ?disabled=${!ready}
      @click=${answer(true)}
      >${question?.yes ?? "Yes"}</wa-button
    >
  </wa-dialog>`;
};
