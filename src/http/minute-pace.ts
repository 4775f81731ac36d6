import { systemClock } from '../core/clock.ts';

/** Lets so many through in a minute, whoever they are: for what anybody may ask and what asks GitHub in turn. Answers whether there is room. */
export function createMinutePace(perMinute: number, clock = systemClock): () => boolean {
  let minute = 0;
  let begun = 0;
  return () => {
    const now = Math.floor(clock.now().getTime() / 60_000);
    if (now !== minute) begun = 0;
    minute = now;
    begun += 1;
    return begun <= perMinute;
  };
}
