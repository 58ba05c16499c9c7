import {
  isLoopback,
  isSameAddress,
  type ListenAddress,
  type PrivateListener,
} from "./setting-values.ts";

export interface WantedListeners {
  readonly http: ListenAddress | undefined;
  readonly https: ListenAddress | undefined;
  readonly privateListeners: readonly PrivateListener[];
  /** Whether a trusted proxy ends TLS. */
  readonly isProxied: boolean;
}

/** What is wrong between listeners that are right by themselves, each a sentence. */
export function listenerProblems(wanted: WantedListeners): string[] {
  const isNothing = wanted.http === undefined && wanted.https === undefined;
  const nothing = "ENTREPOT_HTTP and ENTREPOT_HTTPS are both off, so nothing would be served.";
  return [...(isNothing ? [nothing] : []), ...openListeners(wanted), ...takenAddresses(wanted)];
}

/** Listeners whose connections others could read. */
function openListeners({ http, privateListeners, isProxied }: WantedListeners): string[] {
  if (isProxied) return [];
  const sentence = (what: string, host: string, instead: string) =>
    `${what} would serve plain HTTP on ${host}, where others can listen in: use ${instead} there, ` +
    "or name the proxy that ends TLS in ENTREPOT_TRUSTED_PROXY.";
  const isOpen = http !== undefined && !isLoopback(http.host);
  return [
    ...(isOpen ? [sentence("ENTREPOT_HTTP", http.host, "ENTREPOT_HTTPS")] : []),
    ...privateListeners
      .filter(({ scheme, host }) => scheme === "http" && !isLoopback(host))
      .map(({ endpoint, host }) => sentence(named(endpoint.id), host, "https://")),
  ];
}

/** An endpoint that shared the port of everybody would tell nothing. */
function takenAddresses({ http, https, privateListeners }: WantedListeners): string[] {
  return privateListeners.flatMap((listener) =>
    Object.entries({ ENTREPOT_HTTP: http, ENTREPOT_HTTPS: https }).flatMap(([name, other]) =>
      other !== undefined && isSameAddress(listener, other)
        ? [`${named(listener.endpoint.id)} has the address of ${name}.`]
        : [],
    ),
  );
}

function named(id: string): string {
  return `${id} of ENTREPOT_PRIVATE_ENDPOINTS`;
}
