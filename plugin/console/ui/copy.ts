import { html, type TemplateResult } from "lit";
import "./copy-button.ts";

/** A value with a button that copies all of it. */
export const copyable = (value: string, label: string, shown: unknown = value): TemplateResult =>
  html`<span class="copyable"
    ><span class="mono">${shown}</span
    ><cs-copy-button .value=${value} .what=${label}></cs-copy-button
  ></span>`;
