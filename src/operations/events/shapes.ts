/** The members that inputs of EventBridge are made of, with its bounds. Source: EventBridge API reference. */
import { z } from "zod";
import { eventRuleLimits } from "../../registry/events/event-rule-limits.ts";
import { limits } from "../../registry/limits.ts";

const named = (maximum: number) =>
  z
    .string()
    .min(1)
    .max(maximum)
    .regex(/^[.\-_A-Za-z0-9]+$/);

export const ruleName = named(64);
export const endpointName = named(64);
export const targetId = named(64);
/** A name or an ARN. */
export const busName = z.string().min(1).max(1600).optional();
export const namePrefix = z.string().min(1).max(64).optional();
export const description = z.string().max(512).optional();
export const nextToken = z.string().min(1).max(2048).optional();
export const pageLimit = z.int().min(1).max(100).default(limits.pageDefault);
export const arn = z.string().min(1).max(1600);

export const statementId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-zA-Z0-9_-]+$/);

export const tags = z
  .array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) }))
  .max(eventRuleLimits.tagsOfRule);
export const tagKeys = z.array(z.string().min(1).max(128)).max(eventRuleLimits.tagsOfRule);

export const archiveName = named(48);
export const replayName = named(64);
export const archivePattern = z.string().min(1).max(4096).optional();
/** 0: for ever. */
export const retentionDays = z.int().min(0).max(36_500).optional();
export const archiveKey = z.string().max(2048).optional();
/** Seconds since the epoch, maybe with a fraction. */
export const eventTime = z.number().min(0).max(253_402_300_799);

/** What other services have: told from what is absent, and refused. */
const unsupported = z.looseObject({}).optional();

const texts = z.record(z.string().max(512), z.string().max(512)).optional();

/** What only targets of AWS's own services have is refused by `unsupportedMembers`. */
export const target = z.object({
  Id: targetId,
  Arn: arn,
  RoleArn: arn.optional(),
  Input: z.string().max(8192).optional(),
  InputPath: z.string().max(256).optional(),
  InputTransformer: z
    .object({
      InputPathsMap: z.record(z.string().min(1).max(256), z.string().max(256)).optional(),
      InputTemplate: z.string().min(1).max(eventRuleLimits.templateCharacters),
    })
    .optional(),
  HttpParameters: z
    .object({
      PathParameterValues: z.array(z.string().max(512)).max(100).optional(),
      HeaderParameters: texts,
      QueryStringParameters: texts,
    })
    .optional(),
  RetryPolicy: z
    .object({
      MaximumRetryAttempts: z.int().min(0).max(eventRuleLimits.retryAttempts).optional(),
      MaximumEventAgeInSeconds: z
        .int()
        .min(eventRuleLimits.eventAgeLeastSeconds)
        .max(eventRuleLimits.eventAgeSeconds)
        .optional(),
    })
    .optional(),
  KinesisParameters: unsupported,
  RunCommandParameters: unsupported,
  EcsParameters: unsupported,
  BatchParameters: unsupported,
  SqsParameters: unsupported,
  RedshiftDataParameters: unsupported,
  SageMakerPipelineParameters: unsupported,
  DeadLetterConfig: unsupported,
  AppSyncParameters: unsupported,
});

const parameter = z.object({
  Key: z.string().max(512).optional(),
  Value: z.string().max(512).optional(),
  IsValueSecret: z.boolean().optional(),
});
export const httpParameters = z
  .object({
    HeaderParameters: z.array(parameter).max(100).optional(),
    QueryStringParameters: z.array(parameter).max(100).optional(),
    BodyParameters: z.array(parameter).max(100).optional(),
  })
  .optional();

const secret = z.string().min(1).max(512);
const authorizationType = z.enum(["BASIC", "OAUTH_CLIENT_CREDENTIALS", "API_KEY"]);
export const oauthMethod = z.enum(["GET", "POST", "PUT"]);

/** Of a new connection, and of a change to one, which need not say all of it. */
export const authParameters = z.object({
  BasicAuthParameters: z
    .object({ Username: secret.optional(), Password: secret.optional() })
    .optional(),
  ApiKeyAuthParameters: z
    .object({ ApiKeyName: secret.optional(), ApiKeyValue: secret.optional() })
    .optional(),
  OAuthParameters: z
    .object({
      ClientParameters: z
        .object({ ClientID: secret.optional(), ClientSecret: secret.optional() })
        .optional(),
      AuthorizationEndpoint: z.string().min(1).max(2048).optional(),
      HttpMethod: oauthMethod.optional(),
      OAuthHttpParameters: httpParameters,
    })
    .optional(),
  InvocationHttpParameters: httpParameters,
  ConnectivityParameters: unsupported,
});
export const connectionShape = {
  Name: endpointName,
  Description: description,
  AuthorizationType: authorizationType,
  AuthParameters: authParameters,
  InvocationConnectivityParameters: unsupported,
  KmsKeyIdentifier: z.string().max(2048).optional(),
};

export const connectionArn = arn;
export const invocationEndpoint = z.string().min(1).max(2048);
/** AWS adjusts its 300 on request; here everybody may. */
export const ratePerSecond = z.int().min(1).max(eventRuleLimits.ratePerSecond);
