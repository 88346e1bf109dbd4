import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Authority, CertificateProfile } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { choicesField } from "../../ui/choices-field.ts";
import { define } from "../../ui/define.ts";
import { formStyles } from "../../ui/form-styles.ts";
import { Loaded } from "../../ui/loaded.ts";
import { styles } from "../../ui/styles.ts";

interface Facts {
  readonly all: readonly CertificateProfile[];
  readonly picked: readonly string[];
}

/** Which profiles a CA may issue by; none chosen means all. Fires `saved`. */
export class CaProfiles extends LitElement {
  static override styles = [styles, formStyles];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) authority!: Authority;
  @state() private chosen: ReadonlySet<string> | undefined;
  @state() private busy = false;

  readonly #facts = new Loaded<Facts>(this, async () => {
    const [all, picked] = await Promise.all([
      this.app.call("getCertificateProfiles"),
      this.app.call("getAuthoritiesIdProfiles", { id: this.authority.id }),
    ]);
    return {
      all: all.items.filter(
        ({ definition }) =>
          definition.allowedCATypes.includes("subord") && !definition.ca_constraint.cA,
      ),
      picked: picked.items.map(({ id }) => id),
    };
  });

  protected override willUpdate(changed: PropertyValues): void {
    const before = changed.get("authority") as Authority | undefined;
    if (changed.has("authority") && before?.id !== this.authority.id) void this.#facts.reload();
  }

  override render(): TemplateResult {
    return html`<section class="card stack tight">
      <h2>Profiles</h2>
      ${this.#facts.show((facts) => this.#list(facts))}
    </section>`;
  }

  #list({ all, picked }: Facts): TemplateResult {
    const chosen = this.chosen ?? new Set(picked);
    const everything = picked.length === all.length;
    const may = this.app.may("authorities:manage");
    return html`<p class="quiet">
        ${everything ? "It may issue by every profile." : `It may issue by ${picked.length} of ${all.length} profiles.`}
      </p>
      ${
        may
          ? html`<details>
              <summary>Choose</summary>
              ${choicesField(
                { ...PICK, choices: all.map(({ id, group }) => ({ value: id, label: id, group })) },
                {
                  value: [...chosen],
                  fault: undefined,
                  secretSet: false,
                  change: (value) => (this.chosen = new Set(value as readonly string[])),
                  left: () => undefined,
                },
              )}
              <div class="actions">
                <wa-button
                  size="s"
                  variant="brand"
                  ?loading=${this.busy}
                  ?disabled=${this.chosen === undefined}
                  @click=${() => void this.#save([...chosen])}
                  >Save</wa-button
                >
                <wa-button size="s" appearance="outlined" @click=${() => void this.#save(null)}
                  >Allow all</wa-button
                >
              </div>
            </details>`
          : nothing
      }`;
  }

  async #save(profiles: readonly string[] | null): Promise<void> {
    this.busy = true;
    try {
      await this.app.call("putAuthoritiesIdProfiles", {
        id: this.authority.id,
        body: { profiles },
        version: this.authority.version,
      });
      this.chosen = undefined;
      this.app.say("The profiles are set.", "good");
      await this.#facts.reload();
      this.dispatchEvent(new CustomEvent("saved"));
    } catch (failure) {
      this.app.fail(failure);
    } finally {
      this.busy = false;
    }
  }
}
define("cs-ca-profiles", CaProfiles);

const PICK = { name: "profiles", label: "Profiles", help: "", type: "choices" } as const;
