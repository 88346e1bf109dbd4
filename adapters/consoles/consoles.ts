import type { ConsoleShape } from "../../plugin/sdk.ts";
import { countersign } from "./countersign.ts";
import { digicertOne } from "./digicert-one.ts";
import { entrust } from "./entrust.ts";
import { intune } from "./intune.ts";
import { ivanti } from "./ivanti.ts";
import { jamf } from "./jamf.ts";
import { jellyfish } from "./jellyfish.ts";
import { maas360 } from "./maas360.ts";
import { manageEngine } from "./manage-engine.ts";
import { workspaceOne } from "./workspace-one.ts";

/** The consoles whose forms are shipped, in the order of the pick list; the last one is our own. */
export const consoleShapes = (): readonly ConsoleShape[] => [
  manageEngine,
  digicertOne,
  jamf,
  workspaceOne,
  maas360,
  ivanti,
  intune,
  entrust,
  jellyfish,
  countersign,
];
