import { createHash, randomUUID } from "node:crypto";
import type { AlertRule } from "../../../plugin/domain/alert-rule.ts";
import type { Authority } from "../../../plugin/domain/authority.ts";
import type { CertificateProfile } from "../../../plugin/domain/certificate-profile.ts";
import type { Certificate } from "../../../plugin/domain/certificate.ts";
import type { Challenge } from "../../../plugin/domain/challenge.ts";
import type { Credential } from "../../../plugin/domain/credential.ts";
import type { Deployment } from "../../../plugin/domain/deployment.ts";
import type { Device } from "../../../plugin/domain/device.ts";
import type { Distribution, DistributionPlan } from "../../../plugin/domain/distribution.ts";
import type { DistributionTarget } from "../../../plugin/domain/distribution-step.ts";
import type { DistributionWalk } from "../../../plugin/domain/distribution-walk.ts";
import type { Endpoint } from "../../../plugin/domain/endpoint.ts";
import type { HookAdapter } from "../../../plugin/domain/hook-adapter.ts";
import type { HostEventRecord } from "../../../plugin/domain/host-event.ts";
import type { HostGroup, HostRules } from "../../../plugin/domain/host-group.ts";
import type { InventoryItem } from "../../../plugin/domain/inventory.ts";
import type { LedgerEntry } from "../../../plugin/domain/events.ts";
import type { KeyRollOver } from "../../../plugin/domain/key-roll-over.ts";
import type { Person } from "../../../plugin/domain/person.ts";
import type { Ra } from "../../../plugin/domain/ra.ts";
import type { RenewalGroup } from "../../../plugin/domain/renewal-group.ts";
import type { TemplateMove } from "../../../plugin/domain/template-move.ts";
import type { Template } from "../../../plugin/domain/template.ts";
import type { SignedCrl } from "../../../plugin/ports/crl-store.ts";
import type { Reservation, Settlement } from "../../../plugin/ports/enrolment-store.ts";
import type { TokenRecord } from "../../../plugin/ports/stores.ts";

/** The time of every sample; beyond 32 bits, in milliseconds. */
export const NOW = new Date("2026-11-21T10:00:00.123Z");
export const after = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);

export const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** Samples have a value in every member, so that a round trip shows each of them; `over` takes some away. */
export const anAuthority = (over: Partial<Authority> = {}): Authority => ({
  id: "wifi-ca",
  name: "Wi-Fi CA",
  kind: "issuing",
  status: "active",
  parentId: "root",
  subject: "CN=Wi-Fi CA,O=Ünïcode",
  keyAlgorithm: "ec-p256",
  signature: "pss",
  keyRef: "soft:abc",
  publicKey: bytes(0, 1, 255),
  certificate: bytes(48, 0),
  pastCertificates: [bytes(48, 7), bytes(48, 8)],
  csr: bytes(48, 1),
  subjectKeyId: "ab".repeat(20),
  notBefore: NOW,
  notAfter: after(1e9),
  publicUrl: "http://ca.example",
  crlEnabled: true,
  ocspEnabled: false,
  single: false,
  crlShards: 4,
  deltaCrl: true,
  ocspKeyAlgorithm: "rsa-2048",
  ocspResponder: { keyRef: "soft:def", certificate: bytes(48, 2) },
  outside: {
    serverType: "digicert-one",
    url: "https://ca.example/scep",
    code: bytes(7, 7),
    above: [bytes(48, 9)],
  },
  profiles: ["scep-digital-signature"],
  shapeExtras: { jamf: { version: 1, fields: { scepProxy: true }, typed: {} } },
  deletedAt: after(2e9),
  endedAt: after(3e9),
  version: 1,
  createdAt: NOW,
  ...over,
});

export const anRa = (over: Partial<Ra> = {}): Ra => ({
  id: "ra-1",
  authorityId: "wifi-ca",
  keyRef: "soft:ra",
  certificate: bytes(48, 3),
  csr: bytes(48, 4),
  subject: "CN=RA",
  notBefore: NOW,
  notAfter: after(1e7),
  origin: "issued",
  createdAt: NOW,
  replaces: "ra-0",
  retiredAt: after(7),
  ...over,
});

export const aRollOver = (over: Partial<KeyRollOver> = {}): KeyRollOver => ({
  id: "roll-1",
  authorityId: "wifi-ca",
  successorId: "wifi-ca-g2",
  state: "announced",
  startsAt: after(100),
  retiresAt: after(200),
  version: 1,
  createdAt: NOW,
  updatedAt: after(1),
  ...over,
});

export const aToken = (over: Partial<TokenRecord> = {}): TokenRecord => ({
  id: randomUUID(),
  subject: "Zoë",
  roles: ["owner", "ca-auditor"],
  mintedBy: "system:host",
  createdAt: NOW,
  expiresAt: after(3600),
  revokedAt: after(5),
  revokedBy: "somebody",
  ...over,
});

