import { join, resolve } from "node:path";

/** Where everything of one installation lies (docs/operations.md lists the files with their rights). */
export interface DataFolder {
  readonly path: string;
  readonly settings: string;
  readonly database: string;
  readonly serverSecret: string;
  readonly passphrase: string;
  readonly keys: string;
  /** Written while a server runs: where it listens, and where its tokens are. */
  readonly connection: string;
  readonly token: string;
  readonly operatorToken: string;
  /** There while a restore into the folder is not finished. */
  readonly restoring: string;
  /** A SoftHSM token made for this folder, its configuration and its PIN. */
  readonly softHsm: string;
  /** Key and chain of an HTTPS listener whose certificate an authority of the installation issues. */
  readonly tls: string;
  readonly demo: string;
}

/** Paths only: nothing is read or made. */
export const dataFolder = (path: string): DataFolder => {
  const root = resolve(path);
  const at = (name: string): string => join(root, name);
  return {
    path: root,
    settings: at("settings.json"),
    database: at("countersign.db"),
    serverSecret: at("server.secret"),
    passphrase: at("passphrase"),
    keys: at("keys"),
    connection: at("connection.json"),
    token: at("token"),
    operatorToken: at("operator.token"),
    restoring: at("restore.unfinished"),
    softHsm: at("softhsm"),
    tls: at("tls.pem"),
    demo: at("demo"),
  };
};
