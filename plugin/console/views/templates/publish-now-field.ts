import { html, type TemplateResult } from "lit";

/** The choice whether lists are signed before the answer; `what`: "The CRL", or "The CRLs". */
export const publishNowField = (
  what: string,
  chosen: boolean,
  choose: (now: boolean) => void,
): TemplateResult =>
  html`<div class="field">
    <label class="check"
      ><input
        type="checkbox"
        .checked=${chosen}
        @change=${(event: Event) => {
          choose((event.target as HTMLInputElement).checked);
        }}
      />${what} at once</label
    >
    <div class="help">
      Signed before this is answered; without it within a minute or so. OCSP says it at once either
      way.
    </div>
  </div>`;
