import { html, nothing, type TemplateResult } from "lit";
import { CODES } from "../../api/words.ts";
import type { Authority, Certificate, Device, Endpoint, Template } from "../../api/calls.ts";
import { link } from "../../app/route.ts";
import { define } from "../../ui/define.ts";
import { foreign } from "../../ui/format.ts";
import { Loaded } from "../../ui/loaded.ts";
import { certificateState, deviceState } from "../../ui/state.ts";
import { note } from "../../ui/status.ts";
import { View } from "../../ui/view.ts";
import { deviceName } from "../devices/device-name.ts";
import { hintsFor } from "../shapes/error-hints.ts";

interface Found {
  readonly devices: readonly Device[];
  readonly certificates: readonly Certificate[];
  readonly authorities: readonly Authority[];
  readonly templates: readonly Template[];
  readonly endpoints: readonly Endpoint[];
}

/** Anything that was typed or pasted into the search box. */
export class Search extends View {
  readonly #found = new Loaded<Found>(this, async () => {
    const { call } = this.app;
    const text = this.#text;
    const has = ({ id, name }: { readonly id: string; readonly name: string }): boolean =>
      `${id} ${name}`.toLowerCase().includes(text.toLowerCase());
    const hex = text.replace(/^0x/i, "").replace(/[\s:-]/g, "");
    const [devices, bySerial, authorities, templates, endpoints] = await Promise.all([
      call("getDevices", { query: { q: text, limit: 20 } }),
      call("getCertificates", {
        query: /^[0-9a-f]{16,80}$/i.test(hex) ? { serial: hex, limit: 20 } : { q: text, limit: 20 },
      }),
      call("getAuthorities"),
      call("getTemplates"),
      call("getEndpoints"),
    ]);
    return {
      devices: devices.items,
      certificates: bySerial.items,
      authorities: authorities.items.filter(has),
      templates: templates.items.filter(has),
      endpoints: endpoints.items.filter(has),
    };
  });

  get #text(): string {
    return (this.place.query.get("q") ?? "").trim();
  }

  protected override arrive(): void {
    void this.#found.reload();
  }

  override render(): TemplateResult {
    return html`${this.head(html`Found for ${foreign(this.#text)}`)}
    ${this.#found.show((found) => this.#page(found))}`;
  }

  #page({ devices, certificates, authorities, templates, endpoints }: Found): TemplateResult {
    const hints = hintsFor(this.#text);
    const code = CODES[this.#text];
    const things = [
      ...authorities.map(({ id, name }) => ["ca-servers", id, name, "CA server"] as const),
      ...templates.map(({ id, name }) => ["templates", id, name, "template"] as const),
      ...endpoints.map(({ id, name }) => ["endpoints", id, name, "endpoint"] as const),
    ];
    const nothingFound =
      devices.length + certificates.length + things.length + hints.length === 0 &&
      code === undefined;
    return html`<div class="stack">
      ${code === undefined ? nothing : note("info", html`<strong>${code.title}.</strong> ${code.nextStep}`)}
      ${hints.map(
        ({ said, causes }) =>
          html`<section class="card stack tight">
            <h2>“${said}” most likely means</h2>
            <ol>
              ${causes.map((cause) => html`<li>${cause}</li>`)}
            </ol>
            <p><a href=${link(["events", "refused"])}>What was refused, by device and time</a></p>
          </section>`,
      )}
      ${
        devices.length === 0
          ? nothing
          : html`<section class="card stack tight">
              <h2>Devices</h2>
              <ul>
                ${devices.map((device) => html`<li><a href=${link(["devices", device.id])}>${foreign(deviceName(device))}</a> ${foreign(device.attributes["username"])} ${deviceState(device)}</li>`)}
              </ul>
            </section>`
      }
      ${
        certificates.length === 0
          ? nothing
          : html`<section class="card stack tight">
              <h2>Certificates</h2>
              <ul>
                ${certificates.map((one) => html`<li><a href=${link(["certificates", one.id])}>${foreign(one.subject)}</a> ${certificateState(one)}</li>`)}
              </ul>
            </section>`
      }
      ${
        things.length === 0
          ? nothing
          : html`<section class="card stack tight">
              <h2>Set up</h2>
              <ul>
                ${things.map(([view, id, name, what]) => html`<li>${what} <a href=${link([view, id])}>${foreign(name)}</a></li>`)}
              </ul>
            </section>`
      }
      ${nothingFound ? html`<p class="card empty">Nothing has that name, serial, user, e-mail address or id. Serials are found in any spelling; names by their beginning.</p>` : nothing}
    </div>`;
  }
}
define("cs-search", Search);
