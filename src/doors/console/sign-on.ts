import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { AuditFacts } from "../../registry/audit/request-audit.ts";
import { isRegistryError, RegistryError } from "../../registry/errors.ts";
import { entityArn, type Role } from "../../registry/identity/entity.ts";
import { anonymousPrincipal, type Caller } from "../../registry/identity/principal.ts";
import { oidcProviderArn } from "../../registry/identity/stored-credential.ts";
import { limits } from "../../registry/limits.ts";
import { type AccountId, isAccountId } from "../../registry/names.ts";
import { beginSignOn } from "../../registry/sign-on/begin-sign-on.ts";
import { type Identified, identify, identifyAgain } from "../../registry/sign-on/identify.ts";
import { offeredRole, offeredRoles } from "../../registry/sign-on/offered-roles.ts";
import { openSignOnSession } from "../../registry/sign-on/open-session.ts";
import { openChoice, openFlow, sealChoice } from "../../registry/sign-on/sign-on-flow.ts";
import { listSignOns } from "../../registry/sign-on/sign-on-settings.ts";
import {
  admitted,
  cookieOf,
  cookieTerms,
  parse,
  route,
  type SignedInAnswer,
  type SignInOptions,
  sessionPath,
  tell,
  tooMany,
} from "./session-route.ts";

/** Where an identity provider sends people back to: a place of the console, which asks for the rest. */
const returnPath = "/console/sign-in/return";
const path = `${sessionPath}/sign-on`;
const flowCookie = "entrepot-console-sign-on";
/** A ticket holds a token. */
const mostBodyBytes = 48 * 1024;

/** What to ask somebody who may have several roles. */
interface ChoiceAnswer {
  readonly roles: readonly { readonly arn: string; readonly name: string; description: string }[];
  readonly ticket: string;
}

/**
 * Signing in by an identity provider, which the page leads: `GET …/sign-on` tells by which, `POST …/begin`
 * where to go, `POST …/complete` takes what the provider sent somebody back with, and `POST …/role` which
 * role it is to be. Nothing here redirects. All the browser's cookies are of this site alone, as it is
 * the page that asks and not the provider.
 */
export function signOnRoutes(app: FastifyInstance, options: SignInOptions): void {
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    const asText = { parseAs: "string", bodyLimit: mostBodyBytes } as const;
    scope.addContentTypeParser("application/json", asText, (_request, text, parsed) => {
      parsed(null, text);
    });
    scope.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
    route(scope, options, "GET", path, (request) => list(options, request));
    route(scope, options, "POST", `${path}/begin`, (request, reply) =>
      begin(options, request, reply),
    );
    route(scope, options, "POST", `${path}/complete`, (request, reply) =>
      complete(options, request, reply),
    );
    route(scope, options, "POST", `${path}/role`, (request, reply) =>
      choose(options, request, reply),
    );
    done();
  });
}

/** Their labels are on the sign-in page: for everybody to see. */
async function list({ ports, deployment }: SignInOptions, request: FastifyRequest) {
  const { account = deployment.account } = request.query as { account?: unknown };
  if (typeof account !== "string" || !isAccountId(account)) return { signOns: [] };
  const owner = await ports.metadata.identity.accounts.find(account);
  if (owner?.status !== "ACTIVE") return { signOns: [] };
  const found = await listSignOns(ports, account);
  return { signOns: found.map(({ url: provider, signOn: { label } }) => ({ provider, label })) };
}

async function begin(options: SignInOptions, request: FastifyRequest, reply: FastifyReply) {
  const { account, provider, isFresh } = parse(request.body);
  if (typeof account !== "string" || !isAccountId(account) || typeof provider !== "string") {
    throw new RegistryError("Validation", "An account and an identity provider are needed.");
  }
  const caller = callerOf(options, request, account);
  requireCalm(options, caller);
  // As the browser sees this server: behind a proxy that ends TLS it alone knows.
  const origin = request.headers.origin ?? caller.origin;
  const redirectUri = `${origin}${returnPath}`;
  const wish = { account, provider, redirectUri, isFresh: isFresh === true };
  const { url, cookie } = await beginSignOn(options.ports, wish);
  setFlow(request, reply, cookie);
  return { url };
}

