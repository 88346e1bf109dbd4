import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Device } from "../../api/calls.ts";
import type { Call } from "../../api/client.ts";
import type { App, Right } from "../../app/app.ts";
import { attempt } from "../../ui/attempt.ts";
import { define } from "../../ui/define.ts";
import { plural } from "../../ui/format.ts";
import { styles } from "../../ui/styles.ts";
import "./device-compromised.ts";
import { deviceName } from "./device-name.ts";

type Status = Device["status"];

/** Something that happens to a device as a whole. */
interface Named {
  readonly name: string;
  readonly right: Right;
  /** The states in which it makes sense. */
  readonly from: readonly Status[];
  /** What it does, beside its button. */
  readonly help: string;
}
interface Plain extends Named {
  readonly done: string;
  /** Asked first where it hurts; `typed`: it cannot be undone. */
  readonly asks?: { readonly title: string; readonly effect: string; readonly typed: boolean };
  readonly run: (call: Call, id: string) => Promise<unknown>;
}
/** One that asks for more than yes or no. */
interface Asking extends Named {
  readonly dialog: "compromised";
}
type Turn = Plain | Asking;

const HERE: readonly Status[] = ["enrolled", "unmanaged"];
const BARRED: readonly Status[] = ["lost", "compromised", "deactivated"];

const TURNS: readonly Turn[] = [
  {
    name: "Activate",
    right: "end-entities:manage",
    from: ["deactivated"],
    help: "It may enrol and renew again.",
    done: "It is active again.",
    run: (call, id) => call("postEndEntitiesIdActivate", { id }),
  },
  {
    name: "Report found",
    right: "host-events:report",
    from: ["lost", "compromised"],
    help: "What was suspended because it was lost is good again, and it may be issued to.",
    done: "The device is back.",
    run: (call, id) => call("postDevicesIdFound", { id }),
  },
  {
    name: "Deactivate",
    right: "end-entities:manage",
    from: HERE,
    help: "Nothing is issued, renewed or minted for it until it is activated; its certificates stay good.",
    done: "Nothing is issued to it until it is activated.",
    run: (call, id) => call("postEndEntitiesIdDeactivate", { id }),
  },
  {
    name: "Report lost",
    right: "host-events:report",
    from: HERE,
    help: "Suspends its certificates until it is found.",
    done: "Its certificates are suspended until it is found.",
    asks: { title: "Is this device lost?", effect: "Suspends", typed: false },
    run: (call, id) => call("postDevicesIdLost", { id }),
  },
  {
    name: "Unenrol",
    right: "host-events:report",
    from: [...HERE, ...BARRED],
    help: "The device has left: revokes its certificates and burns its open challenges.",
    done: "Its certificates are revoked.",
    asks: { title: "Has this device left?", effect: "Revokes", typed: true },
    run: (call, id) => call("postDevicesIdUnenrol", { id }),
  },
  {
    name: "Wipe",
    right: "host-events:report",
    from: [...HERE, ...BARRED],
    help: "The same for a device that the MDM has wiped. It does not erase the device itself.",
    done: "Its certificates are revoked.",
    asks: { title: "Wipe: revoke everything of this device?", effect: "Revokes", typed: true },
    run: (call, id) => call("postDevicesIdWipe", { id }),
  },
  {
    name: "Report compromised",
    right: "host-events:report",
    from: [...HERE, ...BARRED, "wiped", "unenrolled", "decommissioned"],
    help: "Revokes its certificates as keyCompromise, and says on the CRL since when; again, when it is known to have happened earlier.",
    dialog: "compromised",
  },
  {
    name: "Decommission",
    right: "end-entities:manage",
    from: [...HERE, ...BARRED, "wiped", "unenrolled"],
    help: "For good: revokes its certificates, burns its challenges, and it never enrols again.",
    done: "The device is decommissioned.",
    asks: { title: "Decommission this device for good?", effect: "Revokes", typed: true },
    run: (call, id) => call("postEndEntitiesIdDecommission", { id }),
  },
];

/** What may happen to a device as a whole, each with what it does; nothing for who may do none of it. Fires `changed`. */
export class DeviceLife extends LitElement {
  static override styles = [
    styles,
    css`
      ul {
        list-style: none;
        padding: 0;
        display: grid;
        gap: var(--unit);
      }
      li {
        display: grid;
        grid-template-columns: 11.5rem minmax(0, 1fr);
        gap: calc(var(--unit) * 1.5);
        align-items: center;
      }
      @media (max-width: 640px) {
        li {
          grid-template-columns: minmax(0, 1fr);
          gap: 2px;
        }
      }
    `,
  ];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) device!: Device;
  /** How many of its certificates are good now. */
  @property({ attribute: false }) live = 0;
  @state() private compromised = false;

  override render(): TemplateResult | typeof nothing {
    const turns = TURNS.filter(
      ({ right, from }) => this.app.may(right) && from.includes(this.device.status),
    );
    if (turns.length === 0) return nothing;
    return html`<section class="card">
      <h2>What has become of it</h2>
      <ul>
        ${turns.map(
          (turn) =>
            html`<li>
              <div>
                <wa-button
                  size="s"
                  appearance="outlined"
                  variant=${"dialog" in turn || turn.asks?.typed === true ? "danger" : "neutral"}
                  @click=${() => void this.#take(turn)}
                  >${turn.name}</wa-button
                >
              </div>
              <div class="small quiet">${turn.help}</div>
            </li>`,
        )}
      </ul>
      <cs-device-compromised
        .app=${this.app}
        .device=${this.device}
        .live=${this.live}
        ?open=${this.compromised}
        @closed=${() => (this.compromised = false)}
        @changed=${() => this.#changed()}
      ></cs-device-compromised>
    </section>`;
  }

  async #take(turn: Turn): Promise<void> {
    if ("dialog" in turn) {
      this.compromised = true;
      return;
    }
    const { name, help, done, asks, run } = turn;
    const { app, device, live } = this;
    if (asks !== undefined) {
      const yes = await app.ask({
        title: asks.title,
        text: `${asks.effect} ${plural(live, "certificate")}. ${help}`,
        yes: name,
        dangerous: true,
        ...(asks.typed ? { typed: deviceName(device) } : {}),
      });
      if (!yes) return;
    }
    await attempt(app, () => run(app.call, device.id), done);
    this.#changed();
  }

  #changed(): void {
    this.dispatchEvent(new CustomEvent("changed"));
  }
}
define("cs-device-life", DeviceLife);
