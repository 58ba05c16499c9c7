import { listSignOns } from "../../registry/sign-on/sign-on-settings.ts";
import { request } from "../ecr/shapes.ts";
import { allProviders } from "../iam/provider-resource.ts";
import { operation } from "../operation.ts";
import { type ConsoleSignOnAnswer, consoleSignOnAnswer } from "./console-sign-on-answer.ts";

/** By which OIDC providers of the account people sign in to the console. */
export const listConsoleSignOns = operation("entrepot:ListConsoleSignOns", {
  input: request({}),
  resource: allProviders,
  access: "List",
  errors: [],
  async handle(_input, { ports, caller }): Promise<{ signOns: ConsoleSignOnAnswer[] }> {
    const found = await listSignOns(ports, caller.principal.account);
    return { signOns: found.map(consoleSignOnAnswer) };
  },
});
