import { CountersignError, type Issue } from "../errors.ts";
import {
  CA_TYPES,
  type CertificateProfile,
  NEVER_ISSUED,
  type RawProfile,
  REQUEST_EXTENSIONS,
} from "./certificate-profile.ts";
import { compareDurations, type Duration, parseDuration } from "./duration.ts";
import { isOid } from "./oid.ts";
import { KEY_USAGES, type KeyUsage, type Template } from "./template.ts";

/** The members of a raw profile (T-02 to T-06), in their order. */
const MEMBERS = [
  "allowedCATypes",
  "validity_period",
  "usages",
  "allowed_extensions",
  "ignore_unknown_extensions",
  "ca_constraint",
  "backdate",
  "truncate_to_ca_not_after",
  "fill_san_dns_with_cn",
] as const satisfies readonly (keyof RawProfile)[];

const SUBSCRIBER_USAGES: readonly string[] = KEY_USAGES.filter(
  (usage) => usage !== "keyCertSign" && usage !== "cRLSign",
);

/** 2 to 64 lower-case letters, digits and hyphens (T-01). */
export const PROFILE_ID = /^[a-z0-9-]{2,64}$/;

/** The key usages of a profile. */
export const profileKeyUsages = ({ usages }: RawProfile): readonly KeyUsage[] =>
  KEY_USAGES.filter((usage) => usages.includes(usage));

/** The extended key usages of a profile; none: it prescribes none. */
export const profileExtendedUsages = ({ usages }: RawProfile): readonly string[] =>
  usages.filter(isOid);

/** Whether a request may ask for extended key usages (T-13). */
export const takesExtendedUsages = ({ allowed_extensions }: RawProfile): boolean =>
  allowed_extensions.includes(REQUEST_EXTENSIONS.extendedKeyUsage);

/**
 * The longest life that a profile allows: what an admin wrote down binds. A shipped one names the usual life only, as its publisher does
 * ("defaults to 1 year if not specified"); then undefined.
 */
export const longestLife = ({
  origin,
  definition,
}: Pick<CertificateProfile, "origin" | "definition">): string | undefined =>
  origin === "custom" ? definition.validity_period : undefined;

/** Why a life is too long for a profile; undefined when it is not. Throws `invalid_input` for one that is no duration. */
export const lifeBeyond = (
  life: string,
  profile: Pick<CertificateProfile, "id" | "origin" | "definition">,
): string | undefined => {
  const longest = longestLife(profile);
  return longest !== undefined && compareDurations(parseDuration(life), parseDuration(longest)) > 0
    ? `profile ${profile.id} lets certificates live ${longest} at most`
    : undefined;
};

/**
 * Reads raw JSON as a profile: exactly the members of area T, defaults filled in. Throws `invalid_input` with the path of every fault
 * below `definition`.
 */
