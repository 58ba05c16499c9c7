import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { isRegistryError, RegistryError } from "../../registry/errors.ts";
import { signInByPassword } from "../../registry/identity/console-password.ts";
import {
  antiForgeryToken,
  closeConsoleSession,
  isSameText,
  openConsoleSession,
  renewConsoleSession,
} from "../../registry/identity/console-sessions.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { type AccountId, isAccountId } from "../../registry/names.ts";
import { signOutThere } from "../../registry/sign-on/sign-out-there.ts";
import {
  admitted,
  cookieOf,
  parse,
  route,
  type SignedInAnswer,
  type SignInOptions,
  sessionCookie,
  sessionPath,
  setCookies,
  tell,
  toAnswer,
  tooMany,
} from "./session-route.ts";

const path = sessionPath;
const forgeryHeader = "x-entrepot-console-page";
const mostBodyBytes = 8 * 1024;

/**
 * `GET /console/session`: what a page needs before anybody is signed in. `POST`: signed by an access
 * key, or with a password. `POST …/renew` and `DELETE`: by the cookie. Only this is the console's own:
 * with the credentials that it gets it asks what everybody asks.
 */
export function signInRoutes(app: FastifyInstance, options: SignInOptions): void {
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    // A body that is signed for is read where signatures are checked.
    scope.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
    route(scope, options, "GET", path, (request) => welcome(options, request));
    route(scope, options, "POST", path, (request, reply) => byKey(options, request, reply));
    done();
  });
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    const asText = { parseAs: "string", bodyLimit: mostBodyBytes } as const;
    scope.addContentTypeParser("application/json", asText, (_request, text, parsed) => {
      parsed(null, text);
    });
    scope.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
    route(scope, options, "POST", `${path}/password`, (request, reply) =>
      byPassword(options, request, reply),
    );
    route(scope, options, "POST", `${path}/renew`, (request) => renew(options, request));
    route(scope, options, "DELETE", path, (request, reply) => signOut(options, request, reply));
    done();
  });
}

async function welcome({ deployment, ports }: SignInOptions, request: FastifyRequest) {
  const { account, region, regions, domain, version, httpPort, httpsPort } = deployment;
  return {
    ...{ account, region, regions, domain, version, httpPort, httpsPort },
    now: ports.clock.now(),
    // As it came here: a proxy that writes another one breaks signatures.
    host: request.headers.host ?? "",
  };
}

async function byKey(
  options: SignInOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<SignedInAnswer> {
  const asked = { service: "entrepot", operationName: "SignIn" } as const;
  const { caller } = await options.login(request, asked);
  return signIn(options, request, reply, caller);
}

async function byPassword(
  options: SignInOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<SignedInAnswer> {
  const { ports, organization, failedLogins } = options;
  const anonymous = options.anonymous(request);
  const claim = readClaim(request.body);
  const who = `${claim.account} ${claim.userName}`;
  const guesses = {
    require() {
      if (!failedLogins.allow(anonymous.sourceIp, who)) throw tooMany();
    },
    failed: () => failedLogins.record(anonymous.sourceIp, who),
  };
  guesses.require();
  try {
    const principal = await signInByPassword(ports, organization, claim, guesses);
    failedLogins.succeeded(anonymous.sourceIp, who);
    return await signIn(options, request, reply, { ...anonymous, principal });
  } catch (error) {
    if (isRegistryError(error) && error.kind === "AccessDenied") {
      tell(options, anonymous, "ConsoleLogin", error);
    }
    throw error;
  }
}

async function signIn(
  options: SignInOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Caller,
): Promise<SignedInAnswer> {
  const signedIn = await openConsoleSession(options.ports, caller.principal);
  tell(options, caller, "ConsoleLogin");
  return admitted(options, request, reply, { signedIn, principal: caller.principal });
}

async function renew(options: SignInOptions, request: FastifyRequest): Promise<SignedInAnswer> {
  const cookie = requireCookie(request);
  const { ports, organization } = options;
  const { issued, principal } = await renewConsoleSession(ports, organization, cookie);
  return toAnswer(issued, principal);
}

async function signOut(
  options: SignInOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<object> {
  const cookie = requireCookie(request);
  const { ports, organization } = options;
  const { principal } = await renewConsoleSession(ports, organization, cookie);
  await closeConsoleSession(ports, cookie);
  tell(options, { ...options.anonymous(request), principal }, "ConsoleLogout");
  setCookies(request, reply, "", 0);
  const [providerArn] = [principal.conditions.get("aws:federatedprovider") ?? []].flat();
  const provider = providerArn && (await signOutThere(ports, providerArn));
  return provider ? { provider } : {};
}

/** @throws UnrecognizedClient without cookie; AccessDenied when another origin may have sent it */
function requireCookie(request: FastifyRequest): string {
  const cookie = cookieOf(request, sessionCookie);
  if (cookie === "") throw new RegistryError("UnrecognizedClient", "Nobody is signed in.");
  const page = request.headers[forgeryHeader];
  if (typeof page === "string" && isSameText(page, antiForgeryToken(cookie))) return cookie;
  throw new RegistryError("AccessDenied", "The request does not come from a page of the console.");
}

/** @throws Validation */
function readClaim(body: unknown) {
  const { account, userName, password, newPassword } = parse(body);
  const isText = (value: unknown) => typeof value === "string" && value !== "";
  if (typeof account !== "string" || !isAccountId(account)) {
    throw new RegistryError("Validation", "An account is named by its twelve digits.");
  }
  if (!isText(userName) || !isText(password)) {
    throw new RegistryError("Validation", "User name and password are needed.");
  }
  return {
    account: account as AccountId,
    userName: userName as string,
    password: password as string,
    newPassword: isText(newPassword) ? (newPassword as string) : undefined,
  };
}
