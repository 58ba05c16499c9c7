import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Ports } from "../../ports/ports.ts";
import { openSealedToken, sealToken } from "../encryption/sealed-token.ts";
import type { Principal } from "../identity/principal.ts";
import { explainDecision } from "./explain-decision.ts";
import type { Judgement, Resource } from "./judgement.ts";

const purpose = "authorization-message";
/** Statements that a message tells of, of each kind. */
const shownStatements = 20;

/** The context keys that tell why, beside those of the resource's tags. */
const shownKeys = [
  "aws:SourceIp",
  "aws:VpcSourceIp",
  "aws:SourceVpce",
  "aws:SourceVpc",
  "aws:UserAgent",
  "aws:RequestedRegion",
  "aws:SecureTransport",
  "aws:CurrentTime",
  "aws:PrincipalArn",
  "aws:PrincipalAccount",
  "aws:PrincipalOrgID",
  "aws:PrincipalType",
  "aws:userid",
  "ecr:ImageTag",
];

/**
 * Why a request was denied, as a text that only this deployment can read: the caller may not know,
 * whoever is allowed sts:DecodeAuthorizationMessage may. Source: STS API, DecodeAuthorizationMessage.
 */
export function sealDenial(
  ports: Pick<Ports, "keys">,
  request: { principal: Principal; action: string; resource: Resource },
  { decision, policies, context }: Judgement,
): string {
  const { principal, action, resource } = request;
  const { account } = principal;
  const explanation = explainDecision({ principal, action, resource, context }, policies, {
    grants: resource.grants ?? "either",
  });
  const items = shownKeys.flatMap((key) => {
    const value = context.get(key.toLowerCase());
    if (value === undefined) return [];
    const values = (typeof value === "string" ? [value] : value).map((one) => ({ value: one }));
    return [{ key, values: { items: values } }];
  });
  const message = {
    allowed: decision.allowed,
    explicitDeny: !decision.allowed && decision.reason === "explicit-deny",
    because: decision.allowed ? "" : decision.because,
    matchedStatements: {
      items: explanation.matched.slice(0, shownStatements).map(({ policy, statement }) => ({
        statementId: statement.sid ?? "",
        effect: statement.effect.toUpperCase(),
        policy: policy.source,
        statement: statement.index,
      })),
    },
    nearMisses: explanation.nearMisses.slice(0, shownStatements).map(({ policy, statement }) => ({
      policy: policy.source,
      statement: statement.index,
      statementId: statement.sid ?? "",
      misses: statement.misses,
    })),
    failures: { items: [] },
    context: {
      account,
      principal: { id: principal.uniqueId, arn: principal.arn },
      action,
      resource: resource.arn,
      conditions: { items },
    },
  };
  const packed = deflateRawSync(JSON.stringify(message)).toString("base64");
  return sealToken(ports.keys.secret(purpose), { account, packed });
}

/** What `sealDenial` sealed, and whose principal was denied; `undefined` for anything else. */
export function openDenial(
  ports: Pick<Ports, "keys">,
  encoded: string,
): { account: string; message: string } | undefined {
  const claims = openSealedToken(ports.keys.secrets(purpose), encoded);
  if (claims === undefined) return undefined;
  const { account, packed } = claims as { account: string; packed: string };
  const bytes = inflateRawSync(Buffer.from(packed, "base64"), { maxOutputLength: 1024 * 1024 });
  return { account, message: bytes.toString("utf8") };
}
