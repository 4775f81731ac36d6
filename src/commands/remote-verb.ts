import type { Outcome } from '../core/outcome.ts';
import type { CommandContext, ExitCode } from './command-context.ts';

/** What stood behind a verb: the arguments by their names, and the options by theirs in camel case. */
export interface Words {
  args: Record<string, string>;
  options: OptionValues;
}

/** Options by their names in camel case: a text, a switch, or what was given several times. */
export type OptionValues = Record<string, string | boolean | string[] | undefined>;

/** Options by their flags, each with what it is for. The API calls them the same, with `_` for `-`. */
type Options = Record<string, string>;

/** What a row has in a column, by the title of the column. Moments are shown as how long ago they were. */
export type Columns<Row> = Record<string, (row: Row) => string | number | boolean | null | undefined>;

interface Help {
  summary: string;
  example: string;
  more?: string[];
}

/** A verb that lists what an address of the API lists. The parameters of the path are the arguments. */
export interface ListVerb extends Help {
  kind: 'list';
  path: string;
  columns: Columns<never>;
  filters?: Options;
  /** What is said when there is nothing. */
  empty: string;
}

/** A verb that shows one thing. */
export interface ShowVerb extends Help {
  kind: 'show';
  path: string;
  options?: Options;
  /** Parts of the thing that are shown as tables below it. */
  sections?: Record<string, Section>;
  /** Parts that are not shown to people, because a section or another part says them. */
  hidden?: string[];
}

/** A table below a thing. */
export interface Section {
  rows: (thing: never) => readonly unknown[];
  columns: Columns<never>;
}

/** A verb that asks for something to be done. */
export interface CallVerb extends Help {
  kind: 'call';
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  /** Arguments beside those of the path, as commander writes them: `<file>`, `[id]`. */
  args?: string[];
  options?: Options;
  body?(words: Words, context: CommandContext): Outcome<unknown> | Promise<Outcome<unknown>>;
  /** The options that are parts of the query. */
  query?: string[];
  /** The question before something is lost. */
  sure?(words: Words): string;
  /** True for an answer that tells of a failure: exit code 1. */
  isFailure?(answer: never): boolean;
  said(answer: never, words: Words): string;
}

/** A verb with work of its own. */
export interface OwnVerb extends Help {
  kind: 'own';
  args?: string[];
  options?: Options;
  load(): Promise<(context: CommandContext, words: Words) => Promise<ExitCode>>;
}

/** A verb on things that a running server has, as data: this is all that parsing, help and completion need. */
export type RemoteVerb = ListVerb | ShowVerb | CallVerb | OwnVerb;

/** A word with verbs below it. */
export interface Noun {
  summary: string;
  verbs: Record<string, RemoteVerb>;
}

/** A verb that lists rows of this type. */
export function list<Row>(verb: Omit<ListVerb, 'kind' | 'columns'> & { columns: Columns<Row> }): ListVerb {
  return { ...verb, kind: 'list' };
}

/** A verb that shows a thing of this type. */
export function show(verb: Omit<ShowVerb, 'kind'>): ShowVerb {
  return { ...verb, kind: 'show' };
}

/** A table below a thing. */
export function section<Row>(rows: (thing: never) => readonly Row[], columns: Columns<Row>): Section {
  return { rows, columns };
}

/** What is said when it was done. */
interface Say<Answer> {
  isFailure?: (answer: Answer) => boolean;
  said: (answer: Answer, words: Words) => string;
}

/** A verb that asks for something; the answer is of this type. */
export function call<Answer>(verb: Omit<CallVerb, 'kind' | 'said' | 'isFailure'> & Say<Answer>): CallVerb {
  return { ...verb, kind: 'call' };
}

/** A verb with work of its own. */
export function own(verb: Omit<OwnVerb, 'kind'>): OwnVerb {
  return { ...verb, kind: 'own' };
}
