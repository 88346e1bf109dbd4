import assert from "node:assert/strict";
import {
  type ScannedDevice,
  stepFor,
  type StepTerms,
} from "../../../plugin/domain/distribution-step.ts";
import { mixedGroupIssues } from "../../../plugin/domain/mixed-groups.ts";

const TERMS: StepTerms = { trial: undefined, revert: false, retry: false, back: false };
const device = (over: Partial<ScannedDevice> = {}): ScannedDevice => ({
  ...{ deviceId: "d", status: "enrolled", serving: false, trial: false },
  ...{ target: undefined, deployment: undefined },
  ...over,
});
const sent = { state: "sent", trial: undefined, again: false } as const;
const waiting = { state: "waiting", trial: undefined, again: false } as const;
const kindOf = (one: ScannedDevice, terms: Partial<StepTerms> = {}) => {
  const step = stepFor(one, { ...TERMS, ...terms });
  return step?.kind === "send" ? `send ${step.at}${step.again ? " again" : ""}` : step?.kind;
};

describe("a step of a distribution", () => {
  it("P-09 takes up who is meant, in the spread, and lets go who is not", () => {
    assert.equal(kindOf(device()), undefined);
    assert.equal(kindOf(device({ serving: true })), "send spread");
    assert.equal(kindOf(device({ serving: true, deployment: "installed" })), "keep");
    assert.equal(kindOf(device({ serving: true, target: waiting })), undefined);
    assert.equal(kindOf(device({ target: sent, deployment: "installed" })), "leave");
    assert.equal(kindOf(device({ target: waiting })), "forget", "it got nothing yet");
  });

  it("P-09 leaves devices alone that are lost, and forgets those that have left", () => {
    assert.equal(kindOf(device({ status: "lost", target: sent })), undefined);
    assert.equal(kindOf(device({ status: "lost", serving: true })), undefined);
    assert.equal(kindOf(device({ status: "wiped", serving: true, target: sent })), "forget");
  });

  it("P-09 sends again to who comes back, and to who lacked something, when told so", () => {
    const gone = device({ serving: true, target: sent });
    assert.equal(kindOf(gone), undefined, "taken off by hand, it stays off");
    assert.equal(kindOf(gone, { back: true }), "send once");
    const failed = device({ serving: true, target: { ...waiting, state: "failed" } });
    assert.equal(kindOf(failed), undefined);
    assert.equal(kindOf(failed, { retry: true }), "send once");
  });

  it("P-08 a trial re-keys its devices only where it changes the template, and gives them back", () => {
    const has = { serving: true, target: sent, deployment: "installed" } as const;
    const trial = { number: 2, again: true };
    const taking = device({ ...has, trial: true });
    assert.equal(kindOf(taking, { trial }), "send once again");
    assert.equal(kindOf(taking, { trial: { number: 2, again: false } }), "keep");
    const taken = device({ ...has, trial: true, target: { ...sent, trial: 2 } });
    assert.equal(kindOf(taken, { trial }), undefined);
    assert.equal(kindOf({ ...taken, trial: false }), "keep", "promoted");
    assert.equal(kindOf({ ...taken, trial: false }, { revert: true }), "send once again");
    assert.equal(
      kindOf(taken, { trial: { number: 3, again: false }, revert: true }),
      "send once again",
    );
    assert.equal(kindOf({ ...taken, trial: false, serving: false }, { revert: true }), "leave");
  });

  it("P-09 mixing kinds is judged for each host by itself", () => {
    const group = (kind: "device" | "user", hostId = "intune") => ({ kind, hostId });
    const issues = (
      includes: ReturnType<typeof group>[],
      excludes: ReturnType<typeof group>[],
      everybody?: "devices" | "users",
    ) =>
      mixedGroupIssues(includes, excludes, everybody, (hostId) => hostId !== "intune").map(
        ({ path }) => path,
      );
    assert.deepEqual(issues([group("user")], [group("user"), group("device")]), ["excludes.1"]);
    assert.deepEqual(issues([group("device")], [group("device")]), []);
    assert.deepEqual(issues([group("user", "other")], [group("device")]), []);
    assert.deepEqual(issues([group("user", "other")], [group("device", "other")]), []);
    assert.deepEqual(issues([], [group("user")], "devices"), ["excludes.0"]);
    assert.deepEqual(issues([], [group("user")], "users"), []);
  });
});
