import { deleteSignOn } from "../../registry/sign-on/sign-on-settings.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { namedProvider, signOnProviderArn, signOnResource } from "./console-sign-on-answer.ts";

/** Lets nobody sign in by an OIDC provider any more. Who is signed in stays so until the session ends. */
export const deleteConsoleSignOn = operation("entrepot:DeleteConsoleSignOn", {
  input: request({ providerArn: signOnProviderArn }),
  resource: signOnResource,
  access: "Permissions management",
  errors: ["InvalidParameter", "NoSuchEntity", "ResourceNotFound"],
  async handle({ providerArn }, { ports }): Promise<object> {
    const { account, url } = namedProvider(providerArn);
    await deleteSignOn(ports, account, url);
    return {};
  },
});
