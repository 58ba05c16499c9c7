/** Members of OIDC providers. Source: IAM API reference. */
import { z } from "zod";
import { arn, list } from "./shapes.ts";

/** What it says is judged by the registry (`checkProviderUrl`). */
export const providerUrl = z.string().min(1).max(255);
export const providerArn = arn;
export const clientId = z.string().min(1).max(255);
export const clientIds = list(clientId);
/** What they are is judged by the registry (`checkThumbprints`). */
export const thumbprints = list(z.string().min(1).max(64));
