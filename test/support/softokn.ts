import { existsSync } from "node:fs";

const FOLDERS = [
  "/usr/lib/x86_64-linux-gnu",
  "/usr/lib/x86_64-linux-gnu/nss",
  "/usr/lib/aarch64-linux-gnu",
  "/usr/lib/aarch64-linux-gnu/nss",
  "/usr/lib64",
  "/opt/homebrew/lib",
];

/** Path of NSS's own PKCS#11 module, an oracle of the RSA unwrapping; undefined when it is not there. */
export const findSoftokn = (): string | undefined =>
  FOLDERS.flatMap((folder) => [`${folder}/libsoftokn3.so`, `${folder}/libsoftokn3.dylib`]).find(
    (path) => existsSync(path),
  );
