/** A secret's value for one run, with the destinations an admin has allowed; null for any that the door lets through. */
export interface RevealedSecret {
  value: string;
  destinations: string[] | null;
}

/** Who asks for secrets: a run with its watch and the version that declares it, or whoever knows only the repository. */
interface SecretUser {
  installationId: string;
  repositoryId: string;
  watchKey?: string;
  configId?: string;
}

/** Reveals secrets to runs, and to nobody else. */
export interface SecretReader {
  /** The secrets of these names that a repository may use, by name; the nearest scope wins. Names without a secret are left out. */
  reveal(owner: SecretUser, names: readonly string[]): Promise<Map<string, RevealedSecret>>;
  /** Where the same secrets may be sent, without decrypting anything. */
  describe(owner: SecretUser, names: readonly string[]): Promise<Map<string, Pick<RevealedSecret, 'destinations'>>>;
  /** Which of these names have a secret that belongs to a former owner of the repository. */
  listFrozen(owner: { installationId: string; repositoryId: string }, names: readonly string[]): Promise<Set<string>>;
}
