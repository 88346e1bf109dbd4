import { existsSync } from "node:fs";

const PROGRAMS = ["/usr/bin/firefox-esr", "/usr/bin/firefox"];

/** Debian's Firefox, or what `FIREFOX` names; undefined where there is none. */
export const findFirefox = (): string | undefined =>
  [process.env["FIREFOX"], ...PROGRAMS].find((path) => path !== undefined && existsSync(path));
