import { html, nothing, type TemplateResult } from "lit";
import type { OutboxLetter } from "../../api/calls.ts";
import { link } from "../../app/route.ts";
import "../../ui/commands.ts";
import type { CommandLine } from "../../ui/command-line.ts";
import { define } from "../../ui/define.ts";
import { foreign, plural, when, words } from "../../ui/format.ts";
import { icon } from "../../ui/icon.ts";
import { Paged } from "../../ui/paged.ts";
import { status } from "../../ui/status.ts";
import { textOf } from "../../ui/text-of.ts";
import { View } from "../../ui/view.ts";

type State = OutboxLetter["state"];

const SHOWS: readonly (readonly [state: State | "all", text: string])[] = [
  ["dead", "Given up"],
  ["waiting", "Waiting"],
  ["all", "All"],
];

/** What is still to be told to somebody outside: an MDM, another CA, the receiver of an alert. */
export class Outbox extends View {
  readonly #list = new Paged<OutboxLetter>(
    this,
    (cursor) => this.app.call("getOutbox", { query: { cursor, state: this.#state } }),
    (failure) => this.app.fail(failure),
  );

  get #show(): string {
    return this.place.query.get("state") ?? "dead";
  }

  get #state(): State | undefined {
    const show = this.#show;
    return show === "dead" || show === "waiting" ? show : undefined;
  }

  protected override arrive(): void {
    void this.#list.reload();
  }

  override render(): TemplateResult {
    const dead = this.#list.items?.filter(({ state }) => state === "dead").length ?? 0;
    const again =
      dead > 0 && this.app.may("outbox:manage")
        ? html`<wa-button variant="brand" @click=${() => void this.#resendAll()}
            >${icon("refresh")} Send all again</wa-button
          >`
        : "";
    const sentence =
      this.#show !== "dead" || this.#list.items === undefined
        ? "Each entry is tried again, later and later, until it was taken or is given up."
        : dead === 0
          ? "Nothing was given up."
          : "These were refused for good or too often; put right what is said, then send them again.";
    return html`${this.head("Outbox", sentence, again, { href: link(["settings"]), text: "Settings" })}
      <div class="bar" role="group" aria-label="Show">
        ${SHOWS.map(
          ([state, text]) =>
            html`<a
              class="chip"
              href=${link(["settings", "outbox"], { state })}
              aria-current=${this.#show === state ? "true" : nothing}
              >${text}</a
            >`,
        )}
      </div>
      ${this.#list.show((items) => this.#table(items))}
      <cs-commands .lines=${this.#commands()}></cs-commands>`;
  }

  #commands(): readonly CommandLine[] {
    const state = this.#state;
    return [
      {
        what: "List these",
        words: ["outbox", "list", ...(state === undefined ? [] : ["--state", state])],
      },
      ...(this.app.may("outbox:manage")
        ? [{ what: "Send all again that was given up", words: ["outbox", "resend-dead"] }]
        : []),
    ];
  }

  #table(items: readonly OutboxLetter[]): TemplateResult {
    return html`<div class="table">
      <table>
        <thead>
          <tr>
            <th>What</th>
            <th>State</th>
            <th>Tried</th>
            <th>Why it failed last</th>
            <th></th>
          </tr>
        </thead>
        <tbody>
          ${items.map(
            (letter) =>
              html`<tr>
                <td data-label="What">
                  ${words(letter.effect.kind)}<span class="under">${foreign(aboutOf(letter))}</span>
                </td>
                <td data-label="State">
                  ${
                    letter.state === "dead"
                      ? html`${status("bad", "Given up")}<span class="under"
                            >${when(letter.deadAt)}</span
                          >`
                      : html`${status("info", "Waiting")}<span class="under"
                            >next ${when(letter.dueAt)}</span
                          >`
                  }
                </td>
                <td data-label="Tried">${plural(letter.attempts, "time")}</td>
                <td data-label="Why">${foreign(letter.reason)}</td>
                <td data-label="">
                  ${
                    this.app.may("outbox:manage")
                      ? html`<wa-button
                          size="s"
                          appearance="outlined"
                          @click=${() => void this.#resend(letter)}
                          >${letter.state === "dead" ? "Send again" : "Send now"}</wa-button
                        >`
                      : nothing
                  }
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${items.length === 0 ? html`<p class="empty">Nothing is here.</p>` : nothing}
    </div>`;
  }

  async #resend({ id }: OutboxLetter): Promise<void> {
    await this.attempt(
      () => this.app.call("postOutboxIdResend", { id }),
      "It is sent at once; whether it was taken shows here.",
    );
    await this.#list.reload();
  }

  async #resendAll(): Promise<void> {
    const answer = await this.attempt(() => this.app.call("postOutboxResend"));
    if (answer !== undefined)
      this.app.say(`${plural(answer.sent, "entry", "entries")} on the way again.`, "good");
    await this.#list.reload();
  }
}
define("cs-outbox", Outbox);

/** Whom or what an entry is about, from what its effect carries. */
const aboutOf = ({ effect }: OutboxLetter): string =>
  Object.entries<unknown>(effect)
    .flatMap(([name, value]) =>
      name === "kind" || (typeof value === "object" && value !== null)
        ? []
        : [`${words(name.replace(/Id$/, ""))}: ${textOf(value)}`],
    )
    .join(", ");
