import { html, type TemplateResult } from "lit";

/** A value with a button that copies all of it. */
export const copyable = (value: string, label: string, shown: unknown = value): TemplateResult =>
  html`<span class="copyable"
    ><span class="mono">${shown}</span
    ><wa-copy-button
      value=${value}
      copy-label="Copy ${label}"
      success-label="Copied"
      error-label="Copying failed"
    ></wa-copy-button
  ></span>`;
