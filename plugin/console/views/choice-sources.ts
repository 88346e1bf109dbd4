import type { CertificateProfile } from "../api/calls.ts";
import type { App } from "../app/app.ts";

/** Lists of ours that fill pick lists, and a device whose values stand beside variables. */
export interface Sources {
  readonly choices: Readonly<
    Record<string, readonly { readonly value: string; readonly label: string }[]>
  >;
  /** The profiles that a CA may issue by; a CA that is missing has all. */
  readonly enabled: Readonly<Record<string, readonly string[]>>;
  /** Attributes of a device, by variable. */
  readonly sample: Readonly<Record<string, string>>;
}

/** What the fields of a console's form refer to with `from`. */
export const choiceSources = async ({ call }: App): Promise<Sources> => {
  const [authorities, templates, about, devices, profiles] = await Promise.all([
    call("getAuthorities"),
    call("getTemplates"),
    call("getAbout"),
    call("getDevices", { query: { limit: 1 } }),
    call("getCertificateProfiles"),
  ]);
  const named = ({ id, name }: { readonly id: string; readonly name: string }) => ({
    value: id,
    label: name === id ? id : `${name} (${id})`,
  });
  const profile = ({ id, description }: CertificateProfile) => ({
    value: id,
    label: description === "" ? id : `${id}: ${description}`,
  });
  const living = authorities.items.filter(({ status }) => status === "active");
  return {
    choices: {
      authorities: living.map(named),
      "issuing-authorities": living.filter(({ kind }) => kind === "issuing").map(named),
      templates: templates.items.map(named),
      "certificate-profiles": profiles.items.map(profile),
      "pkcs12-profiles": profiles.items.filter(({ pkcs12 }) => pkcs12).map(profile),
      "key-stores": about.keyStores.map((name) => ({ value: name, label: name })),
    },
    enabled: Object.fromEntries(
      living.flatMap(({ id, profiles: some }) => (some === undefined ? [] : [[id, some]])),
    ),
    sample: devices.items[0]?.attributes ?? {},
  };
};
