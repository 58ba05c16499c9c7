import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { type AccountId, isAccountId, type Registry } from "../names.ts";
import { type KmsKey, kmsAliasArn, kmsKeyArn } from "./kms-key.ts";

/** What a request calls a key, and the key if there is one. */
export interface NamedKey {
  /** The ARN of the key or of the alias that it is called by. */
  readonly arn: string;
  readonly account: AccountId;
  /** `alias/images`, where it is called by that. */
  readonly alias: string | undefined;
  readonly key: KmsKey | undefined;
}

type Named =
  | { readonly registry: Registry; readonly id: string; readonly alias?: undefined }
  | { readonly registry: Registry; readonly alias: string; readonly id?: undefined };

/**
 * The key of that id, key ARN, alias or alias ARN. Ids and aliases are those of `registry`; an ARN may be
 * another account's, whose key may be there without the caller having any right to know.
 * @throws NotFound
 */
export async function findKey(
  ports: Pick<Ports, "metadata">,
  registry: Registry,
  text: string,
): Promise<KmsKey> {
  return requireKey(await lookUpKey(ports, registry, text));
}

/** Like `findKey`, where a key that is not there is for the caller to judge. @throws NotFound for no name of a key */
export async function lookUpKey(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  text: string,
): Promise<NamedKey> {
  const { registry: of, alias, id } = parseKeyName(registry, text);
  const { account } = of;
  if (alias === undefined) {
    const ref = { registry: of, id };
    return { arn: kmsKeyArn(ref), account, alias, key: await metadata.kms.keys.find(ref) };
  }
  const arn = kmsAliasArn({ registry: of, name: alias });
  const target = await metadata.kms.aliases.find(of, alias);
  const key = target && (await metadata.kms.keys.find({ registry: of, id: target.key }));
  return { arn, account, alias, key };
}

/** @throws NotFound in KMS's words */
export function requireKey({ arn, alias, key }: NamedKey): KmsKey {
  if (key !== undefined) return key;
  throw alias === undefined ? noSuchKey(arn) : noSuchAlias(arn);
}

export function noSuchKey(arn: string): RegistryError {
  return new RegistryError("NotFound", `Key '${arn}' does not exist`);
}

export function noSuchAlias(arn: string): RegistryError {
  return new RegistryError("NotFound", `Alias ${arn} is not found.`);
}

const idShape =
  /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/;
const aliasShape = /^alias\/[a-zA-Z0-9/_-]+$/;

function parseKeyName(own: Registry, text: string): Named {
  if (!text.startsWith("arn:")) return namedIn(own, text, text);
  const [, partition, service, region, account = "", resource = "", ...rest] = text.split(":", 7);
  const isKms = partition === "aws" && service === "kms" && isAccountId(account);
  if (!isKms || rest.length > 0) throw new RegistryError("NotFound", `Invalid arn ${text}`);
  // A key is used in its region alone (I17).
  if (region !== own.region) throw new RegistryError("NotFound", `Invalid arn ${region}`);
  const name = resource.startsWith("key/") ? resource.slice("key/".length) : resource;
  if (name === resource && !resource.startsWith("alias/")) {
    throw new RegistryError("NotFound", `Invalid arn ${text}`);
  }
  return namedIn({ account, region: own.region }, name, text);
}

function namedIn(registry: Registry, name: string, text: string): Named {
  if (aliasShape.test(name)) return { registry, alias: name };
  if (idShape.test(name)) return { registry, id: name };
  throw new RegistryError("NotFound", `Invalid keyId '${text}'`);
}
