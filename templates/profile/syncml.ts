import { create } from "xmlbuilder2";

/** One command on one node of a Windows device. */
export interface SyncmlCommand {
  readonly verb: "Add" | "Replace" | "Exec";
  readonly uri: string;
  /** Undefined for Exec, which carries no data. */
  readonly format?: "node" | "chr" | "int" | "bool" | "b64";
  readonly data?: string;
}

/**
 * One `<Atomic>` element, as it stands in a SyncBody (OMA DM 1.2): commands in order, CmdIDs counted from 1. Values
 * must be free of control characters.
 */
export const atomicSyncml = (commands: readonly SyncmlCommand[]): string => {
  const atomic = create().ele("Atomic");
  atomic.ele("CmdID").txt("1");
  for (const [i, { verb, uri, format, data }] of commands.entries()) {
    const command = atomic.ele(verb);
    command.ele("CmdID").txt(String(i + 2));
    const item = command.ele("Item");
    item.ele("Target").ele("LocURI").txt(literal(uri));
    if (format !== undefined) item.ele("Meta").ele("syncml:metinf", "Format").txt(format);
    if (data !== undefined) item.ele("Data").txt(literal(data));
  }
  return `${atomic.end({ headless: true, prettyPrint: true })}\n`;
};

/**
 * xmlbuilder2 takes `&amp;` in a text for an entity and leaves it; with every ampersand escaped before, the text
 * arrives as it was.
 */
const literal = (text: string): string => text.replaceAll("&", "&amp;");
