/** Characters of somebody else's words that are kept. */
export const LONGEST_WORDS = 2000;

/**
 * Words of a device, a host or another server as they can be kept anywhere: NUL, which PostgreSQL refuses in a text, and halves of characters,
 * which UTF-8 cannot say, stand as U+FFFD; what is longer than `most` characters is cut.
 */
export const foreignWords = (text: string, most = LONGEST_WORDS): string =>
  text
    .slice(0, most)
    .replaceAll("\0", "\ufffd")
    .replace(/\p{Surrogate}/gu, "\ufffd");
