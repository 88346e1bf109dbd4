const NAMES: Readonly<Record<string, string>> = {
  root: "Root",
  external: "External root",
  intermediate: "Intermediate",
  issuing: "Issuing",
};

/** What kind of CA it is, in words. */
export const kindName = (kind: string): string => NAMES[kind] ?? kind;
