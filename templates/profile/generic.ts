import type { ProfileRenderer } from "../../plugin/sdk.ts";
import { agentRenderer } from "./agent-json.ts";

/** Everything that is neither Apple, Windows nor Android: `AgentProfile` for a script or an agent. */
export const genericRenderer: ProfileRenderer = agentRenderer("other");
