import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Device, Inventory } from "../../api/calls.ts";
import type { App, Tone } from "../../app/app.ts";
import { link } from "../../app/route.ts";
import { attempt } from "../../ui/attempt.ts";
import { define } from "../../ui/define.ts";
import { foreign, plural, short, when, words } from "../../ui/format.ts";
import { Loaded } from "../../ui/loaded.ts";
import { status } from "../../ui/status.ts";
import { styles } from "../../ui/styles.ts";
import { tableStyles } from "../../ui/table-styles.ts";

/** What each verdict means to somebody who looks at the device. */
const VERDICTS: Readonly<Record<string, readonly [Tone, string]>> = {
  current: ["good", "As it should be"],
  held: ["info", "Ours, of no template it should have"],
  duplicate: ["warn", "A second one of its template"],
  expired: ["quiet", "Ended, and still there"],
  revoked: ["warn", "Revoked, and still there"],
  "other-device": ["bad", "Issued to another device"],
  authority: ["quiet", "A CA of ours"],
  unassigned: ["warn", "Of an outside CA, and not expected"],
  unknown: ["bad", "By our key, and not issued here"],
  stranger: ["quiet", "None of ours"],
};

type Item = Inventory["items"][number];

/** Which certificates the device really has, as its host has seen it; it can be asked now (L-04). Fires `changed` when it has answered. */
export class DeviceInventory extends LitElement {
  static override styles = [styles, tableStyles];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) device!: Device;
  @state() private asking = false;

  readonly #inventory = new Loaded<Inventory>(this, () =>
    this.app.call("getDevicesIdInventory", { id: this.device.id }),
  );

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("device")) void this.#inventory.reload();
  }

  override render(): TemplateResult {
    return html`<section class="stack tight" aria-label="What it really holds">
      <div class="row spread">
        <h2>What it really holds</h2>
        ${
          this.app.may("deployments:manage")
            ? html`<wa-button
                size="s"
                appearance="outlined"
                ?loading=${this.asking}
                @click=${() => void this.#ask()}
                >Ask it now</wa-button
              >`
            : nothing
        }
      </div>
      ${this.#inventory.show((inventory) => this.#shown(inventory), 2)}
    </section>`;
  }

  #shown({ reportedAt, askedAt, items }: Inventory): TemplateResult {
    const waits =
      askedAt !== undefined && (reportedAt === undefined || askedAt > reportedAt)
        ? html` Asked ${when(askedAt)}; it answers when it checks in.`
        : nothing;
    return html`<p class="quiet small">
        ${reportedAt === undefined ? "Its host has not told yet." : html`Seen ${when(reportedAt)}.`}${waits}
      </p>
      ${
        reportedAt === undefined
          ? nothing
          : html`<div class="table">
              ${items.length === 0 ? html`<p class="empty">No certificate at all.</p>` : this.#table(items)}
            </div>`
      }`;
  }

  #table(items: readonly Item[]): TemplateResult {
    return html`<table>
      <thead>
        <tr>
          <th>Serial</th>
          <th>Subject</th>
          <th>What it is</th>
          <th>Issuer</th>
          <th>Ends</th>
          <th>First seen</th>
        </tr>
      </thead>
      <tbody>
        ${items.map(
          (item) =>
            html`<tr>
              <td data-label="Serial">
                ${
                  item.certificateId === undefined
                    ? short(item.serial)
                    : html`<a href=${link(["certificates", item.certificateId])}
                        >${short(item.serial)}</a
                      >`
                }
              </td>
              <td data-label="Subject">${foreign(item.subject)}</td>
              <td data-label="What it is">
                ${status(...(VERDICTS[item.verdict] ?? ["quiet", words(item.verdict)]))}
              </td>
              <td data-label="Issuer">${foreign(item.issuer)}</td>
              <td data-label="Ends">${when(item.notAfter)}</td>
              <td data-label="First seen">${when(item.firstSeenAt)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
  }

  async #ask(): Promise<void> {
    const { app } = this;
    this.asking = true;
    const answer = await attempt(app, () => app.call("postDevicesIdScan", { id: this.device.id }));
    this.asking = false;
    if (answer === undefined) return;
    if ("asked" in answer) {
      app.say("The device is asked; the answer comes when it checks in.", "info");
      await this.#inventory.reload();
      return;
    }
    const { seen, missing } = answer;
    const gone = missing.length === 0 ? "" : `; ${missing.length} missing and sent again`;
    app.say(`It holds ${plural(seen, "certificate")}${gone}.`, "good");
    this.dispatchEvent(new CustomEvent("changed"));
  }
}
define("cs-device-inventory", DeviceInventory);
