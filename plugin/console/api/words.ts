/* Made by `npm run manifest` from the tables of the plugin; changes are lost. */
import type { Calls } from "./calls.ts";

interface Fact {
  readonly title: string;
  readonly nextStep: string;
}
interface StateFact {
  readonly meaning: string;
  readonly nextStep: string;
}

/** Every error code. */
export const CODES: Readonly<Record<string, Fact>> = {
  internal: {
    title: "Something went wrong inside Countersign",
    nextStep: "Look up the request id in the log.",
  },
  invalid_input: {
    title: "The request is not valid",
    nextStep: "Correct the fields named in the answer and send it again.",
  },
  invalid_config: {
    title: "The configuration is not valid",
    nextStep: "Correct every setting named in the message, then start again.",
  },
  not_found: {
    title: "There is no such object",
    nextStep: "Check the identifier; list what exists first.",
  },
  method_not_allowed: {
    title: "This address does not take that method",
    nextStep: "Use one of the methods of the Allow header.",
  },
  conflict: {
    title: "That already exists or is in use",
    nextStep: "Choose another identifier, or change the existing object.",
  },
  confirmation_needed: {
    title: "It reaches everybody and has to be confirmed",
    nextStep:
      "Read how many devices it reaches and over how long, then repeat it with that number as `expect`.",
  },
  precondition_failed: {
    title: "It has changed since you read it",
    nextStep: "Read it again and repeat the change.",
  },
  request_timeout: {
    title: "The request took too long to arrive",
    nextStep: "Send it again; the time limit is a setting.",
  },
  too_large: {
    title: "The request is too large",
    nextStep: "Send less at once; the limit is named in the answer.",
  },
  uri_too_long: {
    title: "The address is too long",
    nextStep: "Send the message by POST, which GetCACaps offers.",
  },
  too_many_requests: {
    title: "Too many requests",
    nextStep: "Wait for the time named in Retry-After.",
  },
  unauthenticated: { title: "Who is asking is not known", nextStep: "Send a valid bearer token." },
  forbidden: { title: "This role may not do that", nextStep: "Ask an Owner for a role that may." },
  body_consumed: {
    title: "The host has read the request body and destroyed its bytes",
    nextStep:
      "Mount Countersign before the body parser, or let the parser keep bytes (express.raw) on its paths.",
  },
  not_running: {
    title: "Countersign is not running",
    nextStep:
      "Wait until start() has finished; if it failed, correct what it named and start again.",
  },
  authority_not_ready: {
    title: "The authority cannot issue",
    nextStep:
      "Check its status: import its certificate if it is pending, renew it if it has expired.",
  },
  endpoint_incomplete: {
    title: "The endpoint cannot be enabled yet",
    nextStep: "Add what the answer lists as missing.",
  },
  endpoint_disabled: {
    title: "There is no such SCEP endpoint",
    nextStep: "Enable the endpoint, or correct the URL.",
  },
  template_impossible: {
    title: "This template could never issue a certificate",
    nextStep: "Change the fields named in the answer.",
  },
  variable_without_value: {
    title: "A variable of the template has no value for this device",
    nextStep: "Give the device the attribute named in the answer, or change the template.",
  },
  policy_refused: {
    title: "The template does not allow what was asked for",
    nextStep: "Compare the request with the template.",
  },
  bad_csr: {
    title: "The certificate request cannot be used",
    nextStep: "Make a new PKCS#10 request and send that.",
  },
  bad_algorithm: {
    title: "The algorithm is not supported",
    nextStep: "Use AES-CBC and SHA-256 or stronger.",
  },
  bad_message: {
    title: "The message is malformed",
    nextStep: "Send the request again from the device.",
  },
  unknown_certificate: {
    title: "There is no such certificate or request",
    nextStep: "Let the device make a new request.",
  },
  approval_denied: {
    title: "The request was denied",
    nextStep: "Read the reason; let the device ask anew when it is settled.",
  },
  renewal_refused: {
    title: "The renewal was refused",
    nextStep: "Read the reason; re-send the profile so that the device enrols anew.",
  },
  unverified: {
    title: "The message could not be verified",
    nextStep: "Send the request again from the device.",
  },
  bad_time: {
    title: "The message was signed too long ago or in the future",
    nextStep: "Set the device's clock, or widen the endpoint's signingTimeTolerance.",
  },
  challenge_refused: {
    title: "The challenge was refused",
    nextStep: "Mint a new challenge or re-send the profile.",
  },
  claim_mismatch: {
    title: "The challenge was refused",
    nextStep: "Compare the names of the request with the template's subject and alternative names.",
  },
  challenge_lapsed: {
    title: "The challenge was refused",
    nextStep:
      "Nothing: the profile is sent again with a new challenge; where it was given out by hand, mint a new one.",
  },
  deployment_locked: {
    title: "The deployment is locked after too many failed attempts",
    nextStep: "Put right what the timeline shows, then lift the lock, or wait until it lapses.",
  },
  limit_exceeded: {
    title: "A limit of the endpoint has been reached",
    nextStep:
      "Wait until the limit named in the ledger is over, mint a new challenge, or raise the endpoint's limits.",
  },
  cap_reached: {
    title: "The cap on active certificates or authorities is reached",
    nextStep:
      "Revoke, retire or let expire what is no longer needed, or raise the cap (countersign authority cap, countersign tenant cap).",
  },
  replay_refused: {
    title: "The request repeats an earlier one",
    nextStep: "Let the device make a new request.",
  },
  device_gone: {
    title: "The device has been wiped or unenrolled",
    nextStep: "Enrol the device in the MDM again first.",
  },
  user_disabled: {
    title: "The user of the device is disabled",
    nextStep:
      "Let the user in again in the MDM or the directory; what failed meanwhile is sent again then.",
  },
  certificate_not_matching: {
    title: "The certificate does not fit",
    nextStep: "Read the failed checks in the answer and certify again.",
  },
  lint_failed: {
    title: "A certificate failed its checks and was not signed",
    nextStep: "Report the rule named in the log.",
  },
  busy: {
    title: "Not available for the moment",
    nextStep: "Try again after the time named in Retry-After.",
  },
  key_unavailable: {
    title: "A key cannot be used at the moment",
    nextStep: "Run `countersign doctor`; check the token or the key folder.",
  },
  key_not_found: {
    title: "A key is missing",
    nextStep: "Bring back the token or the key file that holds it.",
  },
  key_module_missing: {
    title: "The PKCS#11 module cannot be loaded",
    nextStep: "Install the module or correct its path.",
  },
  key_pin_incorrect: {
    title: "The PIN or passphrase is wrong",
    nextStep: "Correct it; it was tried once and is not tried again by itself.",
  },
  key_unsupported: {
    title: "The key store cannot do that",
    nextStep: "Choose another algorithm or another key store.",
  },
  database_locked: {
    title: "The database is locked by another program",
    nextStep: "Stop the other program that holds the file.",
  },
  database_unusable: {
    title: "The database cannot be used",
    nextStep: "Check its path, rights and free disk space, then start again.",
  },
  storage_full: {
    title: "The disk is full",
    nextStep: "Free some space; nothing was half written.",
  },
  already_initialised: {
    title: "There is data here already",
    nextStep: "Use the existing data, or choose an empty folder.",
  },
  stopped: { title: "It was stopped", nextStep: "Start it again; nothing was left behind." },
  backup_damaged: {
    title: "The backup is damaged",
    nextStep: "Take another copy of it, or an older one; nothing was restored.",
  },
  ledger_broken: {
    title: "The ledger does not verify",
    nextStep:
      "Compare it with another export: the entry that is named was changed, removed or added.",
  },
  schema_outdated: {
    title: "The database schema does not fit this version",
    nextStep: "Start the version that made it, or a newer one.",
  },
};

