import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { type CkrAction, actionOf, CKR_POLICY } from "../../../hsm/ckr-policy.ts";
import { startCircuit } from "../../../hsm/circuit.ts";
import { CountersignError } from "../../../plugin/sdk.ts";
import { until } from "./key-processes.ts";

const away = new CountersignError("key_unavailable", "away");

describe("a circuit", () => {
  it("opens after failures in a row, and closes when a trial succeeds", async () => {
    let works = false;
    let trials = 0;
    const changes: boolean[] = [];
    const circuit = startCircuit({
      strikes: 2,
      trial: () => {
        trials += 1;
        return works ? Promise.resolve() : Promise.reject(away);
      },
      onChange: (open) => changes.push(open),
    });
    circuit.failed(away, circuit.epoch);
    circuit.succeeded();
    circuit.failed(away, circuit.epoch);
    assert.ok(!circuit.open);
    const { epoch } = circuit;
    circuit.failed(away, epoch);
    assert.ok(circuit.open);
    assert.equal(circuit.failure, away);
    await until(() => trials >= 2);
    works = true;
    await until(() => !circuit.open);
    circuit.failed(away, epoch);
    circuit.failed(away, epoch);
    assert.ok(!circuit.open, "failures of what was begun before say nothing");
    assert.deepEqual(changes, [true, false]);
    circuit.stop();
  });

  it("leaves what cannot pass by itself alone", async () => {
    let trials = 0;
    const circuit = startCircuit({
      strikes: 3,
      trial: () => {
        trials += 1;
        return Promise.resolve();
      },
      onChange: () => undefined,
    });
    circuit.failed(new CountersignError("key_pin_incorrect", "no"), circuit.epoch);
    assert.ok(circuit.open && !circuit.mayRecover);
    await new Promise((resolve) => setTimeout(resolve, 250));
    assert.equal(trials, 0);
    circuit.stop();
  });
});

describe("the table of return values", () => {
  it("has the names and numbers of the header", () => {
    const header = readFileSync(
      join(import.meta.dirname, "../../../node_modules/pkcs11js/includes/pkcs11/pkcs11t.h"),
      "latin1",
    );
    for (const [code, policy] of Object.entries(CKR_POLICY)) {
      assert.ok(policy !== undefined && policy.reason !== "");
      const number = new RegExp(`#define ${policy.name}\\s+0x([0-9A-Fa-f]+)UL`).exec(header)?.[1];
      assert.equal(parseInt(number ?? "", 16), Number(code), policy.name);
    }
  });

  it("says what to do", () => {
    const expected: [number, CkrAction][] = [
      [179, "retry"],
      [48, "reopen"],
      [224, "reopen"],
      [5, "fail-over"],
      [160, "fail-over"],
      [112, "give-up"],
      [0x8000_0001, "fail-over"],
    ];
    for (const [code, action] of expected)
      assert.equal(actionOf(code, "C_Sign"), action, String(code));
    assert.equal(actionOf(5, "C_GenerateKeyPair"), "retry");
  });
});
