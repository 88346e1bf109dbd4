import type { IconName } from "../ui/icon.ts";
import type { Right } from "./app.ts";

/** One entry of the navigation; it is not there for who lacks the right. */
export interface Entry {
  readonly view: string;
  readonly title: string;
  readonly icon: IconName;
  readonly right?: Right;
}

/** By job: look after it, set it up, people and records. */
export const MENU: readonly (readonly Entry[])[] = [
  [
    { view: "overview", title: "Overview", icon: "overview", right: "certificates:read" },
    { view: "devices", title: "Devices", icon: "device", right: "devices:read" },
    {
      view: "certificates",
      title: "Certificates",
      icon: "certificate",
      right: "certificates:read",
    },
  ],
  [
    { view: "ca-servers", title: "CA servers", icon: "authority", right: "authorities:read" },
    { view: "templates", title: "Templates", icon: "template", right: "configuration:read" },
    { view: "endpoints", title: "Endpoints", icon: "endpoint", right: "configuration:read" },
    { view: "profiles", title: "Profiles", icon: "profile", right: "certificate-profiles:manage" },
  ],
  [
    { view: "approvals", title: "Approvals", icon: "approval", right: "certificates:read" },
    { view: "events", title: "Events", icon: "event", right: "ledger:read" },
    { view: "people", title: "People", icon: "people", right: "credentials:manage" },
    { view: "settings", title: "Settings", icon: "settings" },
  ],
];