/** Every state of a deployment. */
export const STATES: Readonly<Record<string, StateFact>> = {
  assigned: {
    meaning: "The template is wanted on the device; its profile is being handed to the host.",
    nextStep: "Wait for the host to take the profile; if it does not, check the host's connection.",
  },
  queued: {
    meaning: "The host has the command; the device has not taken it.",
    nextStep: "Switch the device on and let it check in with the MDM.",
  },
  delivered: {
    meaning: "The device has the profile; its challenge runs.",
    nextStep: "Wait for the device to ask; when the challenge lapses, the profile is sent again.",
  },
  requested: {
    meaning:
      "The device has asked: its request waits for approval, or was refused and may be repeated.",
    nextStep: "Approve the request, or read in the timeline why it was refused.",
  },
  issued: {
    meaning: "The certificate was handed out and has not been seen on the device.",
    nextStep: "Scan the device; if the certificate is not there, publish again.",
  },
  installed: {
    meaning: "The certificate was seen on the device, or the host has acknowledged it.",
    nextStep: "Nothing; it is renewed in its window.",
  },
  renewing: {
    meaning: "A new certificate is due; the profile is being handed to the host again.",
    nextStep: "Wait for the host to take the profile; the old certificate stays meanwhile.",
  },
  failed: {
    meaning: "It did not come about; the reason says why.",
    nextStep: "Do what the reason says; publish again to try at once.",
  },
  locked: {
    meaning: "Too many failed attempts: no challenge is minted and no request taken.",
    nextStep: "Find out in the timeline what was refused, put it right, then lift the lock.",
  },
  removed: {
    meaning: "The template is no longer wanted on the device, or the device is gone.",
    nextStep: "Nothing; assign the template anew if it is wanted again.",
  },
};

