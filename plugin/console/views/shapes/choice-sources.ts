import type { Authority, CertificateProfile } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";

/** One entry of a list of ours. */
interface SourceChoice {
  readonly value: string;
  readonly label: string;
  /** Profiles stand in groups, and are for some kinds of CA only. */
  readonly group?: string;
  readonly allowedCATypes?: CertificateProfile["definition"]["allowedCATypes"];
  /** Of a profile: OIDs of the extensions that a request may carry. */
  readonly allowedExtensions?: readonly string[];
}

/** Lists of ours that fill pick lists, and a device whose values stand beside variables. */
export interface Sources {
  readonly choices: Readonly<Record<string, readonly SourceChoice[]>>;
  /** The profiles that a CA may issue by; a CA that is missing has all. */
  readonly enabled: Readonly<Record<string, readonly string[]>>;
  /** Attributes of a device, by variable. */
  readonly sample: Readonly<Record<string, string>>;
}

/** What the fields of a console's form refer to with `from`. */
export const choiceSources = async (app: App): Promise<Sources> => {
  const { call } = app;
  const [authorities, templates, about, devices] = await Promise.all([
    call("getAuthorities"),
    call("getTemplates"),
    call("getAbout"),
    call("getDevices", { query: { limit: 1 } }),
  ]);
  const named = ({ id, name }: { readonly id: string; readonly name: string }) => ({
    value: id,
    label: name === id ? id : `${name} (${id})`,
  });
  const profile = ({ id, group, description, definition }: CertificateProfile) => ({
    value: id,
    label: description === "" ? id : `${id}: ${description}`,
    group,
    allowedCATypes: definition.allowedCATypes,
    allowedExtensions: definition.allowed_extensions,
  });
  const living = authorities.items.filter(({ status }) => status === "active");
  const issuing = living.filter(({ kind }) => kind === "issuing");
  const profiles = await profilesOf(app, issuing);
  return {
    choices: {
      authorities: living.filter(({ kind }) => CERTIFIES.has(kind)).map(named),
      "issuing-authorities": issuing.map(named),
      "template-authorities": living
        .filter(({ kind }) => kind === "issuing" || kind === "outside")
        .map(named),
      templates: templates.items.map(named),
      "certificate-profiles": profiles.map(profile),
      "pkcs12-profiles": profiles.filter(({ pkcs12 }) => pkcs12).map(profile),
      "key-stores": about.keyStores.map((name) => ({ value: name, label: name })),
    },
    enabled: Object.fromEntries(
      living.flatMap(({ id, profiles: some }) => (some === undefined ? [] : [[id, some]])),
    ),
    sample: devices.items[0]?.attributes ?? {},
  };
};

/** CAs that may stand above another. */
const CERTIFIES: ReadonlySet<Authority["kind"]> = new Set(["root", "external", "intermediate"]);

/** The whole catalogue for those who manage it; for everybody else what the CAs may issue by. */
const profilesOf = async (
  app: App,
  issuing: readonly Authority[],
): Promise<readonly CertificateProfile[]> => {
  if (app.may("certificate-profiles:manage"))
    return (await app.call("getCertificateProfiles")).items;
  if (!app.may("certificate-profiles:pick")) return [];
  const picks = await Promise.all(
    issuing.map(({ id }) => app.call("getAuthoritiesIdProfiles", { id })),
  );
  const all = picks.flatMap(({ items }) => items);
  return [...new Map(all.map((profile) => [profile.id, profile])).values()];
};
