import { existsSync } from "node:fs";

const PROGRAMS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Debian's Chromium, or what `CHROMIUM` names; undefined where there is none. */
export const findChromium = (): string | undefined =>
  [process.env["CHROMIUM"], ...PROGRAMS].find((path) => path !== undefined && existsSync(path));
