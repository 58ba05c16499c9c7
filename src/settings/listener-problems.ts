import {
  isLoopback,
  isSameAddress,
  type ListenAddress,
  type PrivateListener,
} from "./setting-values.ts";

export interface WantedListeners {
  readonly http: ListenAddress | undefined;
  readonly https: ListenAddress | undefined;
  /** Of the public registry. */
  readonly publicHttp?: ListenAddress | undefined;
  /** Of the mirror. */
  readonly mirrorHttp?: ListenAddress | undefined;
  readonly hasMirrorPrincipal?: boolean;
  readonly privateListeners: readonly PrivateListener[];
  /** Whether a trusted proxy ends TLS. */
  readonly isProxied: boolean;
}

/** What is wrong between listeners that are right by themselves, each a sentence. */
export function listenerProblems(wanted: WantedListeners): string[] {
  const isNothing = wanted.http === undefined && wanted.https === undefined;
  const nothing = "ENTREPOT_HTTP and ENTREPOT_HTTPS are both off, so nothing would be served.";
  const { mirrorHttp, hasMirrorPrincipal = false } = wanted;
  const half = (mirrorHttp !== undefined) !== hasMirrorPrincipal;
  const one = "ENTREPOT_MIRROR_HTTP and ENTREPOT_MIRROR_PRINCIPAL go together.";
  return [
    ...[...(isNothing ? [nothing] : []), ...(half ? [one] : [])],
    ...[...openListeners(wanted), ...takenAddresses(wanted)],
  ];
}

/** Listeners whose connections others could read. */
function openListeners({
  http,
  publicHttp,
  mirrorHttp,
  privateListeners,
  isProxied,
}: WantedListeners): string[] {
  if (isProxied) return [];
  const sentence = (what: string, host: string, instead: string) =>
    `${what} would serve plain HTTP on ${host}, where others can listen in: use ${instead} there, ` +
    "or name the proxy that ends TLS in ENTREPOT_TRUSTED_PROXY.";
  const isOpen = http !== undefined && !isLoopback(http.host);
  const isMirrorOpen = mirrorHttp !== undefined && !isLoopback(mirrorHttp.host);
  const isPublicOpen = publicHttp !== undefined && !isLoopback(publicHttp.host);
  return [
    ...(isPublicOpen ? [sentence("ENTREPOT_PUBLIC_HTTP", publicHttp.host, "ENTREPOT_HTTPS")] : []),
    ...(isMirrorOpen ? [sentence("ENTREPOT_MIRROR_HTTP", mirrorHttp.host, "a proxy")] : []),
    ...(isOpen ? [sentence("ENTREPOT_HTTP", http.host, "ENTREPOT_HTTPS")] : []),
    ...privateListeners
      .filter(({ scheme, host }) => scheme === "http" && !isLoopback(host))
      .map(({ endpoint, host }) => sentence(named(endpoint.id), host, "https://")),
  ];
}

/** An endpoint that shared the port of everybody would tell nothing. */
function takenAddresses(wanted: WantedListeners) {
  const { http, https, publicHttp, mirrorHttp, privateListeners } = wanted;
  const others = { ENTREPOT_HTTP: http, ENTREPOT_HTTPS: https };
  const taken = (what: string, address: ListenAddress) =>
    Object.entries(others).flatMap(([name, other]) =>
      other !== undefined && isSameAddress(address, other)
        ? [`${what} has the address of ${name}.`]
        : [],
    );
  return [
    ...(publicHttp === undefined ? [] : taken("ENTREPOT_PUBLIC_HTTP", publicHttp)),
    ...(mirrorHttp === undefined ? [] : taken("ENTREPOT_MIRROR_HTTP", mirrorHttp)),
    ...privateListeners.flatMap((listener) => taken(named(listener.endpoint.id), listener)),
  ];
}

function named(id: string): string {
  return `${id} of ENTREPOT_PRIVATE_ENDPOINTS`;
}
