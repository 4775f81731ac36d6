/** What somebody may mean by what they typed. */
export interface SearchText {
  /** As it was typed, without space around it. */
  text: string;
  /** In small letters. */
  word: string;
  /** An id of ours, and of what, when that was said. */
  id: { value: string; of: 'run' | 'change' | 'delivery' | 'ticket' | undefined } | undefined;
  /** The beginning of a GUID, or a whole one, in small letters. */
  guid: string | undefined;
  /** The beginning of a commit's name, or a whole one, in small letters. */
  sha: string | undefined;
  /** `owner/name:branch`. */
  place: { repository: string; ref: string } | undefined;
}

const guidShape = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Git's own shortest name of a commit. */
const shortestSha = 7;

function readGuid(word: string): string | undefined {
  if (word.length < 8 || word.length > guidShape.length) return undefined;
  return word.split('').every((sign, at) => (guidShape[at] === '-' ? sign === '-' : /[0-9a-f]/.test(sign))) ? word : undefined;
}

/** Reads what was typed. Pure: each meaning that it can have is looked up by an index, and nothing else is. */
export function readSearchText(given: string): SearchText {
  const text = given.trim().slice(0, 200);
  const word = text.toLowerCase();
  const said = /^(?:(run|change|delivery|ticket)s?[\s:#/]+|#)?(\d{1,18})$/.exec(word);
  const isSha = /^[0-9a-f]+$/.test(word) && word.length >= shortestSha && word.length <= 64 && !/^0+$/.test(word);
  const place = /^([^/\s:@]{1,100}\/[^/\s:@]{1,100})[\s:@]+(\S.*)$/.exec(text);
  return {
    text,
    word,
    id: said === null ? undefined : { value: said[2]!, of: said[1] as 'run' | undefined },
    guid: readGuid(word),
    sha: isSha ? word : undefined,
    place: place === null ? undefined : { repository: place[1]!, ref: place[2]! },
  };
}

/** The first and the last text of a fixed shape that begin like this: what lies between them is found by an index, whatever its collation. */
export function rangeOf(prefix: string, shape: 'guid' | 'sha'): { from: string; to: string } {
  const last = shape === 'guid' ? guidShape : 'f'.repeat(64);
  return { from: prefix, to: prefix + last.slice(prefix.length) };
}
