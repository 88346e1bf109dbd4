import { html, LitElement, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { LedgerRow } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { link } from "../../app/route.ts";
import { define } from "../../ui/define.ts";
import { foreign, when } from "../../ui/format.ts";
import { Loaded } from "../../ui/loaded.ts";
import { status } from "../../ui/status.ts";
import { styles } from "../../ui/styles.ts";
import { tableStyles } from "../../ui/table-styles.ts";
import { eventWords } from "../operations/event-words.ts";

/** What SCEP attempts leave in the ledger. */
const KINDS = ["certificate.issued", "certificate.refused", "certificate.failed"] as const;
const MOST = 50;

/** The last answers of all endpoints, newest first (E-08). */
export class EndpointActivity extends LitElement {
  static override styles = [styles, tableStyles];

  @property({ attribute: false }) app!: App;

  readonly #rows = new Loaded<readonly LedgerRow[]>(this, async () => {
    const answers = await Promise.all(
      KINDS.map((event) => this.app.call("getLedger", { query: { event, limit: MOST } })),
    );
    return answers
      .flatMap(({ items }) => items)
      .filter(({ data }) => typeof data["endpoint"] === "string")
      .sort((a, b) => b.at.localeCompare(a.at))
      .slice(0, MOST);
  });

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#rows.reload();
  }

  override render(): TemplateResult {
    return html`${this.#rows.show((rows) => this.#table(rows))}`;
  }

  #table(rows: readonly LedgerRow[]): TemplateResult {
    return html`<div class="table">
        <table>
          <thead>
            <tr>
              <th>When</th>
              <th>What</th>
              <th>For</th>
              <th>At</th>
            </tr>
          </thead>
          <tbody>
            ${rows.map((row) => {
              const { tone, text } = eventWords(row);
              const endpoint = textAt(row, "endpoint");
              return html`<tr>
                <td data-label="When" class="nowrap">${when(row.at)}</td>
                <td data-label="What">${status(tone, text)}</td>
                <td data-label="For">${aboutOf(row)}</td>
                <td data-label="At"><a href=${link(["endpoints", endpoint])}>${endpoint}</a></td>
              </tr>`;
            })}
          </tbody>
        </table>
        ${rows.length === 0 ? html`<p class="empty">No device has asked here yet.</p>` : nothing}
      </div>
      <p class="small quiet">
        The last ${MOST} answers. <a href=${link(["events"])}>All events</a>,
        <a href=${link(["events", "refused"])}>what was refused, and why</a>.
      </p>`;
  }
}
define("cs-endpoint-activity", EndpointActivity);

const textAt = ({ data }: LedgerRow, name: string): string => {
  const value = data[name];
  return typeof value === "string" ? value : "";
};

/** The certificate or, where none came of it, the device that asked. */
const aboutOf = (row: LedgerRow): TemplateResult => {
  const subject = foreign(textAt(row, "subject"));
  if (row.event === "certificate.issued" && row.subjectId !== undefined)
    return html`<a href=${link(["certificates", row.subjectId])}>${subject}</a>`;
  const device = textAt(row, "device");
  return device === ""
    ? subject
    : html`<a href=${link(["devices", device])}>${device.slice(0, 8)}</a> ${subject}`;
};
