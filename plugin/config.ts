import { z } from "zod";
import { databaseSchema } from "./database-config.ts";
import { jsonSchemaOf, type KeyStoreDefinition, type PreparedKeyStore } from "./define.ts";
import { DEFAULT_LIMITS } from "./domain/endpoint-limits.ts";
import { ENDPOINT_ID } from "./domain/endpoint.ts";
import { CountersignError, type Issue } from "./errors.ts";
import { issuesOf, listOf } from "./issues.ts";
import { secretSource } from "./secret-source.ts";

const baseUrl = z
  .url({ protocol: /^https?$/, error: "must be an http or https URL" })
  .transform((url) => url.replace(/\/+$/, ""));

const seconds = (fallback: number) => z.int().min(1).default(fallback);

const days = (fallback: number) => z.int().min(1).max(300).default(fallback);

const issuer = z
  .strictObject({
    issuer: z.string().min(1).describe("`iss` of the host's tokens."),
    audience: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).describe("`aud`."),
    jwks: z
      .looseObject({ keys: z.array(z.record(z.string(), z.unknown())).min(1) })
      .optional()
      .describe("The issuer's public keys (RFC 7517)."),
    jwksUrl: z.url().optional().describe("Where the issuer publishes its public keys."),
    tenantClaim: z.string().min(1).default("tenant"),
    rolesClaim: z.string().min(1).default("roles"),
  })
  .refine((value) => (value.jwks === undefined) !== (value.jwksUrl === undefined), {
    error: "give either jwks or jwksUrl",
  });

