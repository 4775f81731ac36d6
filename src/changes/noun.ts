import type { z } from 'zod';
import type { Actor } from './ref-change.ts';

/** What a sentence about a change is made of. Text in it is written by strangers. */
export interface SentenceSubject<Type extends string = string, Data = unknown> {
  type: Type;
  /** The login of whoever did it, or `Somebody`. */
  who: string;
  repository: string;
  data: Data;
}

/** One noun of the vocabulary: everything that is said about its changes, in one place. */
export interface ChangeNoun {
  /** The folder-like word before the dot of its types, `pull_request`. */
  name: string;
  /** What each type means, by type. */
  types: Readonly<Record<string, string>>;
  /** The shape of `data`; what is not in it is never stored, shown or sent. */
  data: z.ZodType;
  /** Realistic `data` of a type. */
  sample: (type: string) => unknown;
  /** The actor of the samples, where a person is not it. */
  sampleActor?: Actor | null;
  describe: (subject: SentenceSubject) => string;
}

/** Ties the parts of a noun to each other once, and lets one table hold nouns of every shape. */
export function defineNoun<Type extends string, Schema extends z.ZodType>(noun: {
  name: string;
  types: Readonly<Record<Type, string>>;
  data: Schema;
  sample: (type: Type) => z.input<Schema>;
  sampleActor?: Actor | null;
  describe: (subject: SentenceSubject<Type, z.output<Schema>>) => string;
}): ChangeNoun {
  const { name, types, data, sampleActor } = noun;
  return {
    name,
    types,
    data,
    ...(sampleActor === undefined ? {} : { sampleActor }),
    sample: (type) => noun.sample(type as Type),
    describe: (subject) => noun.describe(subject as SentenceSubject<Type, z.output<Schema>>),
  };
}
