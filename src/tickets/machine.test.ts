import { describe, expect, test } from '@jest/globals';
import { defaultMachine } from './default-machine.ts';
import { isFurther, judgeEvent, listWay, stateOf, type TicketMachine } from './machine.ts';

const delivery: TicketMachine = {
  initial: 'to_do',
  aliases: { to_do: 'To Do', in_review: 'In Review', done: 'Done' },
  transitions: { to_do: { opened: 'in_review', merged: 'done' }, in_review: { merged: 'done' }, done: { merged: '<end>' } },
};
/** As unotify had them: every event leads one state on. */
const steps: TicketMachine = {
  initial: 'a',
  aliases: { a: 'A', b: 'B', c: 'C' },
  transitions: { a: { next: 'b' }, b: { next: 'c', prev: 'a' }, c: { next: '<end>', prev: 'b', skiplast: 'a' } },
};

describe('what an event means for a ticket', () => {
  test.each<[machine: TicketMachine, status: string, event: string, verdict: object]>([
    [delivery, 'To Do', 'opened', { result: 'move', to: 'in_review' }],
    [delivery, 'to do ', 'merged', { result: 'move', to: 'done' }],
    [delivery, 'Done', 'merged', { result: 'stay', code: 'ticket_ended' }],
    [delivery, 'Done', 'opened', { result: 'stay', code: 'ticket_already_further' }],
    [delivery, 'In Review', 'opened', { result: 'stay', code: 'ticket_already_there' }],
    [steps, 'A', 'next', { result: 'move', to: 'b' }],
    [steps, 'B', 'next', { result: 'move', to: 'c' }],
    [steps, 'B', 'prev', { result: 'move', to: 'a' }],
    [steps, 'C', 'next', { result: 'stay', code: 'ticket_ended' }],
    [steps, 'C', 'skiplast', { result: 'move', to: 'a' }],
    [defaultMachine, 'Open', 'pull_request.opened', { result: 'move', to: 'in_review' }],
    [defaultMachine, 'In Review', 'pull_request.merged', { result: 'move', to: 'merged' }],
    [defaultMachine, 'Merged', 'pull_request.opened', { result: 'stay', code: 'ticket_already_further' }],
    [defaultMachine, 'Merged', 'issue.closed', { result: 'stay', code: 'ticket_ended' }],
  ])('%#: %s by %s', (...[machine, status, event, verdict]) => {
    expect(judgeEvent(machine, status, [event])).toMatchObject({ ok: true, value: verdict });
  });

  test.each<[status: string, event: string, code: string]>([
    ['Blocked', 'merged', 'ticket_status_unknown'],
    ['To Do', 'released', 'ticket_event_missing'],
    ['To Do', 'constructor', 'ticket_event_missing'],
    ['constructor', 'merged', 'ticket_status_unknown'],
  ])('%s by %s is an error: %s', (status, event, code) => {
    expect(judgeEvent(delivery, status, [event])).toMatchObject({ ok: false, code });
  });

  test('what is further is said by the path, else by the ways of the machine', () => {
    expect(isFurther(delivery, 'done', 'to_do')).toBe(true);
    expect(isFurther(delivery, 'to_do', 'done')).toBe(false);
    expect(isFurther(steps, 'c', 'a')).toBe(false);
    expect(isFurther({ ...steps, path: ['a', 'b', 'c'] }, 'c', 'a')).toBe(true);
    expect(listWay({ ...steps, path: ['a', 'x', 'b', 'c'] }, 'a', 'c')).toEqual(['x', 'b', 'c']);
    expect(listWay(steps, 'a', 'c')).toEqual(['b', 'c']);
    expect(listWay(delivery, 'done', 'to_do')).toEqual(['to_do']);
    expect(stateOf(delivery, 'IN REVIEW')).toBe('in_review');
  });

  test('the default machine hangs together: every target has an alias and a place on the path', () => {
    const { path = [], aliases, transitions } = defaultMachine;
    const targets = Object.values(transitions).flatMap((events) => Object.values(events));
    expect(targets.filter((target) => target !== '<end>' && !path.includes(target))).toEqual([]);
    expect(Object.keys(aliases)).toEqual(path);
    // No event of the machine is an error anywhere: what is late or beyond a state is nothing to do.
    const events = new Set(Object.values(transitions).flatMap((known) => Object.keys(known)));
    const missing = Object.values(aliases).flatMap((status) =>
      [...events].filter((event) => !judgeEvent(defaultMachine, status, [event]).ok).map((event) => `${status} ${event}`),
    );
    expect(missing).toEqual([]);
    expect(Object.values(aliases)).toEqual(['Draft', 'Open', 'In Progress', 'In Review', 'Merged', 'Closed']);
  });
});
