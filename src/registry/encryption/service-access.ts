/** What the registry service itself may do with a KMS key. */
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { type Caller, rootPrincipal } from "../identity/principal.ts";
import { keyResource } from "../kms/key-access.ts";
import { type EncryptionContext, type KmsKey, kmsKeyArn } from "../kms/kms-key.ts";
import { type Region, type Registry, repositoryArn } from "../names.ts";
import { judge } from "../policy/authorize.ts";
import { RequestContext } from "../policy/request-context.ts";
import { servicePrincipal } from "../policy/service-principal.ts";
import type { KeyOwner } from "./keyed-object.ts";

/** What sealing and opening objects needs. */
export const serviceOperations = ["GenerateDataKey", "Decrypt"] as const;
export type ServiceOperation = (typeof serviceOperations)[number];

/** Who grants are made to, and what `kms:ViaService` says. Source: ECR, "Encryption at rest". */
export function regionalService(region: Region): string {
  return `ecr.${region}.amazonaws.com`;
}

/** What a use of a key for the repository is bound to. Source: ECR, "ECR encryption context". */
export function repositoryContext({ registry, name }: Pick<KeyOwner, "registry" | "name">) {
  return { "aws:ecr:arn": repositoryArn(registry, name) } satisfies EncryptionContext;
}

/**
 * That a grant or the key policy lets the service use the key for the repository. A policy may name it
 * with its region or without; a denial of either counts.
 * @throws AccessDenied
 */
export async function requireService(
  ports: Ports,
  repository: Pick<KeyOwner, "registry" | "name">,
  key: KmsKey,
  operation: ServiceOperation,
): Promise<void> {
  if (await mayService(ports, repository, key, operation)) return;
  const service = regionalService(repository.registry.region);
  throw new RegistryError(
    "AccessDenied",
    `User: ${service} is not authorized to perform: kms:${operation} on resource: ${kmsKeyArn(key)} because no resource-based policy allows the kms:${operation} action`,
  );
}

export async function mayService(
  ports: Ports,
  repository: Pick<KeyOwner, "registry" | "name">,
  key: KmsKey,
  operation: ServiceOperation,
): Promise<boolean> {
  const { registry } = repository;
  const viaService = regionalService(registry.region);
  const encryptionContext = repositoryContext(repository);
  const caller = asService(ports, registry);
  const context = new RequestContext(caller, ports.clock.now(), serviceConditions(repository));
  let isAllowed = false;
  for (const service of [viaService, "ecr.amazonaws.com"]) {
    const principal = servicePrincipal(service);
    const resource = await keyResource(ports, key, { principal, encryptionContext, viaService });
    const action = `kms:${operation}`;
    const { decision } = await judge(ports, principal, action, resource, context);
    if (!decision.allowed && decision.reason === "explicit-deny") return false;
    isAllowed ||= decision.allowed;
  }
  return isAllowed;
}

/** What a key policy can ask of the service's request beside what `keyResource` says of it. */
function serviceConditions({
  registry,
  name,
}: Pick<KeyOwner, "registry" | "name">): Map<string, string> {
  return new Map([
    ["kms:calleraccount", registry.account],
    ["aws:sourceaccount", registry.account],
    ["aws:sourcearn", repositoryArn(registry, name)],
    ["aws:viaawsservice", "true"],
    ["aws:principalisawsservice", "true"],
  ]);
}

/**
 * The service's own request: for whoever asked it, and not from where they asked. So what is decided
 * for somebody is decided for all of their requests, as far as `callerName` tells them apart. Source:
 * IAM, aws:SourceIp, "when a service makes calls on your behalf".
 */
function asService({ onBehalfOf }: Ports, { account, region }: Registry): Caller {
  const principal = onBehalfOf?.principal ?? rootPrincipal(account, "");
  return {
    principal,
    region,
    account,
    requestId: "",
    sourceIp: "",
    userAgent: "",
    origin: "https:",
  };
}

/** Tells those on whose behalf the service asks apart: also two sessions of one name. */
export function callerName({ onBehalfOf }: Pick<Ports, "onBehalfOf">): string {
  const { arn = "", accessKeyId = "" } = onBehalfOf?.principal ?? {};
  return `${arn} ${accessKeyId}`;
}
