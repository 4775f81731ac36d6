import { z } from 'zod';
import type { Change } from '../changes/change.ts';
import { inboundChangeTypes, type InboundChangeData } from '../changes/inbound-change.ts';
import { withoutFilters, type Trigger } from './define-trigger.ts';
import { listOf, nameList } from './schema-parts.ts';
import { compileNames, type Clause } from './trigger-clauses.ts';

const filters = z.strictObject({
  triggers: nameList.optional().meta({
    description: 'Names of triggers; `*` stands for any characters.',
    examples: [['mirror', 'ci-*']],
  }),
  events: nameList.optional().meta({
    description: 'What the sender calls it; `*` stands for any characters.',
    examples: [['push', 'deploy.*']],
  }),
});

/** `on: inbound`: something came through a trigger from a system that is not this GitHub. */
export const inbound: Trigger = {
  description: 'Something came through an inbound trigger, from GitLab or any other system.',
  schema: filters,
  bare: true,
  allTypes: inboundChangeTypes,
  compile: (given) => {
    const { triggers, events } = filters.parse(given ?? {});
    const clauses = [
      ...(triggers === undefined ? [] : [nameClause('triggers', listOf(triggers), ({ trigger }) => trigger.name)]),
      ...(events === undefined ? [] : [nameClause('events', listOf(events), ({ event }) => event)]),
    ];
    return { ...withoutFilters(inboundChangeTypes), clauses };
  },
};

function nameClause(key: string, list: readonly string[], nameOf: (data: InboundChangeData) => string): Clause {
  const picks = compileNames(list);
  return {
    key,
    refuse: (change: Change) => {
      if (change.type !== 'inbound.received') return 'it did not come through a trigger';
      const name = nameOf(change.data);
      return picks(name).matched ? undefined : `${name} is none of ${list.join(', ')}`;
    },
  };
}
