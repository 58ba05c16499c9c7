import type { Parameter as ParameterEntry, ParameterHistory } from "@aws-sdk/client-ssm";
import {
  labelsOf,
  type Parameter,
  type ParameterSettings,
  type ParameterVersion,
  parameterArn,
} from "../../registry/parameters/parameter.ts";
import { epochSeconds, type Wire } from "../ecr/wire.ts";

/** @param selector as it stood behind the name */
export function parameterEntry(
  parameter: Parameter,
  { version, settings }: ParameterVersion,
  value: string,
  selector?: string,
): Wire<ParameterEntry> {
  return {
    ...{ Name: parameter.name, Type: settings.type, Value: value, Version: version },
    Selector: selector === undefined ? undefined : `:${selector}`,
    LastModifiedDate: epochSeconds(settings.modifiedAt),
    ...{ ARN: parameterArn(parameter), DataType: settings.dataType },
  };
}

/** What DescribeParameters and GetParameterHistory say of a version. */
export function versionFacts(name: string, version: number, settings: ParameterSettings) {
  const { type, keyArn, modifiedAt, modifiedBy, description, allowedPattern, tier } = settings;
  return {
    ...{ Name: name, Type: type },
    KeyId: type === "SecureString" ? (keyArn ?? "alias/aws/ssm") : undefined,
    ...{ LastModifiedDate: epochSeconds(modifiedAt), LastModifiedUser: modifiedBy },
    ...{ Description: description, AllowedPattern: allowedPattern },
    ...{ Version: version, Tier: tier, Policies: [], DataType: settings.dataType },
  };
}

export function historyEntry(
  parameter: Parameter,
  { version, settings }: ParameterVersion,
  value: string,
): Wire<ParameterHistory> {
  const labels = labelsOf(parameter, version);
  return { ...versionFacts(parameter.name, version, settings), Value: value, Labels: labels };
}
