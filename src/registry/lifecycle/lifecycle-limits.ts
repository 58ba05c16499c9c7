const hour = 3600 * 1000;

/** Bounds of lifecycle policies, their evaluation and their runs. */
export const lifecycleLimits = {
  /** A lifecycle policy's text, and an extension's. */
  policyMinimumCharacters: 100,
  policyCharacters: 30_720,
  /** Rules of a policy, and of an extension. */
  rules: 50,
  /** Wildcards of one pattern. */
  patternStars: 4,
  /** What an archived image is kept for at least before a rule may expire it. */
  archiveMinimumDays: 90,
  /** A regular expression or a range of versions for tags. */
  tagPatternCharacters: 256,
  /** Steps of a regular expression for a character: instructions of its program. */
  tagPatternSteps: 250,
  /** The same of all of an extension. */
  patternSteps: 500,
  /** What a regular expression may remember to be quick. */
  tagPatternStateBytes: 32 * 1024,

  /** Images that a lifecycle evaluation reads at once, and that one transaction acts on. */
  page: 200,
  batch: 50,
  /** Evaluations of a repository in one round, where others change it meanwhile. */
  attempts: 5,
  /** Between two looks at a repository where a use alone keeps an image. */
  useRetryMs: 6 * hour,
  /** Repositories that the worker asks for at once. */
  repositories: 100,
  /** Images that a run names which stayed although a rule had marked them. */
  failuresNamed: 100,
  tagsNamed: 100,
  /** Images of one PolicyExecutionEvent. */
  eventImages: 10,
  runLifeMs: 90 * 24 * hour,
  /** After which a preview that is not made yet never will be. */
  previewStaleMs: 1 * hour,
  /** After which a preview says nothing any more. */
  previewLifeMs: 24 * hour,

  /** Of GetLifecyclePolicyPreview. */
  previewPage: 100,
  previewRows: 1_000,
} as const;
