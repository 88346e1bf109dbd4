// Mocha's Spec reporter, with the one plain closing line that CI reads. TEST_REPORT names a file for the outcome of each test.
const { writeFileSync } = require("node:fs");
const { reporters } = require("mocha");

module.exports = class Reporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const outcomes = [];
    for (const outcome of ["pass", "fail", "pending"])
      runner.on(outcome, (test) => {
        const file = test.file ?? test.parent?.file;
        outcomes.push({ title: test.fullTitle(), file, outcome });
      });
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      process.stdout.write(`${passes} passed, ${failures} failed, ${pending} skipped\n`);
      const path = process.env.TEST_REPORT;
      if (path !== undefined) writeFileSync(path, JSON.stringify(outcomes));
    });
  }
};
