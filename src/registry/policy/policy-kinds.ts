import { eventRuleLimits } from "../events/event-rule-limits.ts";
import { limits } from "../limits.ts";
import { secretLimits } from "../secrets/secret-limits.ts";
import type { PolicyKind } from "./policy-document.ts";

/** What a kind of policy may and must say. */
export interface KindRules {
  readonly maximumCharacters: number;
  /** Whose sentences it gets: IAM has one parser for permissions and another for the rest. */
  readonly voice: "permissions" | "resource";
  /** Version 2012-10-17 must be given; otherwise 2008-10-17 is possible, and the default. */
  readonly current: boolean;
  readonly principal: "required" | "forbidden";
  readonly resource: "required" | "optional" | "forbidden";
  /** Sids are letters and digits, and none is given twice. */
  readonly plainSids: boolean;
  /** The services whose actions it may name; "*" alone is possible too. Absent: any. */
  readonly services?: readonly string[];
  /** The only actions it may name, in lower case. */
  readonly onlyActions?: ReadonlySet<string>;
  /** Actions that it may not name, in lower case. */
  readonly neverActions?: ReadonlySet<string>;
  readonly notPrincipal: boolean;
}

const permissions: KindRules = {
  maximumCharacters: limits.identityPolicyCharacters,
  voice: "permissions",
  current: false,
  principal: "forbidden",
  resource: "required",
  plainSids: true,
  notPrincipal: false,
};

const registry: KindRules = {
  maximumCharacters: limits.policyCharacters,
  voice: "resource",
  current: false,
  principal: "required",
  resource: "required",
  plainSids: false,
  services: ["ecr", "entrepot"],
  neverActions: new Set(["ecr:getauthorizationtoken"]),
  notPrincipal: true,
};

export const kindRules: Readonly<Record<PolicyKind, KindRules>> = {
  identity: permissions,
  managed: { ...permissions, current: true },
  boundary: { ...permissions, current: true },
  session: permissions,
  trust: {
    maximumCharacters: limits.identityPolicyCharacters,
    voice: "resource",
    current: false,
    principal: "required",
    resource: "forbidden",
    plainSids: true,
    onlyActions: new Set([
      "sts:assumerole",
      "sts:assumerolewithsaml",
      "sts:assumerolewithwebidentity",
      "sts:setcontext",
      "sts:setsourceidentity",
      "sts:tagsession",
    ]),
    notPrincipal: false,
  },
  repository: { ...registry, resource: "optional" },
  "public-repository": {
    ...registry,
    resource: "optional",
    services: ["ecr-public"],
    neverActions: new Set(["ecr-public:getauthorizationtoken"]),
  },
  registry,
  "registry-v1": {
    ...registry,
    onlyActions: new Set([
      "ecr:batchimportupstreamimage",
      "ecr:createrepository",
      "ecr:replicateimage",
    ]),
  },
  key: {
    maximumCharacters: limits.keyPolicyCharacters,
    voice: "resource",
    current: false,
    principal: "required",
    resource: "required",
    plainSids: false,
    notPrincipal: true,
  },
  "event-bus": {
    maximumCharacters: eventRuleLimits.busPolicyCharacters,
    voice: "resource",
    current: false,
    principal: "required",
    resource: "required",
    plainSids: false,
    services: ["events"],
    notPrincipal: true,
  },
  secret: {
    maximumCharacters: secretLimits.policyCharacters,
    voice: "resource",
    current: false,
    principal: "required",
    resource: "required",
    plainSids: false,
    services: ["secretsmanager"],
    notPrincipal: true,
  },
};
