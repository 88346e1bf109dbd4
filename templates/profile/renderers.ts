import type { ProfileRenderer } from "../../plugin/sdk.ts";
import { androidRenderer } from "./android.ts";
import { appleRenderer } from "./apple.ts";
import { genericRenderer } from "./generic.ts";
import { windowsRenderer } from "./windows.ts";

/** The renderers that are shipped, one for each platform, with their defaults. */
export const profileRenderers = (): readonly ProfileRenderer[] => [
  appleRenderer,
  windowsRenderer(),
  androidRenderer,
  genericRenderer,
];
