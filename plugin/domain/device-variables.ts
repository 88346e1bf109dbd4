import type { Device } from "./device.ts";

/**
 * Variables that a pattern may use by name. Any other attribute of a device is written `%attr.<name>%`, so that a slip
 * such as `%usrname%` is found when the template is saved and not when a device enrols.
 */
export const KNOWN_VARIABLES = [
  "deviceid",
  "devicename",
  "domainname",
  "email",
  "emaildomain",
  "emailusername",
  "firstname",
  "imei",
  "lastname",
  "meid",
  "model",
  "osversion",
  "platform",
  "serialnumber",
  "sid",
  "udid",
  "upn",
  "username",
] as const;

const KNOWN: ReadonlySet<string> = new Set(KNOWN_VARIABLES);
const ALIASES: ReadonlyMap<string, string> = new Map([["serial", "serialnumber"]]);
const NAME = /^[a-z][a-z0-9_.-]{0,63}$/;

/**
 * The device attribute behind a variable's name, in lower case; undefined when the name is unknown or not well formed.
 */
export const attributeOfVariable = (name: string): string | undefined => {
  const lower = name.toLowerCase();
  if (lower.startsWith("attr.")) {
    const rest = lower.slice("attr.".length);
    return NAME.test(rest) ? rest : undefined;
  }
  const attribute = ALIASES.get(lower) ?? lower;
  return KNOWN.has(attribute) ? attribute : undefined;
};

/**
 * What the variables of a pattern stand for on one device: its attributes, its platform, the host's id of it, and the two halves of its
 * e-mail address (`emailusername`, `emaildomain`) unless the host gives them itself.
 */
export const variablesOf = (
  device: Pick<Device, "attributes" | "platform" | "hostDeviceId">,
): Readonly<Record<string, string>> => ({
  platform: device.platform,
  ...halvesOf(device.attributes["email"]),
  ...device.attributes,
  deviceid: device.hostDeviceId,
});

const halvesOf = (email: string | undefined): Readonly<Record<string, string>> => {
  const at = email?.lastIndexOf("@") ?? -1;
  return email === undefined || at < 1
    ? {}
    : { emailusername: email.slice(0, at), emaildomain: email.slice(at + 1) };
};
