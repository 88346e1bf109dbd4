import assert from "node:assert/strict";
import fc from "fast-check";
import { DEFAULT_ATTEMPTS } from "../../../plugin/domain/attempt-policy.ts";
import {
  DEPLOYMENT_REASONS,
  DEPLOYMENT_STATES,
  type Deployment,
  type DeploymentState,
  newDeployment,
} from "../../../plugin/domain/deployment.ts";
import {
  advance,
  type DeploymentEvent,
  type DeploymentRules,
} from "../../../plugin/domain/deployment-machine.ts";
import { REASONS, STATES } from "../../../plugin/domain/deployment-states.ts";
import { deadlineOf, SCANS } from "../../../plugin/domain/deployment-times.ts";
import { addDuration, durationSeconds, parseDuration } from "../../../plugin/domain/duration.ts";
import { ERRORS } from "../../../plugin/errors.ts";
import { nextStepOfLabel } from "../../../plugin/services/devices/timeline-entries.ts";

const NOW = new Date("2026-11-21T10:00:00Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const later = (at: Date, ms: number): Date => new Date(at.getTime() + ms);
const RULES: DeploymentRules = { attempts: DEFAULT_ATTEMPTS, renews: true, outside: false };

const fresh = (): Deployment => {
  const made = newDeployment(
    { id: "d", deviceId: "device", templateId: "wifi", endpointId: "office" },
    NOW,
    NOW,
  );
  return { ...made, nextActionAt: deadlineOf(made, NOW), deliveries: 1 };
};

/** After events at one time each; those that mean nothing are passed over. */
const walk = (
  events: readonly (readonly [DeploymentEvent, Date])[],
  rules = RULES,
  start = fresh(),
): Deployment =>
  events.reduce(
    (deployment, [event, at]) => advance(deployment, event, rules, at)?.deployment ?? deployment,
    start,
  );
const issue = (endsAt: Date, certificateId = "c"): DeploymentEvent => ({
  kind: "issue",
  certificateId,
  endsAt,
});

/** The longest that a deployment may be in a state while nothing but the sweeper runs; undefined: until its certificate ends. */
const LONGEST: Record<DeploymentState, number | undefined> = {
  assigned: 2 * DAY,
  queued: 8 * DAY,
  delivered: 100 * DAY,
  requested: 100 * DAY,
  issued: undefined,
  installed: undefined,
  renewing: DAY,
  failed: 91 * DAY,
  locked: 31 * DAY,
  removed: undefined,
};

describe("deployment machine", () => {
  it("L-03 every state has its row, and every event leads to a state that exists", () => {
    assert.deepEqual(Object.keys(STATES), [...DEPLOYMENT_STATES]);
    assert.deepEqual(Object.keys(REASONS), [...DEPLOYMENT_REASONS]);
    for (const state of DEPLOYMENT_STATES) {
      const { to, meaning, then, nextStep } = STATES[state];
      for (const text of [meaning, then, nextStep]) assert.match(text, /\S/);
      assert.equal(to.deadline === undefined, state === "removed", state);
      for (const target of Object.values(to)) assert.ok(DEPLOYMENT_STATES.includes(target));
    }
  });

  it("L-03 the deadlines of the table are those that are kept", () => {
    for (const state of ["assigned", "queued", "renewing"] as const)
      assert.deepEqual(
        deadlineOf({ ...fresh(), state }, NOW),
        addDuration(NOW, parseDuration(STATES[state].deadline)),
        state,
      );
    const scans = STATES.issued.deadline.split(" and ")[0]?.split(", ") ?? [];
    assert.deepEqual(
      scans.map((text) => durationSeconds(parseDuration(text)) * 1000),
      [...SCANS],
    );
  });

  it("every failure code and every reason has one plain next step", () => {
    for (const code of Object.keys(ERRORS))
      assert.match(nextStepOfLabel(code), /^[A-Z].*\.$/, code);
    assert.match(nextStepOfLabel("opaque"), /^[A-Z].*\.$/);
    for (const reason of DEPLOYMENT_REASONS) assert.match(REASONS[reason], /^[A-Z].*\.$/, reason);
  });

  it("L-03 the way of a certificate: handed over, taken, issued, seen, renewed", () => {
    const ends = later(NOW, 365 * DAY);
    const renewal = later(NOW, 300 * DAY);
    const states: DeploymentState[] = [];
    let deployment = fresh();
    for (const [event, at] of [
      [{ kind: "queue", commandId: "7" }, NOW],
      [{ kind: "deliver", until: later(NOW, HOUR) }, NOW],
      [issue(ends), later(NOW, MINUTE)],
      [{ kind: "see" }, later(NOW, HOUR)],
      [{ kind: "renew" }, renewal],
      [{ kind: "deliver", until: later(renewal, HOUR) }, renewal],
      [issue(later(ends, 300 * DAY), "next"), renewal],
      [{ kind: "acknowledge" }, later(renewal, MINUTE)],
    ] as const) {
      const step = advance(deployment, event, RULES, at);
      assert.ok(step, event.kind);
      ({ deployment } = step);
      states.push(deployment.state);
    }
    assert.deepEqual(states, [
      ...["queued", "delivered", "issued", "installed"],
      ...["renewing", "delivered", "issued", "installed"],
    ]);
    assert.deepEqual(
      [deployment.certificateId, deployment.previousCertificateId, deployment.deliveries],
      ["next", "c", 0],
    );
    assert.deepEqual(deployment.nextActionAt, later(ends, 300 * DAY));
  });

  it("L-03 a lapsed challenge is sent again by itself: at once, then later and later, and once a week to a device that is absent", () => {
    let at = NOW;
    let deployment = fresh();
    const waits: number[] = [];
    for (let n = 0; n < 18; n += 1) {
      deployment = walk([[{ kind: "deliver", until: later(at, HOUR) }, at]], RULES, deployment);
      at = later(at, HOUR);
      let step = advance(deployment, { kind: "deadline" }, RULES, at);
      assert.ok(step);
      if (step.deployment.state === "failed") {
        assert.equal(step.deployment.reason, "device-absent");
        at = step.deployment.nextActionAt ?? at;
        waits.push(7 * 24);
        step = advance(step.deployment, { kind: "deadline" }, RULES, at);
        assert.ok(step);
      }
      assert.equal(step.deployment.state, "assigned");
      const [publish] = step.effects;
      assert.ok(publish?.kind === "publish");
      if (waits.length <= n) waits.push(Math.floor((publish.at.getTime() - at.getTime()) / HOUR));
      ({ deployment } = step);
      at = publish.at;
    }
    assert.deepEqual(waits, [
      0,
      1,
      2,
      4,
      8,
      16,
      ...Array<number>(7).fill(24),
      ...Array<number>(5).fill(168),
    ]);
  });

  it("L-05 locks after the limit, for a time; what a client repeats within the interval is one attempt", () => {
    const rules = { ...RULES, attempts: { limit: 3, interval: "PT1M", lock: "PT2H", wipe: true } };
    const refused = { kind: "refuse", detail: "key too small" } as const;
    let deployment = walk([[{ kind: "deliver", until: later(NOW, HOUR) }, NOW]], rules);
    deployment = walk(
      [0, 10, 20, 61].map((seconds) => [refused, later(NOW, seconds * 1000)] as const),
      rules,
      deployment,
    );
    assert.deepEqual([deployment.state, deployment.attempts], ["requested", 2]);
    const at = later(NOW, 3 * MINUTE);
    const locked = advance(deployment, refused, rules, at);
    assert.ok(locked);
    assert.equal(locked.deployment.state, "locked");
    assert.deepEqual(
      locked.effects.map(({ kind }) => kind),
      ["burn", "wipe"],
    );
    assert.deepEqual(locked.deployment.nextActionAt, later(at, 2 * HOUR));
    assert.equal(
      advance(locked.deployment, { kind: "deadline" }, rules, later(at, HOUR)),
      undefined,
    );
    assert.equal(
      advance(locked.deployment, { kind: "assign", endpointId: "office" }, rules, at),
      undefined,
    );
    for (const [event, when] of [
      ["unlock", at],
      ["deadline", later(at, 2 * HOUR)],
    ] as const) {
      const open = advance(locked.deployment, { kind: event }, rules, when);
      assert.deepEqual([open?.deployment.state, open?.deployment.attempts], ["assigned", 0]);
    }
    const harmless = { ...rules, attempts: { ...rules.attempts, wipe: false } };
    const step = advance(deployment, refused, harmless, at);
    assert.deepEqual(
      step?.effects.map(({ kind }) => kind),
      ["burn"],
    );
    const unlimited = { ...rules, attempts: { ...rules.attempts, limit: 0 } };
    const many = Array.from({ length: 50 }, (_, n) => [refused, later(NOW, n * HOUR)] as const);
    assert.equal(walk(many, unlimited, deployment).state, "requested");
  });

  it("L-01 a certificate that ends is replaced, or its profile taken off in the end where the template does not renew", () => {
    const ends = later(NOW, 10 * DAY);
    const installed = walk([
      [issue(ends), NOW],
      [{ kind: "see" }, NOW],
    ]);
    const renewing = advance(installed, { kind: "deadline" }, RULES, ends);
    assert.deepEqual(
      [renewing?.deployment.state, renewing?.deployment.reason],
      ["renewing", "certificate-ended"],
    );
    // Where a planner decides when, it is told, and asked again a day later: no cap may be passed.
    const planned = advance(installed, { kind: "deadline" }, { ...RULES, planned: true }, ends);
    assert.deepEqual(
      [planned?.deployment.state, planned?.deployment.nextActionAt, planned?.effects],
      ["installed", later(ends, DAY), [{ kind: "plan" }]],
    );
    const off = { ...RULES, renews: false };
    const failed = walk([[{ kind: "deadline" }, ends]], off, installed);
    assert.deepEqual([failed.state, failed.reason], ["failed", "certificate-ended"]);
    assert.equal(
      walk([[{ kind: "deadline" }, later(ends, 89 * DAY)]], off, failed).state,
      "failed",
    );
    assert.equal(
      walk([[{ kind: "deadline" }, later(ends, 90 * DAY)]], off, failed).state,
      "removed",
    );
  });

  it("L-03 what comes late or twice changes nothing", () => {
    const installed = walk([
      [issue(later(NOW, 10 * DAY)), NOW],
      [{ kind: "acknowledge" }, NOW],
    ]);
    for (const event of [
      { kind: "queue", commandId: "late" },
      { kind: "deliver", until: later(NOW, HOUR) },
      { kind: "acknowledge" },
      { kind: "fail", reason: "host-refused", detail: "late" },
      { kind: "refuse", detail: "late" },
      { kind: "unlock" },
      { kind: "deadline" },
    ] as const)
      assert.equal(advance(installed, event, RULES, NOW), undefined, event.kind);
    const removed = walk([[{ kind: "remove" }, NOW]]);
    for (const kind of ["remove", "see", "miss", "renew", "unlock", "deadline"] as const)
      assert.equal(advance(removed, { kind }, RULES, later(NOW, DAY)), undefined, kind);
  });

  // ---- the walk of all walks ----

  const moment = fc.integer({ min: 0, max: 20 * DAY });
  const anEvent = (at: Date): fc.Arbitrary<DeploymentEvent> =>
    fc.oneof(
      fc.constant<DeploymentEvent>({ kind: "assign", endpointId: "office" }),
      fc.constantFrom<DeploymentEvent>(
        { kind: "renew" },
        { kind: "acknowledge" },
        { kind: "see" },
        { kind: "miss" },
        { kind: "unlock" },
        { kind: "deadline" },
        { kind: "refuse", detail: "no" },
        { kind: "fail", reason: "host-refused", detail: "NotNow" },
        { kind: "queue", commandId: "7" },
      ),
      fc
        .option(fc.integer({ min: -DAY, max: 90 * DAY }), { nil: undefined })
        .map((ms): DeploymentEvent => ({
          kind: "deliver",
          until: ms === undefined ? undefined : later(at, ms),
        })),
      fc
        .integer({ min: -DAY, max: 90 * DAY })
        .map((ms): DeploymentEvent => ({ kind: "ask", until: later(at, ms) })),
      fc.integer({ min: -DAY, max: 400 * DAY }).map((ms) => issue(later(at, ms))),
    );
  // Host events lost, doubled and in any order: each walk is a random word over the events, with random pauses.
  const aWalk = fc.array(fc.tuple(moment, anEvent(later(NOW, 100 * DAY))), { maxLength: 25 });
  const someRules = fc.record({
    renews: fc.boolean(),
    outside: fc.boolean(),
    attempts: fc.record({
      limit: fc.integer({ min: 0, max: 4 }),
      interval: fc.constantFrom("PT0S", "PT1M", "P1D"),
      lock: fc.constantFrom("PT1M", "PT1H", "P30D"),
      wipe: fc.constant(false),
    }),
  });

  it("L-03 nothing stays for ever: from wherever events lead, the sweeper alone moves every deployment on", () => {
    fc.assert(
      fc.property(someRules, aWalk, (rules, steps) => {
        let at = NOW;
        let deployment = fresh();
        for (const [pause, event] of steps) {
          at = later(at, pause);
          const before = deployment.nextActionAt;
          deployment = advance(deployment, event, rules, at)?.deployment ?? deployment;
          if (deployment.state === "removed") return;
          const next = deployment.nextActionAt;
          // One that lies behind was missed because no sweeper ran; one just set lies ahead.
          assert.ok(next !== undefined && (next === before || next > at), deployment.state);
        }
        // Now only the sweeper runs, whenever something is due.
        for (let looks = 0; looks < 400; looks += 1) {
          const before = deployment;
          const due = before.nextActionAt;
          assert.ok(due);
          if (due > at) at = due;
          const step = advance(before, { kind: "deadline" }, rules, at);
          assert.ok(step, `${before.state} is not moved by its deadline`);
          ({ deployment } = step);
          if (deployment.state === "removed") return;
          assert.ok(deployment.nextActionAt !== undefined && deployment.nextActionAt > at);
          const longest = LONGEST[deployment.state];
          if (longest === undefined) {
            const ends = deployment.certificateEndsAt?.getTime() ?? 0;
            assert.ok(deployment.nextActionAt.getTime() <= Math.max(ends, at.getTime() + 1000));
          } else {
            assert.ok(
              deployment.nextActionAt.getTime() - at.getTime() <= longest,
              deployment.state,
            );
            assert.notEqual(deployment.state, before.state);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("L-03 whatever has happened, a device that answers from now on has its certificate within its next deliveries", () => {
    fc.assert(
      fc.property(aWalk, (steps) => {
        let at = NOW;
        let deployment = fresh();
        for (const [pause, event] of steps) {
          at = later(at, pause);
          deployment = advance(deployment, event, RULES, at)?.deployment ?? deployment;
        }
        let last = "";
        for (let looks = 0; looks < 120 && last !== "fresh"; looks += 1) {
          assert.notEqual(deployment.state, "removed");
          if (deployment.nextActionAt !== undefined && deployment.nextActionAt > at)
            at = deployment.nextActionAt;
          const step = advance(deployment, { kind: "deadline" }, RULES, at);
          assert.ok(step);
          ({ deployment } = step);
          const publish = step.effects.find(({ kind }) => kind === "publish");
          if (publish?.kind !== "publish") continue;
          if (publish.at > at) ({ at } = publish);
          for (const event of [
            { kind: "deliver", until: later(at, HOUR) },
            issue(later(at, 300 * DAY), "fresh"),
            { kind: "see" },
          ] as const)
            deployment = advance(deployment, event, RULES, at)?.deployment ?? deployment;
          last = deployment.certificateId ?? "";
        }
        assert.deepEqual([last, deployment.state], ["fresh", "installed"]);
      }),
      { numRuns: 1000 },
    );
  });
});
