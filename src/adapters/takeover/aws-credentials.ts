import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { TakeoverFailure } from "../../registry/takeover/takeover-failure.ts";

export interface AwsKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
}

/**
 * As every AWS SDK looks for them: the environment, profiles, SSO, web identities, the machine's role.
 * @throws TakeoverFailure where there are none
 */
export function awsCredentials(profile: string | undefined): () => Promise<AwsKey> {
  const provider = defaultProvider(profile === undefined ? {} : { profile });
  return async () => {
    try {
      const { accessKeyId, secretAccessKey, sessionToken } = await provider();
      return { accessKeyId, secretAccessKey, sessionToken };
    } catch (error) {
      const sentence = `There are no credentials for the other ECR: ${(error as Error).message}`;
      throw new TakeoverFailure("refused", sentence);
    }
  };
}
