/** Bounds of the private gallery. */
export const privateGalleryLimits = {
  /** Of an entry: owner, purpose and contact each. */
  textCharacters: 1_024,
  linkCharacters: 2_048,
  /** Of names of fields, categories and versions. */
  nameCharacters: 64,
  /** That an operator may define for a registry, of each kind. */
  fields: 30,
  choices: 50,
  categories: 100,
  fieldTextCharacters: 1_024,
  categoriesPerEntry: 10,
  accountsPerEntry: 50,
  tagsPerEntry: 10,
  tagCharacters: 256,
  versionsPerEntry: 100,
  templatesPerEntry: 10,
  templateCharacters: 16_384,
  noteCharacters: 1_024,
  /** Requests, the newest of those approved and of those that wait, that states of versions go by. */
  requestsSearched: 100,
  /** Entries that one page of a listing looks at, whatever of them is shown. */
  entriesSearched: 500,
  subscriptionsPerEntry: 100,
  /** Entries of one page of an export, of each of which versions are told. */
  exportedAtOnce: 50,
} as const;
