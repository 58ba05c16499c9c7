/**
 * An OpenID provider on this machine: people sign in there and come back with a code, which clients
 * exchange for a token. What RFC 6749, RFC 7636 and OpenID Connect Core 1.0 have a provider refuse is
 * refused.
 */
import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { type Claims, OidcIssuer, sendJson } from "./oidc-issuer.ts";

export interface ProviderClient {
  readonly id: string;
  /** Absent: a public client. */
  readonly secret?: string;
  readonly redirectUris: readonly string[];
}

/** Claims by the name with which somebody signs in. */
export type People = Readonly<Record<string, Claims>>;

interface Grant {
  readonly client: ProviderClient;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly claims: Claims;
}

const sessionCookie = "provider-session";

export class OidcProvider {
  readonly issuer: OidcIssuer;
  readonly clients = new Map<string, ProviderClient>();
  people: People;
  /** Claims that tokens have instead. */
  tokenClaims: Claims = {};
  /** What the token endpoint was told, the last first. */
  readonly exchanges: { readonly authorization: string | undefined; form: URLSearchParams }[] = [];
  readonly #grants = new Map<string, Grant>();

  private constructor(issuer: OidcIssuer, people: People) {
    this.issuer = issuer;
    this.people = people;
    const { url } = issuer;
    issuer.configuration = {
      ...{ authorization_endpoint: `${url}/authorize`, token_endpoint: `${url}/token` },
      ...{ code_challenge_methods_supported: ["S256"], end_session_endpoint: `${url}/logout?ui=1` },
    };
    issuer.intercept = (path, response, request) => this.#handle(path, response, request);
  }

  static async start(people: People): Promise<OidcProvider> {
    return new OidcProvider(await OidcIssuer.start({ algorithm: "ES256", path: "/realm" }), people);
  }

  /**
   * Where somebody is sent back to who was sent to this URL and signs in.
   * @throws Error for a request that a provider tells people about, and nobody else
   */
  signIn(authorizationUrl: string, name: string): string {
    const asked = new URL(authorizationUrl).searchParams;
    const client = this.clients.get(asked.get("client_id") ?? "");
    const redirectUri = asked.get("redirect_uri") ?? "";
    if (client === undefined) throw new Error("unknown client");
    if (!client.redirectUris.includes(redirectUri)) throw new Error(`redirect_uri ${redirectUri}`);
    const back = new URL(redirectUri);
    back.searchParams.set("state", asked.get("state") ?? "");
    const claims = this.people[name];
    const challenge = asked.get("code_challenge") ?? "";
    const isAsked =
      asked.get("response_type") === "code" &&
      asked.get("code_challenge_method") === "S256" &&
      /^[\w-]{43}$/.test(challenge) &&
      (asked.get("scope") ?? "").split(" ").includes("openid");
    if (!isAsked) back.searchParams.set("error", "invalid_request");
    else if (claims === undefined) back.searchParams.set("error", "access_denied");
    else {
      const code = randomBytes(16).toString("base64url");
      const nonce = asked.get("nonce") ?? "";
      const granted = { ...claims, nonce };
      this.#grants.set(code, { client, redirectUri, challenge, claims: granted });
      back.searchParams.set("code", code);
    }
    return back.href;
  }

  stop(): Promise<void> {
    return this.issuer.stop();
  }

  #handle(path: string, response: ServerResponse, request: IncomingMessage): boolean {
    const [place] = path.split("?");
    if (place === "/authorize") void this.#authorize(path, response, request);
    else if (place === "/token") void this.#token(response, request);
    else if (place === "/logout") this.#logout(path, response);
    else return false;
    return true;
  }

  /** A page that asks who one is, but those whom it knows already and need not ask again. */
  async #authorize(path: string, response: ServerResponse, request: IncomingMessage) {
    const url = `${this.issuer.url}${path}`;
    const known = /provider-session=([^;]+)/.exec(request.headers.cookie ?? "")?.[1];
    const isAskedAnew = new URL(url).searchParams.get("prompt") === "login";
    const form = new URLSearchParams(await text(request));
    const name = form.get("name") ?? (isAskedAnew ? undefined : known);
    if (name === undefined) {
      response.writeHead(200, { "content-type": "text/html" });
      response.end(`<!doctype html><html lang="en"><title>Provider</title><h1>Who are you?</h1>
        <form method="post"><label>Name <input name="name"></label><button>Go on</button></form>`);
      return;
    }
    const headers = { "set-cookie": `${sessionCookie}=${name}; HttpOnly; Secure` };
    response.writeHead(302, { ...headers, location: this.signIn(url, name) }).end();
  }

  /** OpenID Connect RP-Initiated Logout 1.0: nobody is known any more. */
  #logout(path: string, response: ServerResponse): void {
    const asked = new URL(`${this.issuer.url}${path}`).searchParams;
    const isKnown = this.clients.has(asked.get("client_id") ?? "");
    const headers = {
      "content-type": "text/html",
      ...(isKnown && { "set-cookie": `${sessionCookie}=; Max-Age=0; HttpOnly; Secure` }),
    };
    response.writeHead(isKnown ? 200 : 400, headers);
    const sentence = isKnown ? "You are signed out" : "Unknown client";
    response.end(`<!doctype html><html lang="en"><title>Provider</title><h1>${sentence}</h1>`);
  }

  async #token(response: ServerResponse, request: IncomingMessage) {
    const form = new URLSearchParams(await text(request));
    const { authorization } = request.headers;
    this.exchanges.unshift({ authorization, form });
    const client = this.#clientOf(authorization, form);
    if (client === undefined) return sendJson(response, { error: "invalid_client" }, 401);
    const code = form.get("code") ?? "";
    const grant = this.#grants.get(code);
    this.#grants.delete(code);
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    const isGood =
      form.get("grant_type") === "authorization_code" &&
      grant?.client === client &&
      grant.redirectUri === form.get("redirect_uri") &&
      grant.challenge === challenge;
    if (!isGood) return sendJson(response, { error: "invalid_grant" }, 400);
    const claims = { aud: client.id, ...grant.claims, ...this.tokenClaims };
    const token = { access_token: "access", token_type: "Bearer" };
    return sendJson(response, { ...token, id_token: this.issuer.token(claims) });
  }

  #clientOf(authorization: string | undefined, form: URLSearchParams): ProviderClient | undefined {
    const encoded = /^Basic (.+)$/.exec(authorization ?? "")?.[1];
    const [id = "", secret = ""] =
      encoded === undefined
        ? [form.get("client_id") ?? "", form.get("client_secret") ?? ""]
        : Buffer.from(encoded, "base64")
            .toString()
            .split(":")
            .map((part) => new URLSearchParams(`part=${part}`).get("part") ?? "");
    const client = this.clients.get(id);
    return (client?.secret ?? "") === secret ? client : undefined;
  }
}
