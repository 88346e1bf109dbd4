import { createHash, createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { inject } from "tsyringe";
import { type Credential, CREDENTIAL_ROLES, type CredentialKey } from "../../domain/credential.ts";
import { addDuration, parseDuration } from "../../domain/duration.ts";
import type { Pkcs12Encoding } from "../../domain/pkcs12-encoding.ts";
import type { Principal, Role } from "../../domain/principal.ts";
import type { TenantId } from "../../domain/tenant.ts";
import { CountersignError, type Issue } from "../../errors.ts";
import { buildPkcs12 } from "../../pki/pkcs12.ts";
import { buildTransientCertificate } from "../../pki/transient-certificate-build.ts";
import type { Clock, Random } from "../../ports/ambient.ts";
import type { Directory } from "../../ports/stores.ts";
import { CLOCK, DIRECTORY, RANDOM } from "../../tokens.ts";
import { Access, found, sameVersion } from "./access.ts";

export interface CredentialInput {
  /** In the pattern of authority identifiers: 2 to 18 characters. */
  readonly id: string;
  readonly name?: string | undefined;
  readonly roles: readonly Role[];
  readonly authorityIds?: readonly string[] | undefined;
  /** ISO 8601; one year unless given. */
  readonly validity?: string | undefined;
  readonly encoding?: Pkcs12Encoding | undefined;
}

/** What may be changed of a credential. */
export interface CredentialChange {
  readonly name?: string | undefined;
  readonly roles?: readonly Role[] | undefined;
  readonly authorityIds?: readonly string[] | undefined;
  readonly active?: boolean | undefined;
}

/** A credential as it is shown: its public keys say when they end, nothing else. */
export type CredentialView = Omit<Credential, "keys"> & {
  readonly keys: readonly Pick<CredentialKey, "id" | "notAfter" | "createdAt">[];
};

/** The secret half, handed over this once. */
export interface HandedOver {
  readonly credential: CredentialView;
  /** PKCS#12 with key and client certificate, base64. */
  readonly pkcs12: string;
  readonly password: string;
  readonly fileName: string;
}

const CREDENTIAL_ID = /^[a-z0-9_-]{2,18}$/;
const LONGEST_LIFE = parseDuration("P2Y");
/** How long the old key stays good after a rotation. */
const OVERLAP = parseDuration("P7D");

const USED_EVERY_MS = 60_000;

/** What machines sign in with: a key pair each, roles and a scope of its own, an end, and rotation with an overlap. */
export class Credentials {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(RANDOM) private readonly random: Random,
    @inject(DIRECTORY) private readonly directory: Directory,
  ) {}

  async list(principal: Principal): Promise<readonly CredentialView[]> {
    return (await this.access.open(principal, "credentials:manage").credentials.list()).map(view);
  }

  async get(principal: Principal, id: string): Promise<CredentialView> {
    const store = this.access.open(principal, "credentials:manage");
    return view(found(await store.credentials.get(id), "credential", id));
  }

  /** Throws `invalid_input`, `conflict` for a taken id, `forbidden` for roles the caller has not. */
  async create(principal: Principal, input: CredentialInput): Promise<HandedOver> {
    const store = this.access.open(principal, "credentials:manage");
    check(principal, input);
    const now = this.clock.now();
    const made = await this.makeKey(store.tenant, input.id, input.validity, input.encoding);
    const credential: Credential = {
      id: input.id,
      name: input.name ?? input.id,
      roles: input.roles,
      authorityIds: input.authorityIds ?? [],
      keys: [made.key],
      active: true,
      lastUsedAt: undefined,
      createdBy: principal.id,
      version: 1,
      createdAt: now,
      updatedAt: now,
    };
    await store.run(async (tx) => {
      await tx.credentials.insert(credential);
      await tx.ledger.append(
        this.access.entry(principal, "credential.created", credential.id, {
          roles: credential.roles,
          authorityIds: credential.authorityIds,
          notAfter: made.key.notAfter,
        }),
      );
    });
    return handedOver(credential, made);
  }

  /** A second key; the first one stays good for a week. Throws `conflict` while two keys are good already, `forbidden` for roles the caller has not. */
  async rotate(
    principal: Principal,
    id: string,
    input: Pick<CredentialInput, "validity" | "encoding">,
  ): Promise<HandedOver> {
    const store = this.access.open(principal, "credentials:manage");
    const now = this.clock.now();
    const made = await this.makeKey(store.tenant, id, input.validity, input.encoding);
    const credential = await store.run(async (tx) => {
      const stored = found(await tx.credentials.get(id), "credential", id);
      // Whoever holds the new key has the credential's roles.
      check(principal, stored);
      const good = stored.keys.filter(({ notAfter }) => notAfter > now);
      if (good.length > 1)
        throw new CountersignError(
          "conflict",
          `${id} has two good keys; wait for the old one's end`,
        );
      const overlap = addDuration(now, OVERLAP);
      const after: Credential = {
        ...stored,
        keys: [
          made.key,
          ...good.map((key) => (key.notAfter > overlap ? { ...key, notAfter: overlap } : key)),
        ],
        version: stored.version + 1,
        updatedAt: now,
      };
      await tx.credentials.update(after);
      await tx.ledger.append(
        this.access.entry(principal, "credential.rotated", id, { notAfter: made.key.notAfter }),
      );
      return after;
    });
    return handedOver(credential, made);
  }

  /** Name, roles, scope, and whether it may be used at all. */
  async change(
    principal: Principal,
    id: string,
    change: CredentialChange,
    version?: number,
  ): Promise<CredentialView> {
    const store = this.access.open(principal, "credentials:manage");
    const changed = await store.run(async (tx) => {
      const stored = found(await tx.credentials.get(id), "credential", id);
      sameVersion(stored.version, version);
      const after: Credential = {
        ...stored,
        name: change.name ?? stored.name,
        roles: change.roles ?? stored.roles,
        authorityIds: change.authorityIds ?? stored.authorityIds,
        active: change.active ?? stored.active,
        version: stored.version + 1,
        updatedAt: this.clock.now(),
      };
      check(principal, after);
      await tx.credentials.update(after);
      await tx.ledger.append(
        this.access.entry(principal, "credential.changed", id, {
          roles: after.roles,
          authorityIds: after.authorityIds,
          active: after.active,
        }),
      );
      return after;
    });
    return view(changed);
  }

  async delete(principal: Principal, id: string): Promise<void> {
    const store = this.access.open(principal, "credentials:manage");
    await store.run(async (tx) => {
      if (!(await tx.credentials.delete(id)))
        throw new CountersignError("not_found", `no credential ${id}`);
      await tx.ledger.append(this.access.entry(principal, "credential.deleted", id));
    });
  }

  /** The public key (SubjectPublicKeyInfo, DER) that a token names; undefined for one that is not good. */
  async keyOf(tenant: TenantId, id: string, keyId: string): Promise<Uint8Array | undefined> {
    const credential = await this.directory.open(tenant).credentials.get(id);
    const now = this.clock.now();
    const key = credential?.keys.find((one) => one.id === keyId && one.notAfter > now);
    return key === undefined || credential?.active !== true
      ? undefined
      : new Uint8Array(Buffer.from(key.publicKey, "base64"));
  }

  /** Who a credential is, once it has proven its key, by which it was used now. Throws `unauthenticated` for one that is gone. */
  async principalOf(tenant: TenantId, id: string): Promise<Principal> {
    const { credentials } = this.directory.open(tenant);
    const credential = await credentials.get(id);
    if (credential?.active !== true)
      throw new CountersignError("unauthenticated", `credential ${id} is not good`);
    const now = this.clock.now();
    // To the minute, so that a busy machine costs no write a request.
    if (now.getTime() - (credential.lastUsedAt?.getTime() ?? 0) >= USED_EVERY_MS)
      await credentials.note({ ...credential, lastUsedAt: now });
    return {
      id: `credential:${id}`,
      kind: "user",
      tenant,
      roles: credential.roles,
      ...(credential.authorityIds.length === 0 ? {} : { authorityIds: credential.authorityIds }),
    };
  }

  private async makeKey(
    tenant: TenantId,
    id: string,
    validity = "P1Y",
    encoding: Pkcs12Encoding = "strong",
  ): Promise<MadeKey> {
    const now = this.clock.now();
    const life = parseDuration(validity);
    const notAfter = addDuration(now, life);
    if (notAfter > addDuration(now, LONGEST_LIFE))
      throw new CountersignError("invalid_input", "the credential would live too long", {
        issues: [{ path: "validity", message: "2 years at most" }],
      });
    const pair = generateKeyPairSync("ec", {
      namedCurve: "P-256",
      publicKeyEncoding: { type: "spki", format: "der" },
      privateKeyEncoding: { type: "pkcs8", format: "der" },
    });
    const publicKey = new Uint8Array(pair.publicKey);
    const privateKey = createPrivateKey({ key: pair.privateKey, type: "pkcs8", format: "der" });
    const certificate = await buildTransientCertificate({
      // CN and O: whose it is (http/credential-certificates.ts).
      subject: [[["2.5.4.3", id]], [["2.5.4.10", tenant]]],
      signer: {
        algorithm: "ec-p256",
        publicKey,
        takes: "message",
        sign: (message) => Promise.resolve(new Uint8Array(sign("sha256", message, privateKey))),
      },
      serial: this.random.bytes(16).with(0, 1),
      notBefore: now,
      notAfter,
    });
    const password = Buffer.from(this.random.bytes(18)).toString("base64url");
    const file = await buildPkcs12({
      privateKey: new Uint8Array(pair.privateKey),
      certificates: [certificate],
      password,
      friendlyName: id,
      encoding,
      random: (length) => this.random.bytes(length),
      localKeyId: createHash("sha1").update(certificate).digest(),
    });
    pair.privateKey.fill(0);
    const keyId = createHash("sha256").update(publicKey).digest("hex");
    const key: CredentialKey = {
      id: keyId,
      publicKey: Buffer.from(publicKey).toString("base64"),
      notAfter,
      createdAt: now,
    };
    return { key, file, password };
  }
}

