import { html, nothing, type TemplateResult } from "lit";
import type { Timeline } from "../../api/calls.ts";
import type { Tone } from "../../app/app.ts";
import { link } from "../../app/route.ts";
import { foreign, when, words } from "../../ui/format.ts";
import { status } from "../../ui/status.ts";

type Entry = Timeline["entries"][number];

/** One line an event, newest first; those of one transaction that say the same fold into one. */
export const timelineLines = (entries: readonly Entry[]): readonly TemplateResult[] =>
  folded(entries).map(({ entry, times }) => line(entry, times));

interface Folded {
  readonly entry: Entry;
  readonly times: number;
}

const folded = (entries: readonly Entry[]): readonly Folded[] => {
  const lines: Folded[] = [];
  for (const entry of entries) {
    const last = lines.at(-1);
    const same =
      last !== undefined &&
      entry.transactionId !== undefined &&
      last.entry.transactionId === entry.transactionId &&
      last.entry.summary === entry.summary;
    if (same) lines[lines.length - 1] = { ...last, times: last.times + 1 };
    else lines.push({ entry, times: 1 });
  }
  return lines;
};

const line = (entry: Entry, times: number): TemplateResult =>
  html`<li>
    <div class="row spread">
      ${status(toneOf(entry), html`${foreign(entry.summary)}${times > 1 ? html` <span class="quiet">(${times} times)</span>` : nothing}`)}
      <span class="quiet small">${when(entry.at)}</span>
    </div>
    ${entry.nextStep === undefined ? nothing : html`<div><strong>Next step:</strong> ${entry.nextStep}</div>`}
    <details>
      <summary class="small quiet">Facts</summary>
      <dl class="facts small">
        <dt>Event</dt>
        <dd class="mono">${entry.event}</dd>
        <dt>Said by</dt>
        <dd>
          ${words(entry.source)}${entry.principal === undefined ? nothing : html`, ${foreign(entry.principal)}`}
        </dd>
        ${
          entry.code === undefined
            ? nothing
            : html`<dt>Code</dt>
                <dd class="mono">${entry.code}</dd>`
        }
        ${
          entry.templateId === undefined
            ? nothing
            : html`<dt>Template</dt>
                <dd><a href=${link(["templates", entry.templateId])}>${entry.templateId}</a></dd>`
        }
        ${
          entry.certificateId === undefined
            ? nothing
            : html`<dt>Certificate</dt>
                <dd>
                  <a href=${link(["certificates", entry.certificateId])}
                    >${entry.serial ?? entry.certificateId}</a
                  >
                </dd>`
        }
        ${
          entry.transactionId === undefined
            ? nothing
            : html`<dt>Transaction</dt>
                <dd class="mono">${foreign(entry.transactionId)}</dd>`
        }
        ${
          entry.commandId === undefined
            ? nothing
            : html`<dt>Command</dt>
                <dd class="mono">${foreign(entry.commandId)}</dd>`
        }
      </dl>
    </details>
  </li>`;

const GOOD = /issued|installed|enrolled|approved|acknowledged|unlocked|found/i;
const BAD = /refused|revoked|failed|locked|wiped|denied|compromised|alarm/i;

const toneOf = ({ event, code }: Entry): Tone =>
  code !== undefined || BAD.test(event)
    ? /unlocked/i.test(event)
      ? "good"
      : "bad"
    : GOOD.test(event)
      ? "good"
      : "info";
