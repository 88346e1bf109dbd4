/** Where a request goes: the path below the mount point, and the raw query without its question mark. */
export interface Target {
  readonly path: string;
  readonly query: string;
}

/** Strips `mountPath` where the host has left it (raw http, scoped Fastify); Express and middie have stripped it already. */
export const targetOf = (url: string, mountPath: string): Target => {
  // A request line may hold a whole URL (RFC 9112 section 3.2.2).
  const relative = url.startsWith("/") ? url : url.replace(/^[a-z]+:\/\/[^/]*/i, "");
  const mark = relative.indexOf("?");
  const path = mark === -1 ? relative : relative.slice(0, mark);
  const query = mark === -1 ? "" : relative.slice(mark + 1);
  const below = mountPath !== "" && path.startsWith(`${mountPath}/`);
  return { path: below ? path.slice(mountPath.length) : path, query };
};

/** The address of Windows' NDES, in any case of letters, with or without `/pkiclient.exe` and more behind it. */
const NDES = /^\/certsrv\/mscep\/mscep\.dll(?=\/|$)/i;

/** NDES's address as that of the endpoint which stands in for it; every other one as it is. */
export const asScep = (target: Target, ndesEndpoint: string | undefined): Target =>
  ndesEndpoint === undefined
    ? target
    : { ...target, path: target.path.replace(NDES, `/scep/${ndesEndpoint}`) };
