import { CountersignError } from "../errors.ts";
import { expect, octets, oidOf, readBer, TAG, type Element, type Limits } from "./der-read.ts";
import { context, oid, sequence } from "./der-write.ts";

/** The outermost layer of CMS (RFC 5652 section 3). */
export interface ContentInfo {
  readonly contentType: string;
  readonly content: Element;
}

/** Reads one ContentInfo, BER or DER, without anything after it. Throws `bad_message`. */
export const readContentInfo = (bytes: Uint8Array, limits?: Limits): ContentInfo => {
  const { children } = expect(readBer(bytes, limits), TAG.sequence, "ContentInfo");
  const wrapper = expect(children[1], 0xa0, "content");
  const content = wrapper.children[0];
  if (children.length !== 2 || content === undefined || wrapper.children.length !== 1)
    throw new CountersignError("bad_message", "not valid CMS: ContentInfo");
  return { contentType: oidOf(children[0], "content type"), content };
};

/** ContentInfo around an encoded content, DER. */
export const contentInfo = (contentType: string, content: Uint8Array): Uint8Array =>
  sequence(oid(contentType), context(0, content));

/** Contents of an OCTET STRING, primitive or constructed. Throws `bad_message`. */
export const octetStringOf = (element: Element | undefined, what: string): Uint8Array =>
  octets(
    element?.tag === (TAG.octetString | 0x20) ? element : expect(element, TAG.octetString, what),
  );
