import { html, type TemplateResult } from "lit";
import type { Problem } from "../api/calls.ts";
import { problemOf } from "../api/problem.ts";
import { foreign } from "./format.ts";
import { icon } from "./icon.ts";

/** What happened, why, and what to do, in that order; the code is small, for the search engine. */
export const problemNote = (thrown: unknown, retry?: () => void): TemplateResult => {
  const problem = problemOf(thrown);
  return html`<div class="note bad" role="alert">
    ${icon("cross")}
    <div class="stack tight">
      <div><strong>${problem.title}.</strong> ${why(problem)}</div>
      ${problem.nextStep === undefined ? "" : html`<div>${problem.nextStep}</div>`}
      <div class="row small quiet">
        <span class="mono">${problem.code}</span>
        ${problem.requestId === undefined ? "" : html`<span>request <span class="mono">${problem.requestId}</span></span>`}
        ${retry === undefined ? "" : html`<wa-button appearance="outlined" size="s" @click=${retry}>Try again</wa-button>`}
      </div>
    </div>
  </div>`;
};

const why = ({ detail, issues = [] }: Problem): TemplateResult =>
  issues.length > 1
    ? html`<ul>
        ${issues.map(({ path, message }) => html`<li><span class="mono">${path}</span>: ${foreign(message)}</li>`)}
      </ul>`
    : foreign(detail);