export const aTemplate = (over: Partial<Template> = {}): Template => ({
  id: "wifi",
  name: "Wi-Fi",
  version: 1,
  authorityId: "wifi-ca",
  subject: "CN=%serialnumber%,O=Example",
  sans: [{ type: "uri", pattern: "urn:x:%udid%" }],
  keyAlgorithms: ["rsa-2048", "ec-p256"],
  keyUsages: ["digitalSignature"],
  extendedKeyUsages: ["1.3.6.1.5.5.7.3.2"],
  allowedExtendedKeyUsages: [],
  validity: "P1Y",
  maxValidity: "P2Y",
  beyondAuthority: "shorten",
  backdate: "PT5M",
  delivery: "scep",
  pkcs12Encoding: "compatible",
  challengeMode: "dynamic",
  challengeLifetime: "PT1H",
  pushedChallengeLifetime: "P2D",
  attempts: { limit: 3, interval: "PT30S", lock: "PT2H", wipe: true },
  keyStorage: "tpm-else-software",
  autoRenewal: false,
  renewalWindow: "20%",
  renewalSpread: "25%",
  scepRenewal: "in-window",
  renewalGrace: "P3D",
  oldCertificate: "revoke",
  policies: [{ oid: "1.2.3" }, { oid: "1.2.4", cps: "https://cps.example" }],
  allowDuplicates: false,
  requiredDomain: "example.org",
  profileId: "scep-digital-signature",
  rules: {
    allowedExtensions: ["2.5.29.37"],
    ignoreUnknownExtensions: true,
    fillSanDnsWithCn: false,
  },
  shapeExtras: {
    jamf: { version: 1, fields: { category: "Net", retries: null }, typed: {} },
  },
  createdAt: NOW,
  updatedAt: after(1),
  ...over,
});

export const aProfile = (over: Partial<CertificateProfile> = {}): CertificateProfile => ({
  id: "mine",
  group: "scep",
  description: "Ours",
  origin: "custom",
  ours: true,
  note: "",
  pkcs12: false,
  definition: {
    allowedCATypes: ["subord"],
    validity_period: "P1Y",
    usages: ["digitalSignature", "1.3.6.1.5.5.7.3.2"],
    allowed_extensions: ["2.5.29.37"],
    ignore_unknown_extensions: false,
    ca_constraint: { cA: false },
    backdate: "PT30M",
    truncate_to_ca_not_after: true,
    fill_san_dns_with_cn: true,
  },
  version: 1,
  createdAt: NOW,
  updatedAt: after(1),
  ...over,
});

export const aPerson = (over: Partial<Person> = {}): Person => ({
  id: "ann@example.org",
  email: "ann@example.org",
  firstName: "Ann",
  lastName: "Ünï",
  roles: ["owner", "ca-auditor"],
  approveOwn: true,
  active: true,
  version: 1,
  createdAt: NOW,
  updatedAt: after(1),
  ...over,
});

export const aCredential = (over: Partial<Credential> = {}): Credential => ({
  id: "inventory",
  name: "Inventory",
  roles: ["ca-auditor"],
  authorityIds: ["wifi-ca"],
  keys: [{ id: "ab", publicKey: "MAA=", notAfter: after(9), createdAt: NOW }],
  active: true,
  lastUsedAt: after(5),
  createdBy: "ann",
  version: 1,
  createdAt: NOW,
  updatedAt: after(1),
  ...over,
});

export const anEndpoint = (over: Partial<Endpoint> = {}): Endpoint => ({
  id: `e-${randomUUID()}`,
  name: "Office",
  description: "Wi-Fi of all offices",
  authorityId: "wifi-ca",
  templateIds: ["wifi"],
  policies: [
    {
      kind: "static",
      id: "p1",
      templateId: "wifi",
      sealed: bytes(9, 8, 7),
      mac: "00ff",
      unknownDevice: "unmanaged",
    },
    { kind: "dynamic", id: "p2" },
  ],
  raId: "ra-1",
  chain: [bytes(48, 5), bytes(48, 6)],
  includeRoot: true,
  legacy: false,
  acceptMd5Csr: false,
  acceptGcm: true,
  signingTimeTolerance: "PT10M",
  foreignRenewal: {
    authorities: [bytes(48, 7)],
    templateId: "wifi",
    unknownDevice: "refuse",
  },
  limits: { perSource: "off", perChallenge: 3 },
  approval: "manual",
  approvalLifetime: "P7D",
  queries: true,
  clientProfile: "sonicwall",
  next: { authorityId: "wifi-ca-2", raId: "ra-2", from: after(5), until: after(8) },
  retiredRas: [{ raId: "ra-0", authorityId: "wifi-ca", until: after(9) }],
  enabled: true,
  version: 1,
  createdAt: NOW,
  updatedAt: after(1),
  ...over,
});

