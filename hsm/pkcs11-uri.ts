import { CountersignError } from "../plugin/sdk.ts";

/** A PKCS#11 URI that names a key (RFC 7512). */
export interface Pkcs11Uri {
  /** CKA_LABEL of the key. */
  readonly object?: string | undefined;
  /** CKA_ID of the key. */
  readonly id?: Uint8Array | undefined;
  readonly token?: string | undefined;
  readonly slot?: number | undefined;
  readonly serial?: string | undefined;
  readonly manufacturer?: string | undefined;
  readonly model?: string | undefined;
  /** Path of the module. */
  readonly module?: string | undefined;
  /** Path of the file with the PIN. */
  readonly pinFile?: string | undefined;
}

const TAKEN = new Set([
  "token",
  "serial",
  "manufacturer",
  "model",
  "object",
  "type",
  "id",
  "slot-id",
]);
const TAKEN_QUERY = new Set(["module-path", "pin-source"]);
/** In the RFC, but of no use for choosing a key here. */
const KNOWN = new Set([
  ...["library-manufacturer", "library-description", "library-version"],
  ...["slot-manufacturer", "slot-description", "module-name", "pin-value"],
]);
const WHY: Readonly<Partial<Record<string, string>>> = {
  "pin-value": "everybody could read the PIN; name a file with pin-source",
  "module-name": "name the file with module-path",
};

/** pk11-pchar and pk11-qchar of section 2.3; `&` divides a query, `/` and `?` stand only there. */
const VALUE = /^(?:[A-Za-z0-9\-._~:[\]@!$'()*+,=&]|%[0-9A-Fa-f]{2})*$/;
const QUERY_VALUE = /^(?:[A-Za-z0-9\-._~:[\]@!$'()*+,=/?|]|%[0-9A-Fa-f]{2})*$/;

const fault = (message: string): CountersignError =>
  new CountersignError("invalid_input", `PKCS#11 URI: ${message}`);

const octetsOf = (text: string): Buffer =>
  Buffer.from(
    text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    "latin1",
  );

const textOf = (name: string, octets: Uint8Array): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets);
  } catch {
    throw fault(`the value of ${name} is not UTF-8`);
  }
};

/** Attributes of one part by name. Throws for one that is unknown, not of use here, twice there or badly written. */
const attributesOf = (
  part: string,
  divider: ";" | "&",
  taken: ReadonlySet<string>,
): ReadonlyMap<string, Buffer> => {
  const found = new Map<string, Buffer>();
  for (const attribute of part === "" ? [] : part.split(divider)) {
    const at = attribute.indexOf("=");
    if (at < 1) throw fault(`"${attribute}" is no attribute`);
    const name = attribute.slice(0, at);
    const value = attribute.slice(at + 1);
    if (!taken.has(name)) {
      if (KNOWN.has(name))
        throw fault(`${name} is not taken: ${WHY[name] ?? "use token and object"}`);
      throw fault(`there is no attribute ${name} here; there are ${[...taken].join(", ")}`);
    }
    if (found.has(name)) throw fault(`${name} stands there twice`);
    if (!(divider === ";" ? VALUE : QUERY_VALUE).test(value)) {
      throw fault(`the value of ${name} has characters that must be written as %XX`);
    }
    found.set(name, octetsOf(value));
  }
  return found;
};

/** Reads a PKCS#11 URI of a private key. Throws `invalid_input` naming the attribute that is at fault. */
export const parsePkcs11Uri = (uri: string): Pkcs11Uri => {
  if (!/^pkcs11:/i.test(uri)) throw fault("it does not begin with pkcs11:");
  const rest = uri.slice("pkcs11:".length);
  const at = rest.indexOf("?");
  const path = attributesOf(at < 0 ? rest : rest.slice(0, at), ";", TAKEN);
  const query = attributesOf(at < 0 ? "" : rest.slice(at + 1), "&", TAKEN_QUERY);
  const text = (name: string): string | undefined => {
    const octets = path.get(name) ?? query.get(name);
    return octets === undefined ? undefined : textOf(name, octets);
  };
  const type = text("type");
  if (type !== undefined && type !== "private") throw fault(`type=${type} is no private key`);
  const slot = text("slot-id");
  if (slot !== undefined && !/^\d{1,15}$/.test(slot)) throw fault("slot-id is a decimal number");
  const source = text("pin-source");
  if (source !== undefined && (/^\||^(?!file:)[a-z][a-z0-9+.-]*:/i.test(source) || source === "")) {
    throw fault("pin-source is a file here");
  }
  const id = path.get("id");
  if (id?.length === 0) throw fault("id is empty");
  return {
    object: text("object"),
    id: id === undefined ? undefined : new Uint8Array(id),
    token: text("token"),
    slot: slot === undefined ? undefined : Number(slot),
    serial: text("serial"),
    manufacturer: text("manufacturer"),
    model: text("model"),
    module: text("module-path"),
    pinFile: source?.replace(/^file:(?:\/\/)?/i, ""),
  };
};
