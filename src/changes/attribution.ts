/** What is posted for a person says so in its first line. People may delete the line; it never becomes part of what RepoWatch knows of the text. */
const headerPattern = /^Posted by @[\w[\]-]{1,60} via RepoWatch <!-- repowatch:by -->(?:\r?\n){0,2}/;

/** The comment that nobody sees at the end of what a step wrote (actions/github-mark.ts). */
const markPattern = /(?:\r?\n){0,2}<!-- repowatch(?: [\w-]+)+ -->\s*$/;

/** A text with the line that says for whom it was posted. */
export function withAttribution(text: string, login: string): string {
  return `Posted by @${login} via RepoWatch <!-- repowatch:by -->\n\n${text.replace(headerPattern, '')}`;
}

/** A text as the person wrote it: without the line that says for whom it was posted, and without our mark. */
export function stripAttribution(text: string): string {
  return text.replace(headerPattern, '').replace(markPattern, '');
}
