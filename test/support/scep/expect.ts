import assert from "node:assert/strict";
import type { Lab } from "./lab.ts";
import type { Enrolment } from "./enrolment.ts";
import type { HttpAnswer } from "./http.ts";
import type { LabReply } from "./reply.ts";

/** 200/0: the certificate comes first, is for the request's key and issued by the lab's CA. */
export const isIssued = (lab: Lab, reply: LabReply, { key }: Pick<Enrolment, "key">): void => {
  assert.equal(reply.status, "0", `refused: failInfo ${reply.failInfo} ${reply.text ?? ""}`);
  assert.deepEqual(Buffer.from(reply.signer), Buffer.from(lab.ra), "not signed by the RA");
  lab.checkIssued(reply.certificates[0], key.spki);
  assert.deepEqual(reply.crls, []);
};

/** 200/2/`failInfo`. */
export const isRefused = (reply: LabReply, failInfo: "0" | "1" | "2" | "3" | "4"): void => {
  assert.deepEqual([reply.status, reply.failInfo], ["2", failInfo], reply.text);
};

/** OPAQUE of scep.md section 4: badMessageCheck without a text. */
export const isOpaque = (reply: LabReply): void => {
  assert.deepEqual([reply.status, reply.failInfo, reply.text], ["2", "1", undefined]);
};

/** An HTTP answer that is no CertRep: problem details without anything from inside (case 66). */
export const isProblem = (answer: HttpAnswer, ...statuses: readonly number[]): void => {
  const text = answer.body.toString();
  assert.ok(
    statuses.includes(answer.status),
    `HTTP ${answer.status}, not ${statuses.join(" or ")}: ${text}`,
  );
  assert.equal(answer.headers["content-type"], "application/problem+json");
  assert.deepEqual(Object.keys(JSON.parse(text) as object).sort(), [
    "code",
    "status",
    "title",
    "type",
  ]);
  assert.equal(answer.headers["content-length"], answer.body.length.toString());
};
