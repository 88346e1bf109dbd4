import { html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { HookAdapter } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { attempt } from "../../ui/attempt.ts";
import "../../ui/commands.ts";
import { copyable } from "../../ui/copy.ts";
import { define } from "../../ui/define.ts";
import type { FieldSpec, FieldValues } from "../../ui/field-spec.ts";
import "../../ui/form-dialog.ts";
import { formStyles } from "../../ui/form-styles.ts";
import { foreign, when } from "../../ui/format.ts";
import { icon } from "../../ui/icon.ts";
import { Loaded } from "../../ui/loaded.ts";
import { status } from "../../ui/status.ts";
import { styles } from "../../ui/styles.ts";
import { tableStyles } from "../../ui/table-styles.ts";
import { textOf } from "../../ui/text-of.ts";
import { createCommand, rotateCommand, serverCommands } from "./mdm-server-commands.ts";
import "../people/once-only-secret.ts";

const NEW: readonly FieldSpec[] = [
  {
    name: "id",
    label: "User name",
    help: "2 to 18 lower-case letters, digits, - and _; the last word of the address that the MDM calls.",
    type: "text",
    required: true,
    format: {
      expression: "[a-z0-9_-]{2,18}",
      message: "2 to 18 lower-case letters, digits, - and _.",
    },
  },
  {
    name: "hostId",
    label: "MDM",
    help: "As its devices are listed here under MDM: what it reports counts for these only.",
    type: "text",
    required: true,
  },
];

const OVERLAP: readonly FieldSpec[] = [
  {
    name: "overlap",
    label: "The secret it has now is good for",
    help: "Both are taken until then, so that nothing is lost while the MDM is changed.",
    type: "choice",
    required: true,
    choices: [
      { value: "86400", label: "a day more" },
      { value: "604800", label: "a week more" },
      { value: "3600", label: "an hour more" },
      { value: "0", label: "not any more: somebody else knows it" },
    ],
  },
];

/** What was handed over once, and to whom. */
interface Handed {
  readonly id: string;
  readonly secret: string;
}

/** The credentials of MDM servers, which report events by signed webhooks (R-09): made, filtered, rotated, switched, deleted. */
export class MdmServers extends LitElement {
  static override styles = [styles, tableStyles, formStyles];

  @property({ attribute: false }) app!: App;
  @state() private adding = false;
  @state() private rotating: HookAdapter | undefined;
  @state() private handed: Handed | undefined;
  @state() private words = "";

  readonly #servers = new Loaded<readonly HookAdapter[]>(
    this,
    async () => (await this.app.call("getHookAdapters")).items,
  );

  protected override firstUpdated(): void {
    void this.#servers.reload();
  }

  get #manages(): boolean {
    return this.app.may("configuration:manage");
  }

  override render(): TemplateResult {
    return html`<div class="stack tight">
        <div class="row spread">
          <h2>MDM servers</h2>
          ${this.#manages ? html`<wa-button size="s" appearance="outlined" @click=${() => (this.adding = true)}>${icon("key")} Add MDM server</wa-button>` : nothing}
        </div>
        <p class="quiet">
          An MDM server reports wipes, unenrolments and the like by calls that it signs with a
          secret of its own. It serves all endpoints.
        </p>
        ${this.handed === undefined ? nothing : this.#handedOver(this.handed)}
        ${this.#servers.show(
          (servers) =>
            html`${this.#filter(servers)} ${this.#table(servers)}
              <cs-commands .lines=${serverCommands(servers, this.#manages)}></cs-commands>`,
        )}
      </div>
      ${this.#dialogs()}`;
  }

  #dialogs(): TemplateResult {
    const { rotating } = this;
    return html`<cs-form-dialog
        label="Add MDM server"
        yes="Create"
        ?open=${this.adding}
        .fields=${NEW}
        .values=${{ id: "", hostId: "" }}
        .command=${(values: FieldValues) => [createCommand(values)]}
        .save=${(values: FieldValues) => this.#create(values)}
        @closed=${() => (this.adding = false)}
      ></cs-form-dialog>
      <cs-form-dialog
        label="A new secret for ${rotating?.id ?? "it"}"
        yes="Make it"
        ?open=${rotating !== undefined}
        .fields=${OVERLAP}
        .values=${{ overlap: "86400" }}
        .command=${(values: FieldValues) => (rotating === undefined ? [] : [rotateCommand(rotating, values)])}
        .save=${(values: FieldValues) => this.#rotate(rotating, values)}
        @closed=${() => (this.rotating = undefined)}
      ></cs-form-dialog>`;
  }

  #filter(servers: readonly HookAdapter[]): TemplateResult | typeof nothing {
    if (servers.length === 0) return nothing;
    return html`<div class="bar">
      <label for="words">Filter</label>
      <span
        ><input
          id="words"
          placeholder="User name or MDM …"
          spellcheck="false"
          autocomplete="off"
          .value=${this.words}
          @input=${(event: Event) => (this.words = (event.target as HTMLInputElement).value)}
      /></span>
    </div>`;
  }

  #table(servers: readonly HookAdapter[]): TemplateResult {
    const wanted = this.words.trim().toLowerCase();
    const shown = servers.filter(({ id, hostId }) =>
      [id, hostId].some((word) => word.toLowerCase().includes(wanted)),
    );
    return html`<div class="table">
      <table>
        <thead>
          <tr>
            <th>User name</th>
            <th>MDM</th>
            <th>State</th>
            <th>Last used</th>
            <th><span class="hidden">Actions</span></th>
          </tr>
        </thead>
        <tbody>
          ${shown.map(
            (server) =>
              html`<tr>
                <td data-label="User name">
                  <span class="mono">${server.id}</span>
                  <span class="under"
                    >${copyable(this.#address(server.id), `the address of ${server.id}`)}</span
                  >
                </td>
                <td data-label="MDM">${foreign(server.hostId)}</td>
                <td data-label="State">
                  ${server.enabled ? status("good", "Active") : status("quiet", "Switched off")}${this.#overlap(server)}
                </td>
                <td data-label="Last used">
                  ${server.lastUsedAt === undefined ? html`<span class="quiet">never</span>` : when(server.lastUsedAt)}
                </td>
                <td data-label="">${this.#manages ? this.#actions(server) : nothing}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${shown.length > 0 ? nothing : html`<p class="empty">${servers.length === 0 ? "No MDM server has a credential yet." : "None is like that."}</p>`}
    </div>`;
  }

  #address(id: string): string {
    return new URL(`hooks/${encodeURIComponent(id)}`, this.app.base).href;
  }

  /** During a change two secrets are good. */
  #overlap({ previousUntil }: HookAdapter): TemplateResult | typeof nothing {
    if (previousUntil === undefined || Date.parse(previousUntil) <= Date.now()) return nothing;
    return html`<span class="under"
      >two secrets are good: the old one until ${when(previousUntil)}</span
    >`;
  }

  #actions(server: HookAdapter): TemplateResult {
    const button = (text: string, act: () => void): TemplateResult =>
      html`<wa-button size="s" appearance="outlined" @click=${act}
        >${text}<span class="hidden"> ${server.id}</span></wa-button
      >`;
    return html`<div class="row">
      ${button("New secret", () => (this.rotating = server))}
      ${button(server.enabled ? "Switch off" : "Switch on", () => void this.#switch(server))}
      ${button("Delete", () => void this.#remove(server))}
    </div>`;
  }

  #handedOver({ id, secret }: Handed): TemplateResult {
    return html`<cs-once-only-secret
      .app=${this.app}
      .secret=${secret}
      what="secret of ${id}"
      @done=${() => (this.handed = undefined)}
    >
      <p>
        The MDM signs its calls of ${copyable(this.#address(id), `the address of ${id}`)} with it.
      </p>
    </cs-once-only-secret>`;
  }

  async #create(values: FieldValues): Promise<void> {
    const body = { id: textOf(values["id"]).trim(), hostId: textOf(values["hostId"]).trim() };
    const { secret } = await this.app.call("postHookAdapters", { body });
    await this.#handOver(body.id, secret);
  }

  async #rotate(server: HookAdapter | undefined, values: FieldValues): Promise<void> {
    if (server === undefined) return;
    const { id } = server;
    const body = { overlapSeconds: Number(textOf(values["overlap"])) };
    const { secret } = await this.app.call("postHookAdaptersIdRotate", { id, body });
    await this.#handOver(id, secret);
  }

  async #handOver(id: string, secret: string): Promise<void> {
    this.handed = { id, secret };
    await this.#servers.reload();
  }

  async #switch({ id, enabled, version }: HookAdapter): Promise<void> {
    const sure =
      !enabled ||
      (await this.app.ask({
        title: "Switch this credential off?",
        text: `The MDM server ${id} is refused until it is switched on again: what it reports meanwhile, wipes included, is not heard.`,
        yes: "Switch off",
        dangerous: true,
      }));
    if (!sure) return;
    await attempt(
      this.app,
      () => this.app.call("patchHookAdaptersId", { id, body: { enabled: !enabled }, version }),
      enabled ? "Its calls are refused until it is switched on again." : "Its calls are taken.",
    );
    await this.#servers.reload();
  }

  async #remove({ id }: HookAdapter): Promise<void> {
    const yes = await this.app.ask({
      title: "Delete this credential?",
      text: `The MDM server ${id} is refused from then on: what it reports, wipes included, is not heard.`,
      yes: "Delete",
      dangerous: true,
      typed: id,
    });
    if (!yes) return;
    await attempt(this.app, () => this.app.call("deleteHookAdaptersId", { id }), "Deleted.");
    await this.#servers.reload();
  }
}
define("cs-mdm-servers", MdmServers);
