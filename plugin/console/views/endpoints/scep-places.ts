/** Where an address goes, by the client that reads it. */
export interface ScepPlace {
  readonly who: string;
  /** Undefined where there is none; `lacks` says why. */
  readonly address: string | undefined;
  readonly lacks: string;
}

/**
 * The SCEP address in the form that each platform takes (E-13): Windows adds `/pkiclient.exe` itself, appliances such as FortiGate call
 * plain HTTP only, Android wants HTTPS. `publicUrl`: the installation's plain-HTTP base.
 */
export const scepPlaces = (
  url: string,
  endpointId: string,
  publicUrl: string | undefined,
): readonly ScepPlace[] => {
  const secure = url.startsWith("https:");
  const plain = secure
    ? publicUrl?.startsWith("http:") === true
      ? `${publicUrl}/scep/${endpointId}`
      : undefined
    : url;
  const place = (who: string, address: string | undefined, lacks = ""): ScepPlace => ({
    ...{ who, address, lacks },
  });
  return [
    place("Apple, Jamf, ManageEngine, Workspace ONE", url),
    place("Windows and Intune", url),
    place(
      "Android",
      secure ? url : undefined,
      "needs HTTPS: give the installation an https scepUrl",
    ),
    place("appliances (plain HTTP)", plain, "no plain-HTTP address: set publicUrl"),
    place("clients that want a file name", `${url}/pkiclient.exe`),
    place("certmonger, sscep, strongSwan", url),
  ];
};
