import type { App } from "../app/app.ts";

/** Lists of ours that fill pick lists, and a device whose values stand beside variables. */
export interface Sources {
  readonly choices: Readonly<
    Record<string, readonly { readonly value: string; readonly label: string }[]>
  >;
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
  const living = authorities.items.filter(({ status }) => status === "active");
  return {
    choices: {
      authorities: living.map(named),
      "issuing-authorities": living.filter(({ kind }) => kind === "issuing").map(named),
      templates: templates.items.map(named),
      "certificate-profiles": profiles.items.map(({ id, description }) => ({
        value: id,
        label: description === "" ? id : `${id}: ${description}`,
      })),
      "key-stores": about.keyStores.map((name) => ({ value: name, label: name })),
    },
    sample: devices.items[0]?.attributes ?? {},
  };
};
