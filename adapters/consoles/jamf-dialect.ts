import type { ConsoleDialect, ConsoleVariable, Mark } from "../../plugin/sdk.ts";

const variable = (name: string, ours: string, mark: Mark = "documented"): ConsoleVariable => ({
  name,
  variable: ours,
  mark,
});

/** Jamf's payload variables; capitals count. */
export const JAMF_DIALECT: ConsoleDialect = {
  open: "$",
  close: "",
  ignoresCase: false,
  caseMark: "documented",
  free: false,
  variables: [
    variable("DEVICENAME", "devicename"),
    variable("COMPUTERNAME", "devicename"),
    variable("SERIALNUMBER", "serialnumber"),
    variable("UDID", "udid"),
    variable("USERNAME", "username"),
    variable("EMAIL", "email"),
    variable("FULLNAME", "attr.fullname"),
    variable("REALNAME", "attr.fullname"),
    variable("ASSET_TAG", "attr.asset_tag"),
    variable("SITENAME", "attr.sitename"),
    variable("SITEID", "attr.siteid"),
    variable("PHONE", "attr.phone"),
    variable("ROOM", "attr.room"),
    variable("POSITION", "attr.position"),
    variable("DEPARTMENTNAME", "attr.departmentname"),
    variable("DEPARTMENTID", "attr.departmentid"),
    variable("BUILDINGNAME", "attr.buildingname"),
    variable("BUILDINGID", "attr.buildingid"),
    variable("MACADDRESS", "attr.macaddress"),
    variable("JSSID", "attr.jssid"),
    variable("EXTENSIONATTRIBUTE_#", "attr.extensionattribute_#"),
    variable("PROFILE_IDENTIFIER", "attr.profile_identifier"),
    variable("MANAGEMENTID", "attr.managementid", "inferred"),
    variable("PROFILEJSSID", "attr.profilejssid", "inferred"),
  ],
};
