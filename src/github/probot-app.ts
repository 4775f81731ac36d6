import type { ApplicationFunction, Probot } from 'probot';
import { handledEvents, translate } from './translate/translate.ts';
import type { Translation } from './translation.ts';

/** What the App needs of Probot: a place to register handlers. */
export interface ProbotHandlers {
  on: Probot['on'];
}

/**
 * RepoWatch as a Probot app function: one handler per event that it acts on, each of which translates and hands the answer
 * over under the id that the event was received with. Handlers act on nothing: that happens in the worker's transaction.
 */
export function createProbotApp(
  answer: (receiveId: string, translation: Translation) => void,
): (app: ProbotHandlers) => ReturnType<ApplicationFunction> {
  return (app) => {
    for (const event of handledEvents) {
      app.on(event, (context) => answer(context.id, translate(event, context.payload)));
    }
  };
}
