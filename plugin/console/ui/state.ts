import type { TemplateResult } from "lit";
import type {
  Authority,
  Certificate,
  Deployment,
  Device,
  EndEntity,
  Endpoint,
} from "../api/calls.ts";
import type { Tone } from "../app/app.ts";
import { endTone } from "./end-tone.ts";
import { words } from "./format.ts";
import { status } from "./status.ts";

const said = (
  table: Readonly<Record<string, readonly [Tone, string]>>,
  state: string,
): TemplateResult => {
  const [tone, word] = table[state] ?? ["quiet", words(state)];
  return status(tone, word);
};

export const authorityState = ({ status: state, endedAt }: Authority): TemplateResult =>
  state === "retired" && endedAt !== undefined
    ? status("quiet", "Ended")
    : said(
        {
          active: ["good", "Active"],
          pending: ["warn", "Waits for its certificate"],
          expired: ["bad", "Expired"],
          retired: ["quiet", "Retired"],
          deleted: ["quiet", "Deleted"],
        },
        state,
      );

export const endpointState = ({ enabled, warnings }: Endpoint): TemplateResult =>
  enabled
    ? warnings.length > 0
      ? status("warn", "On, with warnings")
      : status("good", "On")
    : status("quiet", "Off");

export const deviceState = ({ status: state }: Device): TemplateResult =>
  said(
    {
      enrolled: ["good", "Enrolled"],
      unmanaged: ["info", "Not managed"],
      wiped: ["quiet", "Wiped"],
      unenrolled: ["quiet", "Has left"],
      lost: ["warn", "Lost"],
      compromised: ["bad", "Keys known to others"],
      deactivated: ["warn", "Deactivated"],
      decommissioned: ["quiet", "Decommissioned"],
    },
    state,
  );

export const endEntityState = ({ activation }: EndEntity): TemplateResult =>
  said(
    {
      active: ["good", "Active"],
      deactivated: ["warn", "Deactivated"],
      decommissioned: ["quiet", "Decommissioned"],
      ended: ["quiet", "Has left"],
    },
    activation,
  );

export const deploymentState = ({ state }: Deployment): TemplateResult =>
  said(
    {
      assigned: ["info", "Being handed over"],
      queued: ["info", "With the MDM"],
      delivered: ["info", "On the device"],
      requested: ["info", "Has asked"],
      issued: ["good", "Has its certificate"],
      installed: ["good", "Installed"],
      renewing: ["info", "Renewing"],
      failed: ["bad", "Failed"],
      locked: ["bad", "Locked"],
      removed: ["quiet", "Removed"],
    },
    state,
  );

export const certificateState = ({
  status: state,
  notBefore,
  notAfter,
  hold,
}: Certificate): TemplateResult => {
  if (hold !== undefined) return status("warn", "Suspended");
  if (state === "issued") {
    const tone = endTone(notAfter, new Date(), notBefore);
    if (tone === "over") return status("quiet", "Expired");
    return status(tone, tone === "good" ? "In use" : "Ends soon");
  }
  return said(
    {
      reserved: ["info", "Being signed"],
      revoked: ["bad", "Revoked"],
      failed: ["quiet", "Never signed"],
    },
    state,
  );
};