export const aDevice = (over: Partial<Device> = {}): Device => ({
  id: "device-1",
  hostId: "jamf",
  hostDeviceId: "42",
  platform: "apple",
  status: "enrolled",
  statusAt: after(-7),
  userDisabledAt: undefined,
  attributes: { serialnumber: "C02XG", username: "Zoë", $bytes: "not octets", colour: "red" },
  createdAt: NOW,
  updatedAt: after(1),
  ...over,
});

export const aDeployment = (over: Partial<Deployment> = {}): Deployment => ({
  id: "deployment-1",
  deviceId: "device-1",
  templateId: "wifi",
  endpointId: "office",
  state: "delivered",
  since: after(-60),
  nextActionAt: after(60),
  certificateId: "c-0",
  certificateEndsAt: after(86_400),
  previousCertificateId: "c-00",
  seenAt: after(-5),
  commandId: "command-7",
  attempts: 2,
  lastAttemptAt: after(-3),
  deliveries: 4,
  reason: "request-refused",
  failure: "the host said no",
  createdAt: NOW,
  updatedAt: after(1),
  ...over,
});

export const anInventoryItem = (over: Partial<InventoryItem> = {}): InventoryItem => ({
  key: "cd".repeat(32),
  serial: "0a",
  issuer: "CN=Wi-Fi CA",
  subject: "CN=C02XG",
  notAfter: after(86_400),
  fingerprintSha256: "cd".repeat(32),
  verdict: "current",
  certificateId: "c-0",
  firstSeenAt: after(-60),
  lastSeenAt: NOW,
  ...over,
});

export const aHostEvent = (over: Partial<HostEventRecord> = {}): HostEventRecord => ({
  hostId: "jamf",
  eventId: "event-1",
  kind: "deviceWiped",
  hostDeviceId: "42",
  deviceId: "device-1",
  at: after(-3),
  receivedAt: NOW,
  outcome: "refused",
  code: "not_found",
  detail: "no device",
  result: { revoked: ["0a"], at: after(-1) },
  ...over,
});

export const aHookAdapter = (over: Partial<HookAdapter> = {}): HookAdapter => ({
  id: `hook-${randomUUID()}`,
  hostId: "jamf",
  sealed: bytes(1, 2),
  previous: bytes(3),
  previousUntil: after(60),
  enabled: true,
  lastUsedAt: after(2),
  version: 1,
  createdAt: NOW,
  updatedAt: after(1),
  ...over,
});

export const aChallenge = (over: Partial<Challenge> = {}): Challenge => ({
  id: "challenge-1",
  endpointId: "office",
  templateId: "wifi",
  deviceId: "device-1",
  state: "open",
  expiresAt: after(3600),
  certificateId: undefined,
  spentByKey: undefined,
  failures: 0,
  createdAt: NOW,
  ...over,
});

export const aCertificate = (over: Partial<Certificate> = {}): Certificate => ({
  id: randomUUID(),
  authorityId: "wifi-ca",
  role: "subscriber",
  status: "issued",
  serial: randomUUID().replaceAll("-", ""),
  subject: "CN=C02XG",
  sans: [{ type: "dns", value: "a.example" }],
  notBefore: NOW,
  notAfter: after(86_400),
  fingerprintSha256: "cd".repeat(32),
  templateId: "wifi",
  templateVersion: 3,
  endpointId: "office",
  raId: "ra-1",
  deviceId: "device-1",
  createdAt: NOW,
  issuedAt: after(1),
  revokedAt: undefined,
  revocationReason: undefined,
  invalidityDate: undefined,
  hold: undefined,
  ...over,
});

/** A list of a scope whose octets are those given; a delta where `baseNumber` is given. */
export const aCrl = (number: bigint, over: Partial<SignedCrl> = {}): SignedCrl => {
  const parts = over.parts ?? [bytes(48, Number(number % 200n))];
  const der = Buffer.concat(parts);
  return {
    authorityId: "wifi-ca",
    shard: 0,
    kind: over.baseNumber === undefined ? "complete" : "delta",
    number,
    baseNumber: undefined,
    thisUpdate: NOW,
    nextUpdate: after(60),
    entries: 3,
    size: der.length,
    sha256: createHash("sha256").update(der).digest("hex"),
    parts,
    ...over,
  };
};

export const anAlertRule = (over: Partial<AlertRule> = {}): AlertRule => ({
  id: "ra-expiry",
  enabled: true,
  raise: 14,
  clear: 15,
  days: 7,
  channels: [
    { kind: "mail", to: "admin@example.com" },
    { kind: "webhook", url: "https://hook.example/", sealed: bytes(1, 0, 255) },
  ],
  version: 1,
  updatedAt: NOW,
  ...over,
});

