/** A host in a few lines, for tests that need one they can kill: `small-host.ts FOLDER close|stay`. */
import { openSoftKeys } from "../../../hsm/soft-keys.ts";

const [folder = "", then] = process.argv.slice(2);
const keys = await openSoftKeys({ folder, passphrase: "of a small host", processes: 2 });
await keys.generate({ algorithm: "ec-p256", usage: "sign", label: "small" });
process.stdout.write("ready\n");
if (then === "close") await keys.close();
