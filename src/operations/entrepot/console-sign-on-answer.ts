import { z } from "zod";
import { invalidParameter } from "../../registry/errors.ts";
import { parseProviderArn } from "../../registry/identity/oidc-providers.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { oidcProviderArn } from "../../registry/identity/stored-credential.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import type { SignOnProvider } from "../../registry/sign-on/sign-on-settings.ts";
import { tagValues } from "../iam/entity-resource.ts";
import type { Environment } from "../operation.ts";

export const signOnProviderArn = z.string().min(20).max(2048);
/** RFC 6749, appendix A.4. */
export const signOnScope = z
  .string()
  .max(128)
  .regex(/^[!#-[\]-~]+$/);
export const claimName = z.string().min(1).max(128);

/** How people sign in by an identity provider, without the client's secret. */
export interface ConsoleSignOnAnswer {
  readonly providerArn: string;
  readonly label: string;
  readonly clientId: string;
  readonly hasClientSecret: boolean;
  readonly scopes: readonly string[];
  readonly groupsClaim: string;
  readonly roleClaim: string | undefined;
  readonly nameClaim: string | undefined;
  /** Seconds since the epoch. */
  readonly updatedAt: number;
}

export function consoleSignOnAnswer(provider: SignOnProvider): ConsoleSignOnAnswer {
  const { clientSecret, updatedAt, ...told } = provider.signOn;
  return {
    providerArn: oidcProviderArn(provider),
    ...told,
    hasClientSecret: clientSecret !== undefined,
    updatedAt: updatedAt / 1000,
  };
}

/** The provider that the input names, whether it is there or not. @throws InvalidParameter */
export async function signOnResource(
  { providerArn: arn }: { readonly providerArn: string },
  { principal }: Caller,
  { ports }: Pick<Environment, "ports">,
): Promise<Resource> {
  const { account, url } = namedProvider(arn);
  if (account !== principal.account) return { arn, account };
  const provider = await ports.metadata.identity.oidcProviders.find(account, url);
  return { arn, account, conditions: new Map(tagValues(provider?.tags ?? [])) };
}

/** @throws InvalidParameter for what is no ARN of a provider */
export function namedProvider(arn: string) {
  const named = parseProviderArn(arn);
  if (named !== undefined) return named;
  throw invalidParameter("providerArn", `${arn} is no ARN of an OIDC provider`);
}