export const aGroup = (over: Partial<RenewalGroup> = {}): RenewalGroup => ({
  id: "group-1",
  name: "canary",
  state: "running",
  stopAbove: 0.2,
  judgeFrom: 5,
  wave: 10,
  patience: "P1D",
  reason: "none yet",
  createdAt: NOW,
  updatedAt: after(1),
  ...over,
});

export const aMove = (over: Partial<TemplateMove> = {}): TemplateMove => ({
  id: "wifi",
  version: 2,
  rekey: true,
  from: NOW,
  until: after(86_400),
  cursor: "deployment-0",
  state: "running",
  moved: 3,
  createdAt: NOW,
  updatedAt: after(1),
  ...over,
});

export const aHostGroup = (over: Partial<HostGroup> = {}): HostGroup => ({
  id: "jamf:sales",
  hostId: "jamf",
  groupId: "sales",
  name: "Säles",
  kind: "device",
  hostCount: 7,
  members: 0,
  syncedAt: after(2),
  problem: "the host did not answer",
  createdAt: NOW,
  updatedAt: after(1),
  ...over,
});

export const aPlan = (over: Partial<DistributionPlan> = {}): DistributionPlan => ({
  everybody: "users",
  includes: ["jamf:sales"],
  excludes: ["jamf:board"],
  testDeviceId: "device-1",
  stagedGroupId: "jamf:pilot",
  over: "P7D",
  leaving: "remove",
  endpointId: "office",
  change: { validity: "P90D" },
  ...over,
});

export const aDistribution = (over: Partial<Distribution> = {}): Distribution => ({
  id: "wifi",
  draft: { number: 3, plan: aPlan(), by: "Zoë", at: NOW },
  trial: {
    ...{ number: 2, plan: aPlan({ everybody: undefined }), by: "Zoë", at: NOW },
    ...{ stage: "test", stageAt: after(3) },
  },
  serving: { number: 1, plan: aPlan({ change: {} }), by: "Zoë", at: NOW },
  version: 1,
  createdAt: NOW,
  updatedAt: after(1),
  ...over,
});

export const aTarget = (over: Partial<DistributionTarget> = {}): DistributionTarget => ({
  templateId: "wifi",
  deviceId: "device-1",
  state: "failed",
  dueAt: after(5),
  trial: 2,
  again: true,
  failure: "no value for %username%",
  updatedAt: NOW,
  ...over,
});

export const aWalk = (over: Partial<DistributionWalk> = {}): DistributionWalk => ({
  id: "wifi",
  state: "running",
  number: 4,
  cause: "groups",
  spread: { from: NOW, until: after(86_400) },
  revert: true,
  cursor: "device-0",
  joined: 3,
  left: 1,
  mayLeave: 10,
  createdAt: NOW,
  updatedAt: after(1),
  ...over,
});

export const aHostRules = (over: Partial<HostRules> = {}): HostRules => ({
  id: "jamf",
  mixedGroups: false,
  version: 1,
  createdAt: NOW,
  updatedAt: after(1),
  ...over,
});

export const aLedgerEntry = (over: Partial<LedgerEntry> = {}): LedgerEntry => ({
  event: "certificate.issued",
  principal: "system:scep",
  at: NOW,
  subjectId: "c-1",
  data: { serial: "0a", sans: [{ type: "dns" }], count: 2, nothing: null, der: bytes(48, 1) },
  ...over,
});

export const aReservation = (over: Partial<Reservation> = {}): Reservation => ({
  id: randomUUID(),
  idempotencyKey: randomUUID(),
  graceUntil: after(900),
  leaseUntil: after(30),
  authorityId: "wifi-ca",
  serial: randomUUID().replaceAll("-", ""),
  tbsDigest: bytes(1, 2, 3),
  subject: "CN=C02XG",
  sans: [{ type: "dns", value: "a.example" }],
  notBefore: NOW,
  notAfter: after(86_400),
  templateId: "wifi",
  templateVersion: 3,
  endpointId: "office",
  raId: "ra-1",
  deviceId: "device-1",
  challengeId: undefined,
  ciphertext: undefined,
  onlyOne: false,
  limits: { perDevicePerDay: 1000, perEndpointPerMinute: 60_000, perChallenge: 10 },
  capped: false,
  now: NOW,
  ...over,
});

export const aSettlement = (id: string, over: Partial<Settlement> = {}): Settlement => ({
  id,
  der: bytes(48, 130, 1, 0),
  fingerprintSha256: "ef".repeat(32),
  now: after(1),
  ledger: aLedgerEntry({ subjectId: id }),
  ...over,
});
