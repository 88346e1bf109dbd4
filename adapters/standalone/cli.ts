#!/usr/bin/env node
import { CommanderError } from "commander";
import { EXIT_FAILURE, EXIT_USAGE, failureBlock } from "./failure.ts";
import { buildProgram } from "./program.ts";

// A reader such as `head` that has seen enough is no fault.
process.stdout.on("error", (failure: NodeJS.ErrnoException) => {
  if (failure.code !== "EPIPE") throw failure;
  process.exit();
});

buildProgram()
  .parseAsync()
  .catch((thrown: unknown) => {
    if (thrown instanceof CommanderError) {
      process.exitCode = thrown.exitCode === 0 ? 0 : EXIT_USAGE;
      return;
    }
    process.stderr.write(failureBlock(thrown));
    process.exitCode = EXIT_FAILURE;
  });
