import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import { type AccountId, isAccountId } from "../names.ts";
import { quotaExceeded } from "./check-policy.ts";
import { type OidcProvider, oidcProviderArn } from "./stored-credential.ts";

const scheme = "https://";

/**
 * The URL of an issuer as it is kept: without the scheme. It may name a port, as issuers outside the
 * internet do.
 * @throws InvalidInput
 */
export function checkProviderUrl(url: string): string {
  const rest = url.slice(scheme.length);
  const isPlain = url.startsWith(scheme) && /^[\w.:/=+,@~%-]+$/.test(rest) && URL.canParse(url);
  const { username, host } = isPlain ? new URL(url) : { username: "", host: "" };
  // Whatever the parser would put right, an ARN and the token's issuer would have to agree on.
  if (!isPlain || username !== "" || !(rest === host || rest.startsWith(`${host}/`))) {
    throw invalidInput("Invalid Open ID Connect Provider URL");
  }
  return rest;
}

/** @throws InvalidInput */
export function checkThumbprints(thumbprints: readonly string[]): readonly string[] {
  const most = limits.thumbprintsPerProvider;
  if (thumbprints.length > most) {
    throw invalidInput(`Thumbprint list must contain at most ${most} entries.`);
  }
  for (const thumbprint of thumbprints) {
    if (/^[0-9a-fA-F]{40}$/.test(thumbprint)) continue;
    throw invalidInput("Thumbprint must be 40 hexadecimal digits.");
  }
  return thumbprints;
}

/** @throws LimitExceeded */
export function checkClientIds(clientIds: readonly string[]): readonly string[] {
  const quota = limits.clientIdsPerProvider;
  const different = [...new Set(clientIds)];
  if (different.length > quota) {
    throw quotaExceeded("ClientIdsPerOpenIdConnectProvider", quota);
  }
  return different;
}

/** The parts of an ARN of a provider; `undefined` for any other text. */
export function parseProviderArn(arn: string): { account: AccountId; url: string } | undefined {
  const found = /^arn:aws:iam::(\d{12}):oidc-provider\/(.+)$/.exec(arn);
  const [, account = "", url = ""] = found ?? [];
  return isAccountId(account) ? { account, url } : undefined;
}

/**
 * Makes an issuer one that the account's roles can trust.
 * @throws EntityAlreadyExists, LimitExceeded
 */
export async function createOidcProvider(
  ports: Pick<Ports, "metadata" | "clock">,
  wanted: Omit<OidcProvider, "createdAt">,
): Promise<OidcProvider> {
  const provider = { ...wanted, createdAt: ports.clock.now() };
  await ports.metadata.transaction(async ({ identity }) => {
    await identity.accounts.lock(provider.account); // Nobody else adds one before this is counted.
    const { oidcProviders } = identity;
    const quota = limits.oidcProvidersPerAccount;
    if ((await oidcProviders.list(provider.account)).length >= quota) {
      throw quotaExceeded("OpenIdConnectProvidersPerAccount", quota);
    }
    if (await oidcProviders.insertIfAbsent(provider)) return;
    throw new RegistryError(
      "EntityAlreadyExists",
      `Provider with url ${scheme}${provider.url} already exists.`,
    );
  });
  return provider;
}

/** @throws NoSuchEntity */
export async function findOidcProvider(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
  url: string,
): Promise<OidcProvider> {
  return (await metadata.identity.oidcProviders.find(account, url)) ?? refuse(account, url);
}

/** @throws NoSuchEntity, and what `apply` throws */
export async function changeOidcProvider(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
  url: string,
  apply: (provider: OidcProvider) => OidcProvider,
): Promise<void> {
  await metadata.transaction(async ({ identity }) => {
    const provider = (await identity.oidcProviders.lock(account, url)) ?? refuse(account, url);
    await identity.oidcProviders.replace(apply(provider));
  });
}

/**
 * Tokens of the issuer are good for nothing any more; sessions that were given for them go on.
 * @throws NoSuchEntity
 */
export async function deleteOidcProvider(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
  url: string,
): Promise<void> {
  await metadata.transaction(async ({ identity }) => {
    if ((await identity.oidcProviders.lock(account, url)) === undefined) refuse(account, url);
    await identity.oidcProviders.remove(account, url);
  });
}

function invalidInput(sentence: string): RegistryError {
  return new RegistryError("InvalidInput", sentence);
}

function refuse(account: AccountId, url: string): never {
  throw new RegistryError(
    "NoSuchEntity",
    `OpenIDConnect Provider not found for arn ${oidcProviderArn({ account, url })}`,
  );
}
