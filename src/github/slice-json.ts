/**
 * Cuts the text of one member out of a JSON text, exactly as it was written: reading and writing it again would round
 * numbers above 2^53 (handbook A18). The text must be valid JSON with an object at each step; undefined when a member is missing.
 */
export function sliceJson(json: string, path: readonly string[]): string | undefined {
  let start = skipSpace(json, 0);
  for (const name of path) {
    const found = json[start] === '{' ? findMember(json, start, name) : undefined;
    if (found === undefined) return undefined;
    start = found;
  }
  return json.slice(start, endOfValue(json, start));
}

/** Where the value of a member of the object at `open` begins. */
function findMember(json: string, open: number, name: string): number | undefined {
  let at = skipSpace(json, open + 1);
  while (json[at] === '"') {
    const key = JSON.parse(json.slice(at, (at = endOfString(json, at)))) as string;
    // Over the colon.
    at = skipSpace(json, skipSpace(json, at) + 1);
    if (key === name) return at;
    at = skipSpace(json, endOfValue(json, at));
    if (json[at] === ',') at = skipSpace(json, at + 1);
  }
  return undefined;
}

function skipSpace(json: string, start: number): number {
  let at = start;
  while (at < json.length && json.charCodeAt(at) <= 0x20) at += 1;
  return at;
}

/** The index after the string that begins at `start`. By hand, because a pattern overflows on texts of megabytes. */
function endOfString(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); at !== -1; at = json.indexOf('"', at + 1)) {
    let escapes = 0;
    while (json[at - 1 - escapes] === '\\') escapes += 1;
    if (escapes % 2 === 0) return at + 1;
  }
  return json.length;
}

function endOfValue(json: string, start: number): number {
  const first = json[start];
  if (first === '"') return endOfString(json, start);
  if (first === '{' || first === '[') return endOfNested(json, start);
  const end = /[\s,\]}]/g;
  end.lastIndex = start;
  return end.exec(json)?.index ?? json.length;
}

function endOfNested(json: string, start: number): number {
  const mark = /["[\]{}]/g;
  mark.lastIndex = start;
  let depth = 0;
  for (let found = mark.exec(json); found !== null; found = mark.exec(json)) {
    if (found[0] === '"') mark.lastIndex = endOfString(json, found.index);
    else if (found[0] === '{' || found[0] === '[') depth += 1;
    else if ((depth -= 1) === 0) return mark.lastIndex;
  }
  return json.length;
}