const schema = z.strictObject({
  publicUrl: baseUrl
    .optional()
    .describe("Base of CRL, OCSP and CA certificate URLs, plain HTTP as devices reach it."),
  scepUrl: baseUrl
    .optional()
    .describe("Base of SCEP URLs; `/<endpoint id>` follows. Default: publicUrl + /scep."),
  mountPath: z
    .string()
    .regex(/^(?:\/[^/?#]+)*$/, "must be empty or start with a slash and not end with one")
    .default("")
    .describe("Prefix that the host leaves in the request's path."),
  ndesEndpoint: z
    .string()
    .regex(ENDPOINT_ID, "must be the id of a SCEP endpoint")
    .optional()
    .describe(
      "The SCEP endpoint that also answers where NDES does, at /certsrv/mscep/mscep.dll; none unless given.",
    ),
  database: databaseSchema,
  keys: z
    .array(z.looseObject({ kind: z.string() }))
    .min(1, "name at least one key store")
    .describe("Key stores; new keys are made in the first unless another is named."),
  serverSecret: z
    .union([secretSource, z.instanceof(Uint8Array)], {
      error: "give { file }, { env }, a function or the octets",
    })
    .refine((value) => !(value instanceof Uint8Array) || value.length >= 32, {
      error: "must have at least 32 octets",
    })
    .describe(
      "32 octets or more, the same on every node: MACs, sealing and tokens derive from it.",
    ),
  organization: z.string().min(1).max(64).default("Countersign").describe("Name on profiles."),
  crl: z
    .strictObject({
      intervalSeconds: seconds(86_400).describe("How often a list is published anyhow."),
      lifetimeSeconds: seconds(604_800).describe("How long a list is valid."),
      revocationSeconds: z
        .int()
        .min(2)
        .max(900)
        .default(60)
        .describe("Within which a revocation is on the list; short lists show it at once."),
      atOnceEntries: z
        .int()
        .min(0)
        .default(10_000)
        .describe("Longer lists are only signed in the background."),
      keepExpiredSeconds: z
        .int()
        .min(0)
        .default(2_592_000)
        .describe("How long a revoked certificate stays on the list after its end."),
    })
    .refine((crl) => crl.lifetimeSeconds > crl.intervalSeconds, {
      path: ["lifetimeSeconds"],
      error: "must be longer than intervalSeconds",
    })
    .prefault({}),
  limits: z
    .strictObject({
      bodyBytes: z.int().min(1024).max(1_048_576).default(65_536).describe("SCEP and OCSP bodies."),
      bodySeconds: seconds(10).describe("How long a body may take to arrive."),
      sourcePerMinute: z
        .union([z.int().min(1), z.literal("off")])
        .default(DEFAULT_LIMITS.perSource)
        .describe(
          "SCEP requests one address may send to an endpoint in a minute, where the endpoint does not say otherwise.",
        ),
      retryGraceSeconds: seconds(900).describe("How long a repeated request gets the same answer."),
    })
    .prefault({}),
  endpoints: z
    .strictObject({
      shortLivedAuthority: z
        .enum(["warn", "refuse"])
        .default("warn")
        .describe(
          "What happens when an authority with less than three years of life left is bound to an endpoint.",
        ),
    })
    .prefault({}),
  rotation: z
    .strictObject({
      raDaysBefore: days(60).describe("An RA's successor is made so long before its end."),
      announceDays: days(14).describe("How long a successor is announced before it takes over."),
      overlapDays: days(30).describe(
        "How long the old RA still opens envelopes, and the old CA is not retired, afterwards.",
      ),
      checkSeconds: seconds(60).describe("Time between looks at what is due."),
      destroyRetiredRaKeys: z
        .boolean()
        .default(false)
        .describe("Destroy an RA key once its overlap is over; a backup from before needs it."),
    })
    .refine((rotation) => rotation.raDaysBefore > rotation.announceDays, {
      path: ["raDaysBefore"],
      error: "must be more than announceDays",
    })
    .prefault({}),
  experimental: z
    .strictObject({
      postQuantum: z
        .boolean()
        .default(false)
        .describe(
          "Authorities may have ML-DSA keys (soft keys only); no device platform verifies them yet.",
        ),
    })
    .prefault({}),
  admin: z
    .strictObject({
      tokens: z.strictObject({ localKey: z.boolean().default(true) }).prefault({}),
      issuer: issuer.optional().describe("The host's own token issuer."),
    })
    .prefault({}),
  mail: z
    .strictObject({
      host: z.string().min(1),
      port: z.int().min(1).max(65_535).default(587),
      security: z
        .enum(["tls", "starttls", "none"])
        .default("starttls")
        .describe("`tls` from the first octet; `starttls`; `none`: clear text."),
      from: z.string().min(3).describe("Sender of alerts."),
      user: z.string().min(1).optional(),
      password: secretSource.optional(),
      ca: z.string().min(1).optional().describe("PEM of the mail server's CA."),
    })
    .optional()
    .describe("Mail server for alerts."),
  metrics: z
    .strictObject({ open: z.boolean().default(false).describe("Serve /metrics without a token.") })
    .prefault({}),
});

/** What a host writes: plain values, defaults left out. Key stores take the options of their kind beside `kind`. */
export type CountersignConfig = z.input<typeof schema>;

type Checked = Omit<z.output<typeof schema>, "keys">;

/** A key store of the configuration, checked and ready to be opened. */
export interface ConfiguredKeyStore {
  readonly kind: string;
  readonly open: Extract<PreparedKeyStore, { open: unknown }>["open"];
  /** Of its encrypted key files; undefined for a store that has none. */
  readonly folder: string | undefined;
}

/** The checked configuration: every default filled in, nothing opened, frozen. */
export interface Config extends Readonly<Checked> {
  readonly keys: readonly ConfiguredKeyStore[];
}

/** Checks everything and throws one `invalid_config` that lists all faults with their paths. */
export const parseConfig = (input: unknown, keyStores: readonly KeyStoreDefinition[]): Config => {
  const checked = schema.safeParse(input);
  const keys = prepareKeys(input, keyStores);
  const issues = [...(checked.success ? [] : issuesOf(checked.error)), ...keys.issues];
  if (!checked.success || issues.length > 0) {
    throw new CountersignError("invalid_config", listOf(issues), { issues });
  }
  const { publicUrl } = checked.data;
  const scepUrl =
    checked.data.scepUrl ?? (publicUrl === undefined ? undefined : `${publicUrl}/scep`);
  return Object.freeze({ ...checked.data, scepUrl, keys: keys.stores });
};

/** Runs beside the main schema, so that faults of both are reported at once. */
const prepareKeys = (input: unknown, definitions: readonly KeyStoreDefinition[]) => {
  const issues: Issue[] = [];
  const stores: ConfiguredKeyStore[] = [];
  const entries = z.object({ keys: z.array(z.looseObject({ kind: z.string() })) }).safeParse(input);
  for (const [index, { kind, ...options }] of (entries.data?.keys ?? []).entries()) {
    const definition = definitions.find((candidate) => candidate.kind === kind);
    if (definition === undefined) {
      const known = definitions.map((candidate) => candidate.kind).join(", ") || "none";
      issues.push({ path: `keys.${index}.kind`, message: `${kind} is not known; known: ${known}` });
      continue;
    }
    const prepared = definition.prepare(options);
    if ("open" in prepared) stores.push({ kind, open: prepared.open, folder: prepared.folder });
    else issues.push(...prepared.issues.map((issue) => below(`keys.${index}`, issue)));
  }
  return { issues, stores };
};

const below = (parent: string, { path, message }: Issue): Issue => ({
  path: path === "" ? parent : `${parent}.${path}`,
  message,
});

/** JSON Schema of the configuration with the options of the given key stores, for the manifest. */
export const configJsonSchema = (
  keyStores: readonly KeyStoreDefinition[],
): Record<string, unknown> => {
  const whole = jsonSchemaOf(schema) as { properties: Record<string, Record<string, unknown>> };
  const items = keyStores.map(({ kind, jsonSchema }) => ({
    ...jsonSchema,
    properties: { kind: { const: kind }, ...(jsonSchema["properties"] as object) },
    required: ["kind", ...((jsonSchema["required"] as string[] | undefined) ?? [])],
  }));
  return {
    ...whole,
    properties: {
      ...whole.properties,
      keys: { ...whole.properties["keys"], items: { anyOf: items } },
    },
  };
};
