import type { Ports } from "../../ports/ports.ts";
import { invalidParameter, RegistryError } from "../errors.ts";
import { changeOidcProvider, findOidcProvider } from "../identity/oidc-providers.ts";
import {
  type OidcProvider,
  oidcProviderArn,
  type SignOn,
  type SignOnSecret,
} from "../identity/stored-credential.ts";
import type { AccountId, Region, Registry } from "../names.ts";
import { openOwn, sealOwn } from "../secrets/sealed-value.ts";

/** An issuer by which people sign in. */
export type SignOnProvider = OidcProvider & { readonly signOn: SignOn };

export interface WantedSignOn extends Omit<SignOn, "clientSecret" | "updatedAt"> {
  /** Absent: the one that is there, if it is the same client's. Empty: none, as of a public client. */
  readonly clientSecret: string | undefined;
}

type SettingPorts = Pick<Ports, "metadata" | "keys" | "clock">;

/**
 * Lets people sign in to the console by an issuer of the registry's account.
 * @throws NoSuchEntity; InvalidParameter for a client that is none of the provider's
 */
export async function putSignOn(
  ports: SettingPorts,
  { account, region }: Registry,
  url: string,
  { clientSecret: secret, ...wanted }: WantedSignOn,
): Promise<SignOnProvider> {
  const owner = { account, url };
  await findOidcProvider(ports, account, url); // Nothing is sealed for what is not there.
  const sealed = secret ? await sealClientSecret(ports, owner, region, secret) : undefined;
  let done: SignOnProvider | undefined;
  await changeOidcProvider(ports, account, url, (provider) => {
    if (!provider.clientIds.includes(wanted.clientId)) {
      const sentence = `${wanted.clientId} is no client of the provider: add it with AddClientIDToOpenIDConnectProvider`;
      throw invalidParameter("clientId", sentence);
    }
    const isSame = provider.signOn?.clientId === wanted.clientId;
    const kept = secret === undefined && isSame ? provider.signOn?.clientSecret : sealed;
    const signOn = { ...wanted, clientSecret: kept, updatedAt: ports.clock.now() };
    done = { ...provider, signOn };
    return done;
  });
  if (done === undefined) throw new Error("a provider was changed and is not there");
  return done;
}

/** Sessions that people have go on. @throws NoSuchEntity */
export async function deleteSignOn(
  ports: Pick<Ports, "metadata">,
  account: AccountId,
  url: string,
): Promise<void> {
  await changeOidcProvider(ports, account, url, (provider) => {
    if (isSignOn(provider)) return { ...provider, signOn: undefined };
    const sentence = `Nobody signs in by ${oidcProviderArn(provider)}`;
    throw new RegistryError("ResourceNotFound", sentence);
  });
}

/** By URL. */
export async function listSignOns(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
): Promise<SignOnProvider[]> {
  return (await metadata.identity.oidcProviders.list(account)).filter(isSignOn);
}

export function isSignOn(provider: OidcProvider): provider is SignOnProvider {
  return provider.signOn !== undefined;
}

/** `undefined` for a public client. @throws Error when it was sealed for another provider */
export async function clientSecretOf(
  ports: Pick<Ports, "keys">,
  provider: SignOnProvider,
): Promise<string | undefined> {
  const kept = provider.signOn.clientSecret;
  if (kept === undefined) return undefined;
  const registry = { account: provider.account, region: kept.region };
  return String(await openOwn(ports, registry, nameOf(provider), kept.sealed));
}

async function sealClientSecret(
  ports: Pick<Ports, "keys">,
  provider: Pick<OidcProvider, "account" | "url">,
  region: Region,
  secret: string,
): Promise<SignOnSecret> {
  const registry = { account: provider.account, region };
  return { region, sealed: await sealOwn(ports, registry, nameOf(provider), secret) };
}

function nameOf(provider: Pick<OidcProvider, "account" | "url">): string {
  return `sign-on/${oidcProviderArn(provider)}`;
}
