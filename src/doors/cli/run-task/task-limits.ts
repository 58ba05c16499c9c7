/** Source: ECS, "Amazon ECS service quotas" and ContainerDefinition, unless it is ours. */
export const taskLimits = {
  /** Characters of the file; ours. */
  definitionCharacters: 1024 * 1024,
  containers: 10,
  /** How long a container may take to be what another one waits for. */
  startSeconds: 180,
  stopSeconds: 120,
  /** Between two looks at a container's health; ours. */
  healthLookMs: 500,
  sessionSeconds: 3_600,
  /** Names of one GetParameters. */
  parametersAtOnce: 10,
} as const;
