import { html, nothing, type TemplateResult } from "lit";
import type { FilledForm } from "../../api/calls.ts";
import { foreign } from "../../ui/format.ts";
import { memberName } from "./member-name.ts";

/** What an object says and the form of this console has no field for. */
export const alsoSet = (
  consoleName: string,
  filled: FilledForm,
): TemplateResult | typeof nothing =>
  filled.alsoSet.length === 0
    ? nothing
    : html`<section class="card stack tight">
        <h2>Also set</h2>
        <p class="small quiet">${consoleName} has no field for these; they stay as they are.</p>
        <dl class="facts">
          ${[...new Set(filled.alsoSet.map(({ member }) => member))].map((name) => {
            const all = filled.alsoSet.filter(({ member }) => member === name);
            return html`<dt>${memberName(name)}</dt>
              <dd class="mono">${foreign(all.map(({ value }) => plain(value)).join(", "))}</dd>`;
          })}
        </dl>
      </section>`;

const plain = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);
