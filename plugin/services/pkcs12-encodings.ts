/** How a PKCS#12 file may be encrypted, for those who only pass it on. */
export { PKCS12_ENCODINGS } from "../pki/pkcs12.ts";