async function complete(options: SignInOptions, request: FastifyRequest, reply: FastifyReply) {
  const told = parse(request.body);
  const text = (name: string) => (typeof told[name] === "string" ? told[name] : undefined);
  requireCalm(options, options.anonymous(request));
  const { ports } = options;
  const flow = await refusing(options, options.anonymous(request), async () =>
    openFlow(ports, cookieOf(request, flowCookie), text("state") ?? ""),
  );
  setFlow(request, reply, ""); // It is good for one answer.
  const caller = callerOf(options, request, flow.account);
  const identified = await refusing(options, caller, () =>
    identify(ports, flow, {
      ...{ code: text("code"), error: text("error"), issuer: text("iss") },
      errorDescription: text("error_description"),
    }),
  );
  const roles = await refusing(options, caller, () => offeredRoles(ports, caller, identified), {
    userIdentity: identityOf(identified),
  });
  const [role, ...others] = roles;
  if (role !== undefined && others.length === 0) {
    return admit(options, request, reply, { caller, role, identified });
  }
  const { idToken } = identified;
  const { account, provider, endsAt } = flow;
  const { cookie, ticket } = sealChoice(ports, { account, provider, endsAt, idToken });
  setFlow(request, reply, cookie);
  return { roles: roles.map(roleAnswer), ticket } satisfies ChoiceAnswer;
}

async function choose(options: SignInOptions, request: FastifyRequest, reply: FastifyReply) {
  const { ticket, roleArn } = parse(request.body);
  if (typeof ticket !== "string" || typeof roleArn !== "string") {
    throw new RegistryError("Validation", "A ticket and a role are needed.");
  }
  const { ports } = options;
  requireCalm(options, options.anonymous(request));
  const choice = await refusing(options, options.anonymous(request), async () =>
    openChoice(ports, cookieOf(request, flowCookie), ticket),
  );
  const caller = callerOf(options, request, choice.account);
  const identified = await refusing(options, caller, () => identifyAgain(ports, choice));
  const role = await refusing(
    ...([options, caller, () => offeredRole(ports, caller, identified, roleArn)] as const),
    { userIdentity: identityOf(identified) },
  );
  setFlow(request, reply, "");
  return admit(options, request, reply, { caller, role, identified });
}

async function admit(
  options: SignInOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  who: { readonly caller: Caller; readonly role: Role; readonly identified: Identified },
): Promise<SignedInAnswer> {
  const { caller, role, identified } = who;
  const { ports, organization } = options;
  const opened = await refusing(options, caller, () =>
    openSignOnSession(ports, organization, role, identified),
  );
  const { provider, identity } = identified;
  tell(options, { ...caller, principal: opened.principal }, "ConsoleLogin", undefined, {
    additionalEventData: {
      ...{ identityProvider: oidcProviderArn(provider), subject: identity.subject },
    },
  });
  return admitted(options, request, reply, opened);
}

/** A refusal is a failed sign-in: it counts, and the account's trail has it. */
async function refusing<Result>(
  options: SignInOptions,
  caller: Caller,
  step: () => Promise<Result>,
  facts: AuditFacts = {},
): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    if (isRegistryError(error)) {
      options.failedLogins.record(caller.sourceIp);
      tell(options, caller, "ConsoleLogin", error, facts);
    }
    throw error;
  }
}

/** Nobody yet, at the door of an account. */
function callerOf(options: SignInOptions, request: FastifyRequest, account: AccountId): Caller {
  const caller = options.anonymous(request);
  return { ...caller, account, principal: anonymousPrincipal(account) };
}

/** @throws Throttling */
function requireCalm({ failedLogins }: SignInOptions, { sourceIp }: Caller): void {
  if (!failedLogins.allow(sourceIp)) throw tooMany();
}

function setFlow(request: FastifyRequest, reply: FastifyReply, cookie: string): void {
  const seconds = cookie === "" ? 0 : limits.signOnMs / 1000;
  const terms = cookieTerms(request, seconds);
  reply.removeHeader("set-cookie"); // Fastify adds to what is there.
  reply.header("set-cookie", `${flowCookie}=${cookie}; Path=${path}; HttpOnly; ${terms}`);
}

/** Source: CloudTrail, "userIdentity element", of a web identity. */
function identityOf({ provider, identity }: Identified) {
  const identityProvider = oidcProviderArn(provider);
  const { audience, subject } = identity;
  return {
    ...{ type: "WebIdentityUser", principalId: `${identityProvider}:${audience}:${subject}` },
    ...{ userName: subject, accountId: provider.account, identityProvider },
  };
}

function roleAnswer(role: Role) {
  return { arn: entityArn(role), name: role.name, description: role.description };
}
