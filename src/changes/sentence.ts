import type { Change } from './change.ts';
import { findNoun } from './nouns.ts';
import { shown } from './strangers-text.ts';

/** The longest sentence, in characters: room for a long branch name. */
const maxLength = 500;

/** One sentence for people that says what a change is. Texts of strangers in it are one line and cut. */
export function describeChange(change: Change): string {
  const who = change.actor?.login ?? 'Somebody';
  const repository = change.repository.full_name;
  const noun = findNoun(change.type);
  // A row that another version wrote must not break the list that it stands in.
  if (!noun) return shown(`${who}: ${change.type as string} in ${repository}`, maxLength);
  return shown(noun.describe({ type: change.type, who: shown(who), repository, data: change.data }), maxLength);
}
