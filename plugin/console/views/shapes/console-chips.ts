import { html, type TemplateResult } from "lit";
import type { ConsoleName } from "../../api/calls.ts";

/** In whose words a form stands, to pick another's. */
export const consoleChips = (
  consoles: readonly ConsoleName[],
  current: string,
  pick: (id: string) => void,
): TemplateResult =>
  html`<div class="bar" role="group" aria-label="Show this as">
    <span class="quiet">Show this as</span>
    ${consoles.map(
      ({ id, name }) =>
        html`<button
          type="button"
          class="chip"
          aria-pressed=${id === current}
          @click=${() => pick(id)}
        >
          ${name}
        </button>`,
    )}
  </div>`;
