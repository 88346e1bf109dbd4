interface Hint {
  /** The console's or client's own words. */
  readonly said: string;
  readonly causes: readonly string[];
}

/** What consoles and devices say when enrolment fails, and what it comes from, the likeliest first. */
const HINTS: readonly Hint[] = [
  {
    said: "The SCEP server returned an invalid response",
    causes: [
      "The request was refused: look at the device here, its last refusal says which check failed.",
      "The address leads to something else, such as a login page of a proxy: ask it for its capabilities on the endpoint's page.",
      "The device does not trust the CA that signed the answer: send root and issuing CA in the same profile.",
    ],
  },
  {
    said: "Unable to obtain certificate",
    causes: [
      "The challenge had run out or was used already: send the profile again, it carries a new one.",
      "The device cannot reach the address from its network.",
      "The subject that the device asks for differs from the template's.",
    ],
  },
  {
    said: "Profile installation failed",
    causes: [
      "One payload of the profile was refused, most often SCEP: look at the device's last refusal.",
      "The profile names a CA fingerprint that is not this CA's: copy it again from the CA server's page.",
    ],
  },
  {
    said: "0x80094800",
    causes: [
      "The template is not offered at this endpoint: add it to the endpoint, or publish the right one.",
    ],
  },
  {
    said: "0x8ffe0003",
    causes: [
      "Windows could not make the key where the template wants it: allow software keys in the template, or check the TPM.",
    ],
  },
  {
    said: "badMessageCheck",
    causes: [
      "The signature of the request does not fit its certificate: a proxy has changed the message, or the renewal is signed by another key.",
    ],
  },
  {
    said: "badRequest",
    causes: [
      "The device may not have this certificate: wrong or spent challenge, another subject, or a limit. The exact reason is at the device here, never in the answer.",
    ],
  },
];

/** Hints for a text that was pasted whole or in part. */
export const hintsFor = (text: string): readonly Hint[] => {
  const asked = plain(text);
  if (asked.length < 6) return [];
  return HINTS.filter(({ said }) => plain(said).includes(asked) || asked.includes(plain(said)));
};

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, " ")
    .trim();
