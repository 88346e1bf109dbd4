import { inject } from "tsyringe";
import type { Authority } from "../../domain/authority.ts";
import { formatDn } from "../../domain/distinguished-name.ts";
import type { Principal } from "../../domain/principal.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { SignedCrl } from "../../ports/crl-store.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK } from "../../tokens.ts";
import { Access } from "../access/access.ts";
import { requireAuthorityRoom } from "./authority-room.ts";
import { CrlBuilder, scopesOf } from "../status/crl-builder.ts";
import { OcspResponders } from "../status/ocsp-responders.ts";
import { orUndo } from "../signing/or-undo.ts";
import type { Progress } from "../signing/progress.ts";

/** Who activates an authority, and how it is told. */
export interface Activation {
  readonly principal: Principal;
  readonly store: TenantStore;
  readonly event: "authority.created" | "authority.certified";
  readonly progress: Progress;
}

/** The last steps of an authority that has got its certificate. */
export class AuthorityActivation {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(CrlBuilder) private readonly crls: CrlBuilder,
    @inject(OcspResponders) private readonly responders: OcspResponders,
  ) {}

  /** Responder, row and first CRL of an authority that has got its certificate. */
  activate(
    { principal, store, event, progress }: Activation,
    draft: Authority,
    certificate: { readonly der: Uint8Array; keep(tx: TenantStore): Promise<void> },
  ): Promise<Authority> {
    const parsed = parseCertificate(certificate.der);
    const certified: Authority = {
      ...draft,
      status: "active",
      certificate: certificate.der,
      subject: formatDn(parsed.subject),
      notBefore: parsed.notBefore,
      notAfter: parsed.notAfter,
    };
    progress({
      step: 3,
      of: 4,
      message: certified.ocspEnabled ? "Making its OCSP responder" : "Storing it",
    });
    return orUndo(async (undo) => {
      const made = certified.ocspEnabled
        ? await this.responders.make(store, certified, undo)
        : undefined;
      const active: Authority = {
        ...certified,
        ocspResponder: made?.responder,
        version: event === "authority.certified" ? draft.version + 1 : draft.version,
      };
      progress({ step: 4, of: 4, message: "Signing its first CRL" });
      const lists: SignedCrl[] = [];
      for (const { shard } of scopesOf(active))
        lists.push(await this.crls.complete(store, active, shard));
      await store.run(async (tx) => {
        if (event === "authority.created") await requireAuthorityRoom(tx, this.clock.now());
        await (event === "authority.certified"
          ? tx.authorities.update(active)
          : tx.authorities.insert(active));
        await certificate.keep(tx);
        await made?.certificate.settle(tx);
        for (const list of lists) {
          await tx.crls.insert(list);
          if (active.deltaCrl)
            await tx.crls.setBase(list, { number: list.number, at: list.thisUpdate });
        }
        await tx.ledger.append(
          this.access.entry(principal, event, active.id, {
            kind: active.kind,
            serial: parsed.serial,
            subject: active.subject,
          }),
        );
      });
      return active;
    });
  }
}
