import type { ProfileRenderer } from "../../plugin/sdk.ts";
import { agentRenderer } from "./agent-json.ts";

/** Android has no SCEP payload of its own: an agent enrols from `AgentProfile`, or installs the pair of `AgentKeyProfile` (uem-consoles I.6). */
export const androidRenderer: ProfileRenderer = agentRenderer("android");