/** Why a deployment stands where it stands: the next step. */
export const REASONS: Readonly<Record<string, string>> = {
  "publish-failed":
    "Check that the MDM server can be reached and takes commands, then publish again.",
  "host-refused":
    "Read the host's own error for the command, put it right there, then publish again.",
  "value-missing": "Give the device the attribute that is named, or change the template.",
  "command-lost": "Let the device check in with the MDM; the profile has been sent again.",
  "challenge-lapsed": "Nothing: the profile is sent again with a new challenge.",
  "device-absent": "Find the device and switch it on; publish again when it is back.",
  "request-refused": "Read in the timeline why the request was refused, and put that right.",
  "issuance-refused":
    "Read in the timeline why no certificate was made, and put that right; it is tried again by itself.",
  "too-many-attempts":
    "Find out in the timeline what was refused, put it right, then lift the lock.",
  "approval-lapsed":
    "Approve requests before their time is over, or give them more time at the endpoint.",
  "approval-denied": "Ask who has denied it for the reason; publish again when it is settled.",
  "certificate-missing":
    "Nothing: the profile is sent again. If it happens again, look at the device's keychain.",
  "certificate-ended": "Publish again, or switch on renewal in the template.",
  "renewal-due": "Nothing: the device gets a new certificate.",
};

