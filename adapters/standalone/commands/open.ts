import type { Command } from "commander";
import { addApiCommand } from "../api-command.ts";
import { integerOption } from "../options.ts";

/** `open`: a link into the console that signs in once; the address holds no token. */
export const addOpenCommand = (program: Command): void => {
  addApiCommand(program, {
    usage: "open",
    summary: "print a link that signs you in to the console, once; Owners only",
    options: [integerOption("--lifetime-seconds <n>", "how long the link is good; 300 unless given")],
    run: async ({ api, body }) => {
      const { value } = await api.ask("POST", "/sign-in-links", { body: await body() });
      const { path, expiresIn } = value as { readonly path: string; readonly expiresIn: number };
      const shown = { url: `${api.url}${path}`, expiresIn };
      return { text: JSON.stringify(shown), value: shown };
    },
    text: (value) => `${(value as { readonly url: string }).url}\n`,
  });
};
