import { html, nothing, type TemplateResult } from "lit";
import type { LedgerRow } from "../../api/calls.ts";
import { CODES } from "../../api/words.ts";
import { foreign, when } from "../../ui/format.ts";
import { status } from "../../ui/status.ts";
import { eventWords } from "./event-words.ts";

/** One line: plain words first, the raw facts one click below. */
export const eventLine = (row: LedgerRow): TemplateResult => {
  const { tone, text } = eventWords(row);
  const label = row.event === "certificate.refused" ? row.data["label"] : undefined;
  const fact = typeof label === "string" ? CODES[label] : undefined;
  const detail = row.data["detail"];
  return html`<li>
    <details>
      <summary>${status(tone, text)} <span class="quiet">${when(row.at)}</span></summary>
      <div class="stack tight">
        ${fact === undefined ? nothing : html`<p><strong>${fact.title}.</strong> ${typeof detail === "string" ? foreign(detail) : nothing} <strong>Next step:</strong> ${fact.nextStep}</p>`}
        <dl class="facts small">
          <dt>By</dt>
          <dd>${foreign(row.principal)}</dd>
          ${Object.entries(row.data).map(
            ([name, value]) =>
              html`<dt>${name}</dt>
                <dd class="mono">
                  ${foreign(typeof value === "string" ? value : JSON.stringify(value))}
                </dd>`,
          )}
          ${
            row.sequence === undefined
              ? nothing
              : html`<dt>In the ledger</dt>
                  <dd>entry ${row.sequence}, <span class="mono">${row.hash}</span></dd>`
          }
        </dl>
      </div>
    </details>
  </li>`;
};