/** Templates to start from: what `POST /templates` takes but for the authority. */
export const STARTERS: readonly (Omit<Calls["postTemplates"]["request"]["body"], "authorityId"> & {
  readonly description: string;
})[] = [
  {
    id: "wifi-eap-tls",
    name: "Wi-Fi (802.1X, EAP-TLS)",
    description:
      "Client certificate for RADIUS networks: the user as common name and UPN, clientAuth only.",
    subject: "CN=%username%,SERIALNUMBER=%serialnumber%",
    sans: [{ type: "upn", pattern: "%email%" }],
    keyAlgorithms: ["rsa-2048", "rsa-4096"],
    keyUsages: ["digitalSignature", "keyEncipherment"],
    extendedKeyUsages: ["1.3.6.1.5.5.7.3.2"],
    allowedExtendedKeyUsages: [],
    validity: "P1Y",
    maxValidity: "P1Y",
    beyondAuthority: "refuse",
    backdate: "PT30M",
    delivery: "scep",
    pkcs12Encoding: "by-platform",
    challengeMode: "dynamic",
    challengeLifetime: "PT1H",
    pushedChallengeLifetime: "P1D",
    attempts: { limit: 5, interval: "PT1M", lock: "PT1H", wipe: false },
    keyStorage: "tpm-else-software",
    autoRenewal: true,
    renewalWindow: "P30D",
    renewalSpread: "50%",
    scepRenewal: "any-time",
    renewalGrace: "PT0S",
    oldCertificate: "keep",
    policies: [],
    allowDuplicates: true,
  },
  {
    id: "vpn",
    name: "VPN",
    description:
      "Client certificate for VPN gateways: the user as common name and the e-mail address as alternative name, clientAuth only.",
    subject: "CN=%username%,OU=VPN",
    sans: [{ type: "rfc822", pattern: "%email%" }],
    keyAlgorithms: ["rsa-2048", "rsa-4096"],
    keyUsages: ["digitalSignature", "keyEncipherment"],
    extendedKeyUsages: ["1.3.6.1.5.5.7.3.2"],
    allowedExtendedKeyUsages: ["1.3.6.1.5.5.7.3.17"],
    validity: "P1Y",
    maxValidity: "P1Y",
    beyondAuthority: "refuse",
    backdate: "PT30M",
    delivery: "scep",
    pkcs12Encoding: "by-platform",
    challengeMode: "dynamic",
    challengeLifetime: "PT1H",
    pushedChallengeLifetime: "P1D",
    attempts: { limit: 5, interval: "PT1M", lock: "PT1H", wipe: false },
    keyStorage: "tpm-else-software",
    autoRenewal: true,
    renewalWindow: "P30D",
    renewalSpread: "50%",
    scepRenewal: "any-time",
    renewalGrace: "PT0S",
    oldCertificate: "keep",
    policies: [],
    allowDuplicates: true,
  },
  {
    id: "mdm-identity",
    name: "MDM identity",
    description:
      "The device's own identity towards its management server: the serial number as common name, no person in it.",
    subject: "CN=%serialnumber%,OU=Managed devices",
    sans: [],
    keyAlgorithms: ["rsa-2048", "rsa-4096", "ec-p256"],
    keyUsages: ["digitalSignature"],
    extendedKeyUsages: ["1.3.6.1.5.5.7.3.2"],
    allowedExtendedKeyUsages: [],
    validity: "P1Y",
    maxValidity: "P2Y",
    beyondAuthority: "shorten",
    backdate: "PT30M",
    delivery: "scep",
    pkcs12Encoding: "by-platform",
    challengeMode: "dynamic",
    challengeLifetime: "PT1H",
    pushedChallengeLifetime: "P1D",
    attempts: { limit: 5, interval: "PT1M", lock: "PT1H", wipe: false },
    keyStorage: "tpm-else-software",
    autoRenewal: true,
    renewalWindow: "20%",
    renewalSpread: "50%",
    scepRenewal: "any-time",
    renewalGrace: "PT0S",
    oldCertificate: "keep",
    policies: [],
    allowDuplicates: true,
  },
  {
    id: "smime-signing",
    name: "S/MIME signing",
    description:
      "Signs e-mail: the full address in subject and alternative name, with non-repudiation; the key stays on the device.",
    subject: "CN=%firstname% %lastname%,E=%email%",
    sans: [{ type: "rfc822", pattern: "%email%" }],
    keyAlgorithms: ["rsa-2048", "rsa-4096"],
    keyUsages: ["digitalSignature", "nonRepudiation"],
    extendedKeyUsages: ["1.3.6.1.5.5.7.3.4"],
    allowedExtendedKeyUsages: [],
    validity: "P1Y",
    maxValidity: "P1Y",
    beyondAuthority: "refuse",
    backdate: "PT30M",
    delivery: "scep",
    pkcs12Encoding: "by-platform",
    challengeMode: "dynamic",
    challengeLifetime: "PT1H",
    keyStorage: "tpm-else-software",
    renewalWindow: "P30D",
    scepRenewal: "any-time",
    renewalGrace: "PT0S",
    policies: [],
    allowDuplicates: true,
    attempts: { limit: 5, interval: "PT1M", lock: "PT1H", wipe: false },
    autoRenewal: true,
    oldCertificate: "keep",
    pushedChallengeLifetime: "P1D",
    renewalSpread: "50%",
  },
  {
    id: "smime-encryption",
    name: "S/MIME encryption",
    description:
      "Receives encrypted e-mail: one key may serve all devices of a person, so keep earlier ones readable.",
    subject: "CN=%firstname% %lastname%,E=%email%",
    sans: [{ type: "rfc822", pattern: "%email%" }],
    keyAlgorithms: ["rsa-2048", "rsa-4096"],
    keyUsages: ["keyEncipherment"],
    extendedKeyUsages: ["1.3.6.1.5.5.7.3.4"],
    allowedExtendedKeyUsages: [],
    validity: "P1Y",
    maxValidity: "P1Y",
    beyondAuthority: "refuse",
    backdate: "PT30M",
    delivery: "scep",
    pkcs12Encoding: "by-platform",
    challengeMode: "dynamic",
    challengeLifetime: "PT1H",
    keyStorage: "tpm-else-software",
    renewalWindow: "P30D",
    scepRenewal: "any-time",
    renewalGrace: "PT0S",
    policies: [],
    allowDuplicates: true,
    attempts: { limit: 5, interval: "PT1M", lock: "PT1H", wipe: false },
    autoRenewal: true,
    oldCertificate: "keep",
    pushedChallengeLifetime: "P1D",
    renewalSpread: "50%",
  },
  {
    id: "code-signing",
    name: "Code signing",
    description:
      "Signs programs and scripts: the user as common name. Countersign's own values: no vendor has published any.",
    subject: "CN=%username%,OU=Code signing",
    sans: [],
    keyAlgorithms: ["rsa-3072", "rsa-4096"],
    keyUsages: ["digitalSignature"],
    extendedKeyUsages: ["1.3.6.1.5.5.7.3.3"],
    allowedExtendedKeyUsages: [],
    validity: "P1Y",
    maxValidity: "P1Y",
    beyondAuthority: "refuse",
    backdate: "PT30M",
    delivery: "scep",
    pkcs12Encoding: "by-platform",
    challengeMode: "dynamic",
    challengeLifetime: "PT1H",
    keyStorage: "tpm-else-software",
    renewalWindow: "P30D",
    scepRenewal: "any-time",
    renewalGrace: "PT0S",
    policies: [],
    allowDuplicates: true,
    attempts: { limit: 5, interval: "PT1M", lock: "PT1H", wipe: false },
    autoRenewal: true,
    oldCertificate: "keep",
    pushedChallengeLifetime: "P1D",
    renewalSpread: "50%",
  },
  {
    id: "smart-card",
    name: "Smart card logon",
    description:
      "Windows logon with a smart card: the user principal name as alternative name. Countersign's own values: no vendor has published any.",
    subject: "CN=%username%",
    sans: [{ type: "upn", pattern: "%upn%" }],
    keyAlgorithms: ["rsa-2048", "rsa-4096"],
    keyUsages: ["digitalSignature", "keyEncipherment"],
    extendedKeyUsages: ["1.3.6.1.5.5.7.3.2", "1.3.6.1.4.1.311.20.2.2"],
    allowedExtendedKeyUsages: [],
    validity: "P1Y",
    maxValidity: "P1Y",
    beyondAuthority: "refuse",
    backdate: "PT30M",
    delivery: "scep",
    pkcs12Encoding: "by-platform",
    challengeMode: "dynamic",
    challengeLifetime: "PT1H",
    keyStorage: "tpm-else-software",
    renewalWindow: "P30D",
    scepRenewal: "any-time",
    renewalGrace: "PT0S",
    policies: [],
    allowDuplicates: true,
    attempts: { limit: 5, interval: "PT1M", lock: "PT1H", wipe: false },
    autoRenewal: true,
    oldCertificate: "keep",
    pushedChallengeLifetime: "P1D",
    renewalSpread: "50%",
  },
];

