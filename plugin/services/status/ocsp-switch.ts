import { inject } from "tsyringe";
import { type Authority, statusAt, tellsStatus } from "../../domain/authority.ts";
import type { Principal } from "../../domain/principal.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock } from "../../ports/ambient.ts";
import { CLOCK } from "../../tokens.ts";
import { Access, found, sameVersion } from "../access/access.ts";
import { EndpointRuntimes } from "../endpoints/endpoint-runtimes.ts";
import { OcspResponders } from "./ocsp-responders.ts";
import { orUndo } from "../signing/or-undo.ts";

/** Switches OCSP on for an authority that was made without it; never off. */
export class OcspSwitch {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(OcspResponders) private readonly responders: OcspResponders,
    @inject(EndpointRuntimes) private readonly runtimes: EndpointRuntimes,
  ) {}

  /**
   * On: the responder's certificate is issued at once, and certificates issued from then on name its address. Off is refused with `policy_refused`.
   * What is so already stays so. Throws `authority_not_ready` for an authority that cannot certify a responder.
   */
  async turn(principal: Principal, id: string, on: boolean, version?: number): Promise<void> {
    const store = this.access.open(principal, "authorities:manage");
    const authority = found(await store.authorities.get(id), "authority", id);
    sameVersion(authority.version, version);
    if (authority.ocspEnabled === on) return;
    if (!on)
      throw new CountersignError(
        "policy_refused",
        `OCSP of ${id} cannot be switched off: certificates that name its address are with devices, and relying parties would refuse them`,
      );
    refuseUnlessCertifying(authority, this.clock.now());
    const enabled = { ...authority, ocspEnabled: true, version: authority.version + 1 };
    await orUndo(async (undo) => {
      const { responder, certificate } = await this.responders.make(store, enabled, undo);
      await store.run(async (tx) => {
        await tx.authorities.update({ ...enabled, ocspResponder: responder });
        await certificate.settle(tx);
        await tx.ledger.append(
          this.access.entry(principal, "authority.changed", id, {
            ...{ fields: ["ocspEnabled"], ocspEnabled: true },
            ...{ ocspResponder: "made", serial: certificate.serial },
          }),
        );
      });
    });
    this.runtimes.forgetAll();
  }
}

const refuseUnlessCertifying = (authority: Authority, now: Date): void => {
  const status = authority.endedAt === undefined ? statusAt(authority, now) : "ended";
  if (authority.keyRef === undefined || !tellsStatus(authority, now))
    throw new CountersignError(
      "authority_not_ready",
      `authority ${authority.id} is ${authority.keyRef === undefined ? "without a key here" : status}`,
    );
};
