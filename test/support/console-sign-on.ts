/** A server whose people sign in by an OpenID provider. */
import { CreateOpenIDConnectProviderCommand, IAMClient } from "@aws-sdk/client-iam";
import { callServer } from "../../src/doors/cli/call-server.ts";
import { OidcProvider, type People } from "./oidc-provider.ts";
import { type RunningServer, startServer } from "./server.ts";

export const region = "us-east-1";
export const account = "000000000000";
export const clientId = "console";
/** With what a header and a form have to have encoded. */
export const clientSecret = "a secret: of +100 %";

export interface SignOnServer {
  readonly server: RunningServer;
  readonly provider: OidcProvider;
  readonly providerArn: string;
  /** As root. */
  call<Answer = object>(operation: `entrepot:${string}`, input: object): Promise<Answer>;
  stop(): Promise<void>;
}

/** With a provider that both know and people may be sent to, and nobody who has a role. */
export async function startSignOn(people: People): Promise<SignOnServer> {
  const provider = await OidcProvider.start(people);
  const server = await startServer({
    // Whoever fails too often waits: tests are people at addresses of their own.
    settings: { ENTREPOT_EGRESS_ALLOW: "127.0.0.0/8", ENTREPOT_TRUSTED_PROXY: "127.0.0.1" },
  });
  const { accessKeyId, secretAccessKey, origin } = server;
  const iam = new IAMClient({
    ...{ region, endpoint: origin, maxAttempts: 1 },
    credentials: { accessKeyId, secretAccessKey },
  });
  const { OpenIDConnectProviderArn: providerArn = "" } = await iam.send(
    new CreateOpenIDConnectProviderCommand({
      ...{ Url: provider.issuer.url, ClientIDList: [clientId, "sts.amazonaws.com"] },
      ThumbprintList: [provider.issuer.thumbprint],
    }),
  );
  const redirectUris = [`${origin}/console/sign-in/return`];
  provider.clients.set(clientId, { id: clientId, secret: clientSecret, redirectUris });
  const address = { origin, region, authority: "", now: () => Date.now() };
  return {
    ...{ server, provider, providerArn },
    call: (operation, input) =>
      callServer(...([address, { accessKeyId, secretAccessKey }, operation, input] as const)),
    async stop() {
      await server.stop();
      await provider.stop();
    },
  };
}