export const readRawProfile = (raw: Readonly<Record<string, unknown>>): RawProfile => {
  const issues: Issue[] = [];
  const fault = (path: string, message: string): void =>
    void issues.push({ path: `definition.${path}`, message });
  for (const name of Object.keys(raw))
    if (!(MEMBERS as readonly string[]).includes(name)) fault(name, "is not known here");
  const texts = (name: (typeof MEMBERS)[number], known: (text: string) => string | undefined) => {
    const value = raw[name] ?? [];
    if (!Array.isArray(value)) {
      fault(name, "must be a list");
      return [];
    }
    return value.flatMap((one: unknown, index): string[] => {
      const message = typeof one === "string" ? known(one) : "must be text";
      if (message !== undefined) fault(`${name}.${index}`, message);
      return typeof one === "string" ? [one] : [];
    });
  };
  const flag = (name: (typeof MEMBERS)[number], fallback: boolean): boolean => {
    const value = raw[name] ?? fallback;
    if (typeof value !== "boolean") fault(name, "must be true or false");
    return value === true;
  };
  const life = (name: (typeof MEMBERS)[number], fallback: string | undefined): string => {
    const value = raw[name] ?? fallback;
    try {
      if (typeof value !== "string") fault(name, "must be an ISO 8601 duration such as P1Y");
      else if (fallback === undefined && isEmpty(parseDuration(value))) fault(name, "it is empty");
      else parseDuration(value);
    } catch (thrown) {
      if (!(thrown instanceof CountersignError)) throw thrown;
      fault(name, thrown.detail);
    }
    return typeof value === "string" ? value : "";
  };
  const types = texts("allowedCATypes", (text) =>
    (CA_TYPES as readonly string[]).includes(text)
      ? undefined
      : `must be one of ${CA_TYPES.join(", ")}`,
  );
  if (types.length === 0) fault("allowedCATypes", "at least one is needed");
  const usages = texts("usages", (text) =>
    SUBSCRIBER_USAGES.includes(text) || isOid(text)
      ? NEVER_ISSUED[text]
      : `is neither an object identifier nor one of ${SUBSCRIBER_USAGES.join(", ")}`,
  );
  if (!usages.some((usage) => SUBSCRIBER_USAGES.includes(usage)))
    fault("usages", "at least one key usage is needed");
  const constraint = (raw["ca_constraint"] ?? { cA: false }) as { readonly cA?: unknown };
  if (typeof constraint !== "object" || constraint.cA !== false)
    fault("ca_constraint", 'must be { "cA": false }: only subscriber profiles can be made');
  const profile: RawProfile = {
    allowedCATypes: types as RawProfile["allowedCATypes"],
    validity_period: life("validity_period", undefined),
    usages,
    allowed_extensions: texts("allowed_extensions", (text) =>
      isOid(text) ? undefined : "is no object identifier",
    ),
    ignore_unknown_extensions: flag("ignore_unknown_extensions", true),
    ca_constraint: { cA: false },
    backdate: life("backdate", "PT30M"),
    truncate_to_ca_not_after: flag("truncate_to_ca_not_after", false),
    fill_san_dns_with_cn: flag("fill_san_dns_with_cn", false),
  };
  if (issues.length > 0)
    throw new CountersignError("invalid_input", "the profile is not valid", { issues });
  return profile;
};

const isEmpty = ({ months, seconds }: Duration): boolean => months === 0 && seconds === 0;

/** Why a template does not keep to a profile, each fault with its field. */
export const profileMismatches = (
  template: Pick<
    Template,
    "keyUsages" | "extendedKeyUsages" | "allowedExtendedKeyUsages" | "validity"
  >,
  profile: CertificateProfile,
): readonly Issue[] => {
  const { id, definition } = profile;
  const keyUsages: readonly string[] = profileKeyUsages(definition);
  const extended = profileExtendedUsages(definition);
  const open = takesExtendedUsages(definition);
  const outside = (
    path: "keyUsages" | "extendedKeyUsages" | "allowedExtendedKeyUsages",
    fits: (value: string) => boolean,
  ): readonly Issue[] =>
    template[path].flatMap((value, index) =>
      fits(value)
        ? []
        : [{ path: `${path}.${index}`, message: `profile ${id} does not allow ${value}` }],
    );
  return [
    ...outside("keyUsages", (usage) => keyUsages.includes(usage)),
    ...outside("extendedKeyUsages", (oid) => open || extended.includes(oid)),
    ...outside("allowedExtendedKeyUsages", (oid) => open || extended.includes(oid)),
    ...extended.flatMap((oid) =>
      template.extendedKeyUsages.includes(oid)
        ? []
        : [{ path: "extendedKeyUsages", message: `profile ${id} needs ${oid}` }],
    ),
    ...tooLong(template.validity, profile),
  ];
};

/** A life that is no duration is the template's own fault, and told there. */
const tooLong = (life: string, profile: CertificateProfile): readonly Issue[] => {
  try {
    const message = lifeBeyond(life, profile);
    return message === undefined ? [] : [{ path: "validity", message }];
  } catch (thrown) {
    if (thrown instanceof CountersignError) return [];
    throw thrown;
  }
};
