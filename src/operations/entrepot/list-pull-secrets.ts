import { pullSecretOwner } from "../../registry/identity/pull-secrets.ts";
import type { Session } from "../../registry/identity/stored-credential.ts";
import { limits } from "../../registry/limits.ts";
import { maxResults, nextToken, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { type PullSecretAnswer, pullSecretAnswer, pullSecretArn } from "./pull-secret-answer.ts";

/** The pull secrets of the caller's account, by id, in every region; never their passwords. */
export const listPullSecrets = operation("entrepot:ListPullSecrets", {
  input: request({ maxResults, nextToken }),
  resource: (_input, { principal: { account }, region }) => ({
    arn: pullSecretArn({ account, region }, "*"),
    account,
  }),
  access: "List",
  errors: ["InvalidParameter"],
  async handle(
    input,
    { ports, caller },
  ): Promise<{ pullSecrets: PullSecretAnswer[]; nextToken?: string }> {
    const { account } = caller.principal;
    const listing = { operation: "ListPullSecrets", registry: { account, region: caller.region } };
    const { sessions } = ports.metadata.identity;
    const { items, more, last } = await readPage<Session, string>({
      after: openPosition(ports, listing, input.nextToken),
      size: input.maxResults ?? limits.pageDefault,
      fetch: (page) => sessions.pullSecrets(account, page),
      key: ({ accessKeyId }) => accessKeyId,
    });
    const pullSecrets: PullSecretAnswer[] = [];
    for (const secret of items) {
      pullSecrets.push(pullSecretAnswer(secret, await pullSecretOwner(ports, secret)));
    }
    if (!more || last === undefined) return { pullSecrets };
    return { pullSecrets, nextToken: sealPosition(ports, listing, last) };
  },
});
