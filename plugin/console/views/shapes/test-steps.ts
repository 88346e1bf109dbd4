/** What a test enrolment does, by the step's name. */
export const STEP_TITLES: Readonly<Record<string, string>> = {
  device: "Prepare a throw-away device and its challenge",
  capabilities: "Ask the public address for its capabilities",
  "ca-certificates": "Fetch the CA certificates",
  key: "Make a key on the device",
  request: "Send the request, open the answer",
  chain: "Check the chain up to the root",
  crl: "Fetch the CRL; the new certificate is not on it",
  revoked: "Revoke it; the CRL has it now",
};
