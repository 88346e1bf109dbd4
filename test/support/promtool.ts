import { existsSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "./tools.ts";

/** Where `npm run test:deps` unpacks Prometheus when it may not install it. */
export const PROMETHEUS_CACHE = join(import.meta.dirname, "../../.cache/prometheus");

/** Path of `promtool`: where programs are, or the cache; undefined when there is none. */
export const findPromtool = (): string | undefined =>
  [findProgram("promtool"), join(PROMETHEUS_CACHE, "usr/bin/promtool")].find(
    (path) => path !== undefined && existsSync(path),
  );
