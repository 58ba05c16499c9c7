import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../../registry/errors.ts";
import { parseProviderArn } from "../../registry/identity/oidc-providers.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { oidcProviderArn } from "../../registry/identity/stored-credential.ts";
import type { AccountId } from "../../registry/names.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import type { Environment } from "../operation.ts";
import { tagValues } from "./entity-resource.ts";

interface ProviderInput {
  readonly OpenIDConnectProviderArn: string;
}

/**
 * The provider that the input names, whether it is there or not.
 * @throws InvalidInput for what is no ARN of a provider
 */
export async function providerResource(
  { OpenIDConnectProviderArn: arn }: ProviderInput,
  caller: Caller,
  { ports }: Environment,
): Promise<Resource> {
  const named = requireProviderArn(arn);
  const { account } = named;
  if (account !== caller.principal.account) return { arn, account };
  return { arn, account, conditions: await conditionsOf(ports, named) };
}

/** The URL of the provider, in the caller's account: where else it may be, the guard has refused. */
export function providerUrl({ OpenIDConnectProviderArn }: ProviderInput): string {
  return requireProviderArn(OpenIDConnectProviderArn).url;
}

/** Every provider of the account, or none in particular. */
export function allProviders(_input: unknown, { principal: { account } }: Caller): Resource {
  return { arn: oidcProviderArn({ account, url: "*" }), account };
}

async function conditionsOf(
  { metadata }: Pick<Ports, "metadata">,
  { account, url }: { account: AccountId; url: string },
): Promise<ReadonlyMap<string, string>> {
  const provider = await metadata.identity.oidcProviders.find(account, url);
  return new Map(tagValues(provider?.tags ?? []));
}

function requireProviderArn(arn: string): { account: AccountId; url: string } {
  const named = parseProviderArn(arn);
  if (named !== undefined) return named;
  throw new RegistryError("InvalidInput", `Invalid ARN: ${arn}`);
}
