import type * as ecr from "@aws-sdk/client-ecr";
import type * as secrets from "@aws-sdk/client-secrets-manager";

/** What has misses served from another registry. */
export interface CallsOfMisses {
  "ecr:CreatePullThroughCacheRule": [
    ecr.CreatePullThroughCacheRuleRequest,
    ecr.CreatePullThroughCacheRuleResponse,
  ];
  "ecr:DeletePullThroughCacheRule": [
    ecr.DeletePullThroughCacheRuleRequest,
    ecr.DeletePullThroughCacheRuleResponse,
  ];
  "ecr:DescribePullThroughCacheRules": [
    ecr.DescribePullThroughCacheRulesRequest,
    ecr.DescribePullThroughCacheRulesResponse,
  ];
  "ecr:UpdatePullThroughCacheRule": [
    ecr.UpdatePullThroughCacheRuleRequest,
    ecr.UpdatePullThroughCacheRuleResponse,
  ];
  "ecr:ValidatePullThroughCacheRule": [
    ecr.ValidatePullThroughCacheRuleRequest,
    ecr.ValidatePullThroughCacheRuleResponse,
  ];
  "secretsmanager:CreateSecret": [secrets.CreateSecretRequest, secrets.CreateSecretResponse];
  "secretsmanager:PutSecretValue": [secrets.PutSecretValueRequest, secrets.PutSecretValueResponse];
}
