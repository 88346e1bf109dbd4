import {
  beside,
  type CaServerModel,
  challengeSecret,
  type ConsoleDialect,
  type ConsoleShape,
  type ConsoleVariable,
  fixed,
  keySize,
  type Mark,
  pick,
  sanRows,
  subjectText,
  type TemplateModel,
  text,
} from "../../plugin/sdk.ts";
import {
  ASKED_ONCE,
  choicesOf,
  input,
  issuedBy,
  keyDelivery,
  NOT_KEPT,
  scepUrl,
} from "./fields.ts";

const variable = (name: string, ours: string, mark: Mark = "documented"): ConsoleVariable => ({
  name,
  variable: ours,
  mark,
});

const dialect: ConsoleDialect = {
  open: "${",
  close: "}",
  ignoresCase: true,
  caseMark: "inferred",
  // Custom attributes of users and devices are written the same way.
  free: true,
  variables: [
    variable("userEmailAddress", "email"),
    variable("userEmailAddressLocalPart", "emailusername"),
    variable("userEmailAddressDomain", "emaildomain"),
    variable("userUID", "username"),
    variable("userUIDLocalPart", "attr.useruidlocalpart"),
    variable("userUIDDomain", "attr.useruiddomain"),
    variable("userUPN", "upn"),
    variable("userDisplayName", "attr.fullname"),
    variable("userFirstName", "firstname"),
    variable("userLastName", "lastname"),
    variable("userDN", "attr.dn"),
    variable("userCN", "attr.cn"),
    variable("userOU", "attr.ou"),
    variable("userREALM", "attr.realm"),
    variable("userLocale", "attr.locale"),
    variable("sAMAccountName", "attr.samaccountname"),
    variable("department", "attr.department"),
    variable("managedAppleId", "attr.managedappleid"),
    variable("edipi", "attr.edipi"),
    variable("clientLastCheckin", "attr.clientlastcheckin"),
    variable("deviceAltSN", "attr.devicealtsn"),
    variable("deviceClientDeviceIdentifier", "attr.clientdeviceidentifier"),
    variable("deviceGUID", "attr.deviceguid"),
    variable("deviceSN", "serialnumber", "inferred"),
    variable("deviceUDID", "udid", "inferred"),
    variable("deviceIMEI", "imei", "inferred"),
  ],
};

