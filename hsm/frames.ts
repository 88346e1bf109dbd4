import { CountersignError } from "../plugin/sdk.ts";

/** Octets that one frame may hold: room for the largest message that a key hashes itself (a CRL of a million entries is 49 MB). */
export const FRAME_LIMIT = 96 * 1024 * 1024;

/** Octets before the content of a frame: its length, big endian. */
export const FRAME_HEADER = 4;

/**
 * Cuts a stream into frames: feed it the chunks as they come, it hands each complete frame to `deliver`. The bytes are a view of the chunk.
 * Throws `internal` for a frame above the limit; the stream cannot be used after that.
 */
export const frameReader = (
  deliver: (frame: Buffer) => void,
  limit = FRAME_LIMIT,
): ((chunk: Buffer) => void) => {
  let chunks: Buffer[] = [];
  let held = 0;
  let wanted = FRAME_HEADER;
  return (chunk) => {
    chunks.push(chunk);
    held += chunk.length;
    // Joined only when a frame is complete: a large frame comes in hundreds of chunks.
    if (held < wanted) return;
    let data = chunks.length === 1 ? chunk : Buffer.concat(chunks, held);
    wanted = FRAME_HEADER;
    while (data.length >= FRAME_HEADER) {
      const length = data.readUInt32BE(0);
      if (length > limit) throw new CountersignError("internal", `a frame of ${length} octets`);
      wanted = FRAME_HEADER + length;
      if (data.length < wanted) break;
      deliver(data.subarray(FRAME_HEADER, wanted));
      data = data.subarray(wanted);
      wanted = FRAME_HEADER;
    }
    chunks = data.length === 0 ? [] : [data];
    held = data.length;
  };
};
