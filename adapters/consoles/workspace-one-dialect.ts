import type { ConsoleDialect } from "../../plugin/sdk.ts";

/** The lookup values of Workspace ONE. */
export const WORKSPACE_ONE_DIALECT: ConsoleDialect = {
  open: "{",
  close: "}",
  ignoresCase: true,
  caseMark: "inferred",
  free: false,
  variables: [
    { name: "DevicePlatform", variable: "platform", mark: "documented" },
    { name: "EmailAddress", variable: "email", mark: "documented" },
    { name: "EmailDomain", variable: "emaildomain", mark: "documented" },
    { name: "EmailUserName", variable: "emailusername", mark: "documented" },
    { name: "EnrollmentUser", variable: "username", mark: "documented" },
    { name: "EnrollmentUserId", variable: "attr.enrollmentuserid", mark: "documented" },
    { name: "DeviceUid", variable: "udid", mark: "inferred" },
    { name: "DeviceSerialNumber", variable: "serialnumber", mark: "inferred" },
    { name: "DeviceFriendlyName", variable: "devicename", mark: "inferred" },
    { name: "DeviceWLANMac", variable: "attr.macaddress", mark: "inferred" },
    { name: "UserPrincipalName", variable: "upn", mark: "inferred" },
    { name: "FirstName", variable: "firstname", mark: "inferred" },
    { name: "LastName", variable: "lastname", mark: "inferred" },
  ],
};
