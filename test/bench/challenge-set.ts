import { randomBytes } from "node:crypto";
import assert from "node:assert/strict";
import { enrolment } from "../support/scep/enrolment.ts";
import { STATIC_SECRET } from "../support/scep/lab.ts";
import { checkCertRep } from "../support/scep/reply.ts";
import { OTHER_SECRET, type OracleSubject } from "./oracle-subject.ts";

type Make = (subject: OracleSubject) => Promise<string> | string;

const guess = (): string => randomBytes(16).toString("hex").toUpperCase();
/** The same but for its last digit. */
const near = (secret: string): string => secret.slice(0, -1) + (secret.endsWith("0") ? "1" : "0");

/** Uses the challenge up: the key that comes with it later is another. */
const spend = async (subject: OracleSubject, secret: string): Promise<void> => {
  const { message, asked } = enrolment(subject, { challenge: secret });
  const { status } = checkCertRep(await subject.answer(message), asked);
  assert.equal(status, "0", "the challenge was not taken");
};

/** What the others are compared with. */
export const UNKNOWN_CHALLENGE = "unknown";

/**
 * Challenges that are refused (scep.md case 61), by what the server knows of them. There are no ids that a MAC would be checked against: the MAC
 * of the whole text is what is looked up, so a challenge that is nearly right stands for a known one with a wrong MAC.
 */
export const CHALLENGE_SET: Readonly<Record<string, Make>> = {
  [UNKNOWN_CHALLENGE]: guess,
  known_but_for_a_digit: async (subject) => near((await subject.mint("std")).secret),
  spent_by_another_key: async (subject) => {
    const { secret } = await subject.mint("std");
    await spend(subject, secret);
    return secret;
  },
  expired: async (subject) => {
    const { secret } = await subject.mint("std", "PT1H");
    subject.wait(2 * 3_600_000);
    return secret;
  },
  burned: async (subject) => {
    const { secret, device } = await subject.mint("std");
    await subject.wipe(device);
    return secret;
  },
  of_another_endpoint_and_template: async (subject) => (await subject.mint("other")).secret,
  static_of_another_endpoint: () => OTHER_SECRET,
  static_but_for_a_letter: () => near(STATIC_SECRET),
  empty: () => "",
};
