import { inject } from "tsyringe";
import { statusAt } from "../../domain/authority.ts";
import { addDays } from "../../domain/duration.ts";
import type { Principal } from "../../domain/principal.ts";
import type { SubjectAltName } from "../../domain/san.ts";
import { normalizeSan } from "../../domain/san-value.ts";
import { CountersignError } from "../../errors.ts";
import { parseCsr, verifyCsr } from "../../pki/certificate-request.ts";
import { weakness } from "../../pki/public-key.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { chainOf } from "../signing/ca-chain.ts";
import { CaCertificates, issuerOf } from "../signing/ca-certificates.ts";
import { orUndo } from "../signing/or-undo.ts";

/** A certificate that a listener of the host's own asks for. */
export interface ListenerRequest {
  readonly authorityId: string;
  /** Host names and IP addresses; the first one is the common name too. */
  readonly names: readonly string[];
  /** PKCS#10, DER: proves the key; nothing else of it is taken over. */
  readonly csr: Uint8Array;
}

/** DER, the listener's own first, without the root; and the end of the listener's own. */
export interface ListenerCertificate {
  readonly chain: readonly Uint8Array[];
  readonly notAfter: Date;
}

const LIFE_DAYS = 90;
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

/** TLS server certificates for the installation's own listeners (E-15). */
export class ListenerCertificates {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(CaCertificates) private readonly certificates: CaCertificates,
  ) {}

  /**
   * By an issuing authority, or by the one that has taken over from it. Throws `not_found`, `authority_not_ready`, `bad_csr`, `invalid_input`,
   * `lint_failed`, `key_*`.
   */
  async certify(principal: Principal, request: ListenerRequest): Promise<ListenerCertificate> {
    const store = this.access.open(principal, "authorities:manage");
    const csr = parseCsr(request.csr);
    const weak = weakness(csr.publicKey);
    if (!verifyCsr(csr) || weak !== undefined)
      throw new CountersignError("bad_csr", weak ?? "the request does not prove its key");
    const [commonName] = request.names;
    if (commonName === undefined)
      throw new CountersignError("invalid_input", "a listener needs a name", {
        issues: [{ path: "names", message: "name at least one host or address" }],
      });
    const now = this.clock.now();
    const authority = await this.heirOf(store, request.authorityId, now);
    const issuer = issuerOf(store.tenant, authority, now);
    const end = addDays(now, LIFE_DAYS);
    const notAfter =
      authority.notAfter !== undefined && authority.notAfter < end ? authority.notAfter : end;
    return orUndo(async (undo) => {
      const certificate = await this.certificates.issue(store, issuer, {
        role: "tls",
        subject: [[["2.5.4.3", commonName.slice(0, 64)]]],
        publicKey: csr.publicKey.spki,
        notBefore: now,
        notAfter,
        keyUsages: ["digitalSignature"],
        extendedKeyUsages: [SERVER_AUTH],
        sans: request.names.map(sanOf),
      });
      undo(() => certificate.release());
      await store.run(async (tx) => {
        await certificate.settle(tx);
        await tx.ledger.append(
          this.access.entry(principal, "certificate.issued", certificate.id, {
            role: "tls",
            authority: authority.id,
            serial: certificate.serial,
            names: request.names,
          }),
        );
      });
      const cas = await chainOf(store, authority);
      return { chain: [certificate.der, ...cas.slice(0, -1)], notAfter };
    });
  }

  private async heirOf(store: TenantStore, id: string, now: Date) {
    const rollOvers = await store.rollOvers.list();
    let authority = found(await store.authorities.get(id), "authority", id);
    for (let steps = 0; statusAt(authority, now) !== "active" && steps < 16; steps++) {
      const heir = rollOvers.find(
        (one) =>
          one.authorityId === authority.id && (one.state === "overlap" || one.state === "done"),
      )?.successorId;
      if (heir === undefined) break;
      authority = found(await store.authorities.get(heir), "authority", heir);
    }
    return authority;
  }
}

const sanOf = (name: string): SubjectAltName =>
  normalizeSan({ type: /^[\d.]+$|:/.test(name) ? "ip" : "dns", value: name });