/** How many lists of revoked certificates a CA may have, how many they hold together, and what each comes to with a million revoked. */
export const CRL_SHARDS: readonly {
  readonly shards: number;
  readonly fit: number;
  readonly size: string;
}[] = [
  { shards: 1, fit: 570000, size: "38 MB, too long (22 MB at most)" },
  { shards: 2, fit: 1100000, size: "19 MB" },
  { shards: 4, fit: 2300000, size: "9.5 MB" },
  { shards: 8, fit: 4600000, size: "4.8 MB" },
  { shards: 16, fit: 9200000, size: "2.4 MB" },
  { shards: 32, fit: 18000000, size: "1.2 MB" },
  { shards: 64, fit: 37000000, size: "0.59 MB" },
  { shards: 128, fit: 74000000, size: "0.3 MB" },
  { shards: 256, fit: 140000000, size: "0.15 MB" },
];

/** Every kind of ledger row. */
export const EVENTS: readonly string[] = [
  "tenant.created",
  "authority.created",
  "authority.certified",
  "authority.changed",
  "authority.renewal-requested",
  "authority.renewed",
  "authority.retired",
  "authority.ended",
  "authority.deleted",
  "cap.changed",
  "ra.created",
  "ra.certified",
  "ra.retired",
  "ra.alarm",
  "roll-over.scheduled",
  "roll-over.announced",
  "roll-over.started",
  "roll-over.finished",
  "roll-over.cancelled",
  "profile.created",
  "profile.changed",
  "profile.deleted",
  "person.added",
  "person.changed",
  "person.removed",
  "credential.created",
  "credential.rotated",
  "credential.changed",
  "credential.deleted",
  "template.created",
  "template.changed",
  "template.deleted",
  "template.moved",
  "distribution.drafted",
  "distribution.discarded",
  "distribution.published",
  "distribution.advanced",
  "distribution.forced",
  "distribution.withdrawn",
  "distribution.walked",
  "distribution.changed",
  "distribution.held",
  "distribution.released",
  "distribution.device-failed",
  "group.changed",
  "group.removed",
  "host.changed",
  "endpoint.created",
  "endpoint.changed",
  "endpoint.deleted",
  "device.created",
  "device.changed",
  "device.groups-changed",
  "device.enrolled",
  "device.wiped",
  "device.unenrolled",
  "device.wipe-requested",
  "device.wipe-refused",
  "hook-adapter.created",
  "hook-adapter.changed",
  "hook-adapter.deleted",
  "device.activated",
  "device.deactivated",
  "device.decommissioned",
  "device.lost",
  "device.found",
  "device.compromised",
  "device.user-disabled",
  "device.user-enabled",
  "user.disabled",
  "user.enabled",
  "deployment.created",
  "deployment.published",
  "deployment.changed",
  "deployment.locked",
  "deployment.unlocked",
  "deployment.removed",
  "renewal.requested",
  "renewal.rules-changed",
  "renewal.group-started",
  "renewal.group-stopped",
  "renewal.group-done",
  "challenge.minted",
  "challenge.burned",
  "challenge.alarm",
  "approval.requested",
  "approval.approved",
  "approval.denied",
  "certificate.issued",
  "certificate.refused",
  "certificate.revoked",
  "certificate.suspended",
  "certificate.released",
  "certificate.failed",
  "certificate.found",
  "certificate.unknown",
  "crl.published",
  "backup.made",
  "backup.restored",
  "token.minted",
  "token.revoked",
  "outbox.buried",
  "outbox.resent",
  "alert-rule.created",
  "alert-rule.changed",
  "alert-rule.deleted",
];
