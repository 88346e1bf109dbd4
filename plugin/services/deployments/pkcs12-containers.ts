import { createHash } from "node:crypto";
import { inject } from "tsyringe";
import { isDeviceKeyAlgorithm } from "../../domain/algorithm.ts";
import type { Authority } from "../../domain/authority.ts";
import { capsOver } from "../../domain/cap.ts";
import type { Deployment } from "../../domain/deployment.ts";
import type { Device } from "../../domain/device.ts";
import { formatDn } from "../../domain/distinguished-name.ts";
import { encodingFor, type Pkcs12Encoding } from "../../domain/pkcs12-encoding.ts";
import type { Principal } from "../../domain/principal.ts";
import type { Template } from "../../domain/template.ts";
import { CountersignError } from "../../errors.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import { buildPkcs12 } from "../../pki/pkcs12.ts";
import { importDeviceKey } from "../../pki/public-key.ts";
import type { Random } from "../../ports/ambient.ts";
import type { CaBackendFactory } from "../../ports/ca-backend.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CA_BACKENDS, RANDOM } from "../../tokens.ts";
import { found } from "../access/access.ts";
import { chainOf } from "../signing/ca-chain.ts";
import { Issuance, type IssueOrder } from "../issuance/issuance.ts";
import type { Asked } from "../issuance/requested-certificate.ts";
import { Keyring } from "../signing/keyring.ts";
import { makeKey } from "../signing/make-key.ts";
import { StatusTransactions } from "../certificates/status-transactions.ts";
import { preferredKey } from "../templates/templates.ts";
import { UnseenCertificates } from "../certificates/unseen-certificates.ts";

/** For whom a key is made. */
export interface ContainerOrder {
  readonly store: TenantStore;
  readonly deployment: Deployment;
  readonly device: Device;
  readonly template: Template;
  readonly authority: Authority;
  /** Who takes it: a host, or whoever pulls the profile. */
  readonly principal: Pick<Principal, "id">;
}

/** A key with its certificate, locked with a password of its own. Secret: nothing of it is kept. */
export interface Container {
  /** PFX, DER. */
  readonly pkcs12: Uint8Array;
  readonly password: string;
  /** DER. */
  readonly certificate: Uint8Array;
}

/** As strong as a key of 128 bits, so that the container needs no slow derivation. */
const PASSWORD_OCTETS = 16;
const ITERATIONS = 2048;

/** Keys that are made here for devices (P-05): issued like every other certificate, handed over once, kept nowhere. */
export class Pkcs12Containers {
  private readonly making = new Map<string, Promise<Container>>();

  constructor(
    @inject(RANDOM) private readonly random: Random,
    @inject(CA_BACKENDS) private readonly backends: readonly CaBackendFactory[],
    @inject(Keyring) private readonly keyring: Keyring,
    @inject(Issuance) private readonly issuance: Issuance,
    @inject(UnseenCertificates) private readonly unseen: UnseenCertificates,
    @inject(StatusTransactions) private readonly statuses: StatusTransactions,
  ) {}

  /**
   * Makes key, certificate and container. Whoever asks while one is being made gets that one; afterwards it is gone, and asking again makes a
   * new key. Throws what `Issuance.issueTo` throws.
   */
  async make(order: ContainerOrder): Promise<Container> {
    const key = `${order.store.tenant}\n${order.deployment.id}`;
    const running = this.making.get(key);
    if (running !== undefined) return running;
    const making = this.made(order).finally(() => this.making.delete(key));
    this.making.set(key, making);
    return making;
  }

  /** What was issued and could not be handed over serves nobody. */
  async discard({ store, authority, principal }: ContainerOrder, der: Uint8Array): Promise<void> {
    const { serial } = parseCertificate(der);
    await this.statuses.run(store, principal, "not-handed-over", async (tx, changes) => {
      const certificate = await tx.certificates.bySerial(authority.id, serial);
      if (certificate !== undefined) await changes.revoke(certificate, "superseded", undefined);
    });
  }

  private async made(order: ContainerOrder): Promise<Container> {
    const { store, deployment, device, template, authority } = order;
    await this.unseen.note(store, deployment);
    const algorithm = preferredKey(template, false);
    if (!isDeviceKeyAlgorithm(algorithm))
      throw new CountersignError("policy_refused", `a key of kind ${algorithm} is not made here`);
    const encoding = encodingFor(template.pkcs12Encoding, device.platform);
    const key = await makeKey(algorithm);
    try {
      const certificate = await this.issuance.issueTo({
        runtime: { store, endpoint: undefined },
        way: await this.wayOf(store, authority),
        redemption: {
          ...{ template, device, subjectSource: "template" },
          ...{ challengeId: undefined, expiresAt: undefined, replaces: deployment.certificateId },
        },
        csr: askedFor(key.publicKey),
        transactionId: deployment.id,
        signer: "self",
        ciphertext: undefined,
        asked: {
          principal: order.principal.id,
          data: { deployment: deployment.id, key: algorithm, pkcs12: encoding },
        },
      });
      try {
        await this.unseen.noteOther(store, deployment);
        return await this.locked(order, key.privateKey, certificate, encoding);
      } catch (failure) {
        await this.discard(order, certificate);
        throw failure;
      }
    } finally {
      key.privateKey.fill(0);
    }
  }

  private async locked(
    { store, authority }: ContainerOrder,
    privateKey: Uint8Array,
    certificate: Uint8Array,
    encoding: Pkcs12Encoding,
  ): Promise<Container> {
    const password = Buffer.from(this.random.bytes(PASSWORD_OCTETS)).toString("hex").toUpperCase();
    const pkcs12 = await buildPkcs12({
      privateKey,
      certificates: [certificate, ...(await chainOf(store, authority))],
      password,
      friendlyName: formatDn(parseCertificate(certificate).subject),
      encoding,
      iterations: ITERATIONS,
      random: (length) => this.random.bytes(length),
      localKeyId: createHash("sha1").update(certificate).digest(),
    });
    return { pkcs12, password, certificate };
  }

  private async wayOf(store: TenantStore, authority: Authority): Promise<IssueOrder["way"]> {
    if (authority.keyRef === undefined)
      throw new CountersignError(
        "authority_not_ready",
        `authority ${authority.id} has no key here`,
      );
    const internal = this.backends.find(({ kind }) => kind === "internal");
    const signer = await this.keyring.signer(authority.keyRef);
    const caps = await store.caps.list();
    return {
      authority,
      backend: found(internal, "CA backend", "internal").create(authority, signer),
      raId: undefined,
      capped: caps.some(({ subject }) => capsOver(authority.id).includes(subject)),
    };
  }
}

/** A key of ours asks for nothing: all that it gets is the template's. */
const askedFor = (spki: Uint8Array): Asked => ({
  raw: spki,
  publicKey: importDeviceKey(spki),
  subject: [],
  sans: [],
  unsupportedSans: 0,
  extensions: [],
  keyUsages: undefined,
  extendedKeyUsages: undefined,
  basicConstraints: undefined,
});