interface MadeKey {
  readonly key: CredentialKey;
  readonly file: Uint8Array;
  readonly password: string;
}

const view = ({ keys, ...credential }: Credential): CredentialView => ({
  ...credential,
  keys: keys.map(({ id, notAfter, createdAt }) => ({ id, notAfter, createdAt })),
});

const handedOver = (credential: Credential, { file, password }: MadeKey): HandedOver => ({
  credential: view(credential),
  pkcs12: Buffer.from(file).toString("base64"),
  password,
  fileName: `pkcs12-${credential.id}.p12`,
});

const check = (principal: Principal, input: Pick<CredentialInput, "id" | "roles">): void => {
  const issues: Issue[] = [];
  if (!CREDENTIAL_ID.test(input.id))
    issues.push({ path: "id", message: "2 to 18 lower-case letters, digits, _ and -" });
  if (input.roles.length === 0) issues.push({ path: "roles", message: "at least one is needed" });
  for (const [index, role] of input.roles.entries())
    if (!(CREDENTIAL_ROLES as readonly Role[]).includes(role))
      issues.push({ path: `roles.${index}`, message: `${role} is not for machines` });
  if (issues.length > 0)
    throw new CountersignError("invalid_input", "the credential is not valid", { issues });
  // Nobody hands out more than they have: only an Owner may give what is not theirs.
  const own = principal.roles ?? [];
  const beyond = input.roles.find((role) => !own.includes("owner") && !own.includes(role));
  if (beyond !== undefined)
    throw new CountersignError("forbidden", `${principal.id} has not the role ${beyond} to give`);
};
