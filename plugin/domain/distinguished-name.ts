import { CountersignError } from "../errors.ts";
import { dnAliasOfOid, oidOfDnAlias } from "./dn-attributes.ts";
import { isOid } from "./oid.ts";

/**
 * A name: RDNs in the order of the certificate, each a list of [OID, value]. Text order is certificate order: the first
 * attribute that is written is the first RDN of the DER, as in `CN=MyRootCA,O=MyOrganization,C=US`. (RFC 4514 section
 * 2.1 writes the last RDN first; no console does.)
 */
export type DistinguishedName = readonly (readonly (readonly [oid: string, value: string])[])[];

/** A name has at most this many RDNs. */
export const MAX_RDNS = 64;
/** The text of a name has at most this many octets of UTF-8. */
export const MAX_DN_OCTETS = 4096;

/** C0, DEL, C1, and halves of a surrogate pair: in no name and no alternative name. */
const FORBIDDEN = /[\p{Cc}\p{Cs}]/u;

/** Whether `value` holds a character that no certificate field may hold: control characters, NUL, lone surrogates. */
export const hasForbiddenCharacter = (value: string): boolean => FORBIDDEN.test(value);

/**
 * Reads a name: RFC 4514 with escapes (`\,` `\2C`), quoted values, several values in one RDN (`+`), aliases of
 * `DN_ATTRIBUTES` or dotted OIDs; blanks around separators are dropped; empty text is the empty name. Throws
 * `invalid_input` with position and attribute.
 */
export const parseDn = (text: string): DistinguishedName => new DnReader(text).read();

/**
 * Writes a name so that `parseDn` reads it back: preferred aliases, dotted OIDs without one, escapes of RFC 4514
 * section 2.4. Control characters (only in names from outside) come out as `\0A`, which `parseDn` refuses.
 */
export const formatDn = (name: DistinguishedName): string =>
  name
    .map((rdn) =>
      rdn.map(([oid, value]) => `${dnAliasOfOid(oid) ?? oid}=${escapeValue(value)}`).join("+"),
    )
    .join(",");

const escapeValue = (value: string): string =>
  value
    .replace(/[\\,+"<>;]|^[# ]| $/g, "\\$&")
    .replace(
      /\p{Cc}/gu,
      (control) => `\\${control.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`,
    );

class DnReader {
  readonly #text: string;
  #at = 0;
  #attribute = "";

  constructor(text: string) {
    this.#text = text;
  }

  read(): DistinguishedName {
    if (new TextEncoder().encode(this.#text).length > MAX_DN_OCTETS) {
      this.#fail(`it is longer than ${MAX_DN_OCTETS} octets`);
    }
    this.#skipBlanks();
    if (this.#peek() === undefined) return [];
    const name: (readonly [string, string])[][] = [[this.#pair()]];
    for (let next = this.#peek(); next !== undefined; next = this.#peek()) {
      this.#at += 1;
      if (next === "+") name.at(-1)?.push(this.#pair());
      else if (name.push([this.#pair()]) > MAX_RDNS) this.#fail(`it has over ${MAX_RDNS} parts`);
    }
    return name;
  }

  /** `type=value`, up to the separator or the end. */
  #pair(): readonly [string, string] {
    this.#attribute = "";
    this.#skipBlanks();
    const start = this.#at;
    const type = /[A-Za-z0-9.]*/y;
    type.lastIndex = start;
    const word = type.exec(this.#text)?.[0] ?? "";
    this.#at += word.length;
    this.#skipBlanks();
    if (word === "" || this.#peek() !== "=") this.#fail("an attribute and = were expected here");
    const oid = isOid(word) ? word : oidOfDnAlias(word);
    if (oid === undefined) this.#fail(`${word} is no attribute that is known`, start);
    this.#attribute = word;
    this.#at += 1;
    this.#skipBlanks();
    const value = this.#peek() === '"' ? this.#quoted() : this.#plain();
    if (value === "") this.#fail("it has no value");
    if (hasForbiddenCharacter(value)) this.#fail("it holds a control character");
    return [oid, value];
  }

  #plain(): string {
    if (this.#peek() === "#") this.#fail("the form #hex is not taken");
    let value = "";
    // Length up to the last character that counts: blanks before a separator do not, unless escaped.
    let kept = 0;
    for (let next = this.#peek(); next !== undefined; next = this.#peek()) {
      if (next === "," || next === "+") break;
      if (next === '"' || next === ";") this.#fail(`write \\${next} for ${next}`);
      value += next === "\\" ? this.#escape() : this.#take();
      if (next !== " ") kept = value.length;
    }
    return value.slice(0, kept);
  }

  #quoted(): string {
    const start = this.#at;
    this.#at += 1;
    let value = "";
    for (let next = this.#peek(); next !== '"'; next = this.#peek()) {
      if (next === undefined) this.#fail("the quotation mark is not closed", start);
      value += next === "\\" ? this.#escape() : this.#take();
    }
    this.#at += 1;
    this.#skipBlanks();
    const next = this.#peek();
    if (next !== undefined && next !== "," && next !== "+") {
      this.#fail("a separator was expected after the quotation mark");
    }
    return value;
  }

  /** `\` and a special character, or a run of `\XX`, which together are UTF-8. */
  #escape(): string {
    const start = this.#at;
    const run = /(?:\\[0-9A-Fa-f]{2})+/y;
    run.lastIndex = start;
    const hex = run.exec(this.#text)?.[0];
    if (hex === undefined) {
      const special = this.#text[start + 1] ?? "";
      if (special === "" || !' ,+"\\<>;=#'.includes(special)) {
        this.#fail("a backslash stands before a special character or two hex digits");
      }
      this.#at += 2;
      return special;
    }
    this.#at += hex.length;
    const octets = hex
      .slice(1)
      .split("\\")
      .map((pair) => Number.parseInt(pair, 16));
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
        Uint8Array.from(octets),
      );
    } catch {
      return this.#fail("the escaped octets are not UTF-8", start);
    }
  }

  #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #take(): string {
    const next = this.#text[this.#at] ?? "";
    this.#at += 1;
    return next;
  }

  #skipBlanks(): void {
    while (this.#text[this.#at] === " ") this.#at += 1;
  }

  #fail(fault: string, at = this.#at): never {
    const where = this.#attribute === "" ? "" : ` in ${this.#attribute}`;
    throw new CountersignError(
      "invalid_input",
      `The name cannot be read${where} at position ${at + 1}: ${fault}`,
    );
  }
}
