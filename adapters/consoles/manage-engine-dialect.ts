import type { ConsoleDialect } from "../../plugin/sdk.ts";

/** The dynamic keys of ManageEngine. */
export const MANAGE_ENGINE_DIALECT: ConsoleDialect = {
  open: "%",
  close: "%",
  ignoresCase: true,
  caseMark: "inferred",
  free: false,
  variables: [
    { name: "username", variable: "username", mark: "documented" },
    { name: "email", variable: "email", mark: "documented" },
    { name: "firstname", variable: "firstname", mark: "documented" },
    { name: "devicename", variable: "devicename", mark: "inferred" },
    { name: "serialnumber", variable: "serialnumber", mark: "inferred" },
    { name: "udid", variable: "udid", mark: "inferred" },
    { name: "imei", variable: "imei", mark: "inferred" },
    { name: "domainname", variable: "domainname", mark: "inferred" },
  ],
};
