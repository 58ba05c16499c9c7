import { z } from "zod";
import { putSignOn } from "../../registry/sign-on/sign-on-settings.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import {
  type ConsoleSignOnAnswer,
  claimName,
  consoleSignOnAnswer,
  namedProvider,
  signOnProviderArn,
  signOnResource,
  signOnScope,
} from "./console-sign-on-answer.ts";

/**
 * Lets people sign in to the console by an OIDC provider of the account, as one of its clients: with the
 * authorization code flow, PKCE and, where the client has one, its secret, which is kept sealed and never
 * told. They have the roles whose trust policies let them in.
 */
export const putConsoleSignOn = operation("entrepot:PutConsoleSignOn", {
  input: request({
    providerArn: signOnProviderArn,
    /** What the button says. */
    label: z
      .string()
      .min(1)
      .max(64)
      .regex(/^[^\p{C}]+$/u),
    clientId: z.string().min(1).max(255),
    /** Absent, the secret that is there stays; empty, there is none: a public client. */
    clientSecret: z.string().max(4096).optional(),
    scopes: z.array(signOnScope).max(20).default(["email", "profile"]),
    groupsClaim: claimName.default("groups"),
    roleClaim: claimName.optional(),
    nameClaim: claimName.optional(),
  }),
  resource: signOnResource,
  access: "Permissions management",
  errors: ["InvalidParameter", "NoSuchEntity"],
  async handle(
    { providerArn, ...input },
    { ports, caller },
  ): Promise<{
    signOn: ConsoleSignOnAnswer;
  }> {
    const { account, url } = namedProvider(providerArn);
    const wanted = {
      ...{ label: input.label, clientId: input.clientId, clientSecret: input.clientSecret },
      ...{ scopes: [...new Set(input.scopes)].filter((scope) => scope !== "openid") },
      ...{ groupsClaim: input.groupsClaim, roleClaim: input.roleClaim, nameClaim: input.nameClaim },
    };
    const registry = { account, region: caller.region };
    return { signOn: consoleSignOnAnswer(await putSignOn(ports, registry, url, wanted)) };
  },
});