/** Ivanti Neurons for MDM: cloud certificate authority and identity certificate. */
export const ivanti: ConsoleShape = {
  id: "ivanti",
  name: "Ivanti Neurons for MDM",
  version: 1,
  dialect,
  caServer: {
    title: "Connect to a publicly-trusted cloud certificate authority",
    editTitle: "Edit Cloud Certificate Authority",
    place: "Admin > Certificate Authority",
    notes: [
      "With Entrust only the CA-made key (PKCS#12) works, though the manual says to paste the SCEP URL.",
    ],
    parts: [
      text<CaServerModel>(
        input.text("name", "Name", "The name of the CA in pick lists.", { required: true }),
        "name",
      ),
      beside<CaServerModel>(
        input.choice("cloudCa", "Select Cloud CA", "Which kind of CA it is.", {
          required: true,
          default: "Entrust",
          choices: choicesOf("Entrust"),
        }),
        input.text("description", "Description", "For admins."),
      ),
      scepUrl<CaServerModel>({ name: "url", label: "Enter URL", mark: "documented" }),
      beside<CaServerModel>(
        input.text(
          "username",
          "Enter Username",
          "A credential of the web service. Countersign has no such service: any name will do here.",
          { required: true, default: "countersign" },
        ),
        input.secret("password", "Enter Password", NOT_KEPT, ASKED_ONCE),
        input.text("group", "Group", "Ivanti passes over it.", { mark: "documented" }),
        input.yesNo(
          "cacheIdentities",
          "Cache Identities on Ivanti Neurons for MDM",
          "Keep it on: otherwise a new certificate is made at each need.",
          { default: true },
        ),
      ),
      beside<CaServerModel>(
        input.text("certificateName", "Certificate Name", "The name of that configuration.", {
          section: "Certificate configuration",
          required: true,
          default: "Countersign CA",
        }),
        input.list(
          "certificateScope",
          "Devices, users or groups",
          "Who gets the CA's certificate.",
          {
            section: "Certificate configuration",
          },
        ),
      ),
      text<CaServerModel>(
        input.file(
          "caCertificate",
          "CA certificate",
          "The CA's certificate; root and issuing CA are uploaded one by one.",
          {
            section: "Certificate configuration",
            note: "Ivanti insists on the file. Here a CA is made where none is given, and its page has the file for Ivanti.",
          },
        ),
        "certificate",
      ),
    ],
  },
  template: {
    title: "Identity Certificate",
    place: "Configurations > Add > Identity Certificate",
    notes: [
      "A change of the subject makes Ivanti ask for every certificate again and push them: that is its way to re-issue.",
    ],
    parts: [
      text<TemplateModel>(
        input.text("name", "Name", "The name of the configuration.", { required: true }),
        "name",
      ),
      beside<TemplateModel>(input.text("description", "Description", "For admins.")),
      fixed<TemplateModel>(
        {
          name: "distribution",
          label: "Certificate Distribution",
          help: "How devices get their certificate.",
          mark: "documented",
        },
        "Dynamically Generated",
      ),
      issuedBy({ name: "source", label: "Source", mark: "documented" }),
      text<TemplateModel>(
        input.choice(
          "profileId",
          "Profile ID",
          "The certificate profile, out of those of the CA; it sets what the key may be used for.",
          { required: true, from: "certificate-profiles" },
        ),
        "profileId",
      ),
      beside<TemplateModel>(
        input.text("profileDescription", "Profile description", "For admins."),
        input.text("applicationDescription", "Application description", "For admins."),
      ),
      subjectText(
        input.pattern("subject", "Subject", "The certificate's subject, with variables.", {
          required: true,
        }),
        dialect,
      ),
      sanRows(
        input.rows(
          "sans",
          "Subject Alternate Name",
          "A type and a value each; None where certificates need no such name.",
          {
            required: true,
            columns: [
              {
                name: "type",
                label: "Subject Alternate Name Type",
                type: "choice",
                required: true,
                choices: [
                  { value: "None", label: "None", nothing: true },
                  { value: "DNS Name", label: "DNS Name" },
                  { value: "RFC 822 Name", label: "RFC 822 Name", mark: "inferred" },
                  {
                    value: "Uniform Resource Identifier",
                    label: "Uniform Resource Identifier",
                    mark: "inferred",
                  },
                  { value: "NT Principal Name", label: "NT Principal Name", mark: "inferred" },
                ],
              },
              {
                name: "value",
                label: "Subject Alternate Name Value",
                type: "pattern",
                required: true,
              },
            ],
          },
        ),
        [
          ["DNS Name", "dns"],
          ["RFC 822 Name", "rfc822"],
          ["Uniform Resource Identifier", "uri"],
          ["NT Principal Name", "upn"],
        ],
        dialect,
        "None",
      ),
      pick<TemplateModel>(
        input.choice("challenge", "Challenge", "How a device proves that it may ask over SCEP.", {
          required: true,
          default: "dynamic",
          section: "Countersign",
          choices: choicesOf(["static", "Static"], ["dynamic", "Dynamic"]),
          mark: "ours",
        }),
        "challengeMode",
        [],
      ),
      challengeSecret(
        input.secret("challengePassword", "Challenge password", "The password all devices send.", {
          section: "Countersign",
          when: { field: "challenge", is: ["static"] },
          mark: "ours",
        }),
      ),
      keySize(
        input.choice("keySize", "Key size", "Bits of the RSA key.", {
          required: true,
          default: "2048",
          choices: choicesOf("2048", "3072", "4096"),
          section: "Countersign",
          mark: "ours",
        }),
      ),
      beside<TemplateModel>(
        input.yesNo("allowAllApps", "Allow All Apps to access Private Key", "For macOS.", {
          default: false,
        }),
        input.yesNo(
          "noTestCertificate",
          "Create configuration without issuing test certificate",
          "Otherwise Ivanti asks for a test certificate at each save.",
          { default: false },
        ),
        input.choice(
          "targetStore",
          "Target Certificate Store",
          "Device Certificate: the store of the local machine. User Certificate: that of the current user.",
          {
            section: "Windows only",
            required: true,
            default: "Device Certificate",
            choices: choicesOf("Device Certificate", "User Certificate"),
          },
        ),
      ),
      scepUrl<TemplateModel>({
        label: "SCEP URL",
        mark: "ours",
        section: "Countersign",
      }),
      ...keyDelivery,
    ],
  },
};
