import { dnAliasOfOid } from "../dn-attributes.ts";
import { parseDn } from "../distinguished-name.ts";
import { type ConsoleDialect, fromPattern, toPattern } from "./dialect.ts";
import type { ConsoleField } from "./form.ts";
import type { TemplateModel } from "./model.ts";
import { member, textOf } from "./parts.ts";
import type { FormPart } from "./shape.ts";

type Part = FormPart<TemplateModel>;

/** `/CN=%uname%/emailAddress=%email%`, as openssl and MaaS360 write names. */
export const slashSubject = (field: ConsoleField, dialect: ConsoleDialect): Part =>
  member(
    field,
    "subject",
    (subject) => fromPattern(dialect, toSlashes(subject)),
    (value) => fromSlashes(toPattern(dialect, typeof value === "string" ? value : "")),
  );

const toSlashes = (subject: string): string => {
  const rdns = orUndefined(() => parseDn(subject));
  if (rdns === undefined) return subject;
  return rdns
    .map((rdn) => {
      const pairs = rdn.map(
        ([oid, value]) => `${SLASH_ALIASES[oid] ?? dnAliasOfOid(oid) ?? oid}=${escaped(value)}`,
      );
      return `/${pairs.join("+")}`;
    })
    .join("");
};

/** openssl's spelling. */
const SLASH_ALIASES: Readonly<Record<string, string>> = { "1.2.840.113549.1.9.1": "emailAddress" };

const escaped = (value: string): string => value.replace(/[\\/+]/g, "\\$&");

const fromSlashes = (text: string): string => {
  if (!text.startsWith("/")) return text;
  const parts: string[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const next = text[at] ?? "";
    if (next === "/") parts.push("");
    else if (next === "\\" && at + 1 < text.length) {
      at += 1;
      const kept = text[at] ?? "";
      parts.push((parts.pop() ?? "") + (kept === "/" ? "/" : `\\${kept}`));
    } else {
      parts.push((parts.pop() ?? "") + (/[,;"<>]/.test(next) ? `\\${next}` : next));
    }
  }
  return parts.filter((part) => part !== "").join(",");
};

/**
 * RDN format and parent DN of a digital ID (D-04): the subject is the first followed by the second. Read back, the parent is what follows
 * the last variable.
 */
export const rdnFormat = (
  rdn: ConsoleField,
  parent: ConsoleField,
  dialect: ConsoleDialect,
): Part => ({
  fields: [rdn, parent],
  members: ["subject"],
  show: ({ subject }) => {
    const parts = splitRdns(subject);
    const last = parts.findLastIndex((part) => /%[^%]+%/.test(part));
    const cut = last === -1 ? Math.min(1, parts.length) : last + 1;
    return {
      [rdn.name]: fromPattern(dialect, parts.slice(0, cut).join(",")),
      [parent.name]: fromPattern(dialect, parts.slice(cut).join(",")),
    };
  },
  change: (model, values) => ({
    ...model,
    subject: [textOf(values, rdn.name), textOf(values, parent.name)]
      .filter((part) => part.trim() !== "")
      .map((part) => toPattern(dialect, part))
      .join(","),
  }),
});

/** At the commas that are no part of a value; the text of each part stays as it is. */
const splitRdns = (subject: string): readonly string[] => {
  const parts: string[] = [""];
  let quoted = false;
  for (let at = 0; at < subject.length; at += 1) {
    const next = subject[at] ?? "";
    if (next === "," && !quoted) {
      parts.push("");
      continue;
    }
    if (next === '"') quoted = !quoted;
    const taken = next === "\\" ? subject.slice(at, at + 2) : next;
    if (next === "\\") at += 1;
    parts.push((parts.pop() ?? "") + taken);
  }
  return parts.filter((part) => part !== "");
};

const orUndefined = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};
