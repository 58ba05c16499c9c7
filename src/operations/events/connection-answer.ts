import type {
  ConnectionAuthResponseParameters,
  Connection as ConnectionEntry,
  ConnectionHttpParameters,
} from "@aws-sdk/client-eventbridge";
import {
  type ApiDestination,
  apiDestinationArn,
  type Connection,
  connectionArn,
  type HttpParameter,
  type HttpParameters,
} from "../../registry/events/endpoint.ts";
import { epochSeconds, type Wire } from "../ecr/wire.ts";

export function connectionTimes({ createdAt, modifiedAt, authorizedAt }: Connection) {
  return {
    CreationTime: epochSeconds(createdAt),
    LastModifiedTime: epochSeconds(modifiedAt),
    LastAuthorizedTime: epochSeconds(authorizedAt),
  };
}

export function connectionEntry(connection: Connection): Wire<ConnectionEntry> {
  return {
    ConnectionArn: connectionArn(connection),
    Name: connection.name,
    ConnectionState: "AUTHORIZED",
    AuthorizationType: connection.authorization.type,
    ...connectionTimes(connection),
  };
}

/** All of it but what is secret. */
export function authAnswer({
  authorization,
  http,
}: Connection): Wire<ConnectionAuthResponseParameters> {
  const invocation = httpAnswer(http);
  const more = invocation === undefined ? {} : { InvocationHttpParameters: invocation };
  switch (authorization.type) {
    case "BASIC":
      return { BasicAuthParameters: { Username: authorization.username }, ...more };
    case "API_KEY":
      return { ApiKeyAuthParameters: { ApiKeyName: authorization.keyName }, ...more };
    case "OAUTH_CLIENT_CREDENTIALS":
      return {
        OAuthParameters: {
          ClientParameters: { ClientID: authorization.clientId },
          AuthorizationEndpoint: authorization.endpoint,
          HttpMethod: authorization.method,
          OAuthHttpParameters: httpAnswer(authorization.http),
        },
        ...more,
      };
  }
}

function httpAnswer({
  header,
  query,
  body,
}: HttpParameters): Wire<ConnectionHttpParameters> | undefined {
  if (header.length + query.length + body.length === 0) return undefined;
  return {
    HeaderParameters: header.map(parameterAnswer),
    QueryStringParameters: query.map(parameterAnswer),
    BodyParameters: body.map(parameterAnswer),
  };
}

function parameterAnswer({ key, value }: HttpParameter) {
  return value === undefined
    ? { Key: key, IsValueSecret: true }
    : { Key: key, Value: value, IsValueSecret: false };
}

export function destinationAnswer(destination: ApiDestination) {
  return {
    ApiDestinationArn: apiDestinationArn(destination),
    Name: destination.name,
    ApiDestinationState: "ACTIVE" as const,
    ConnectionArn: destination.connectionArn,
    InvocationEndpoint: destination.endpoint,
    HttpMethod: destination.method,
    InvocationRateLimitPerSecond: destination.ratePerSecond,
    CreationTime: epochSeconds(destination.createdAt),
    LastModifiedTime: epochSeconds(destination.modifiedAt),
  };
}
