/** Bounds of repository creation templates, each with its unit. Source: ECR API model. */
export const templateLimits = {
  /** Of a registry. ECR does not say how many it takes. */
  templates: 500,
  prefixCharacters: 256,
  descriptionCharacters: 256,
  roleArnCharacters: 2048,
  /** Prefixes of one DescribeRepositoryCreationTemplates. */
  prefixesPerRequest: 100,
  /** How often a creation begins anew because its template was changed meanwhile. */
  attempts: 5,
};
